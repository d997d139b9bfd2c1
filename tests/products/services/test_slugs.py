import re

import pytest
from django.db import IntegrityError

from products.models import Brand
from products.models.naming import SLUG_LENGTH, validate_slug
from products.services.slugs import ATTEMPTS, create_under_free_slug, derive_slug, free_slugs
from tests.factories.products import BrandFactory


@pytest.mark.parametrize(
    ("name", "slug"),
    [
        ("Trail Backpack", "trail-backpack"),
        ("  Trail -- Backpack!  ", "trail-backpack"),
        ("Größe ÆØÅ", "grosse-aeoa"),
        ("Кроссовки Найк", "krossovki-nayk"),
        ("北京", "beijing"),
        ("日本 Tee", "riben-tee"),
        ("½ inch", "12-inch"),
        ("snake_case", "snake_case"),
        ("-_a_-", "a"),
        ("2024", "brand-2024"),
        ("1 + 1", "brand-1-1"),
        ("3M", "3m"),
    ],
)
def test_a_slug_is_what_can_be_read_of_a_name(name, slug) -> None:
    assert derive_slug(name, kind="brand") == slug


@pytest.mark.parametrize("name", ["", "!!!", "___", "- -", "\u200b", "\u0301", "\U000e0001"])
def test_where_nothing_is_left_the_slug_is_random(name) -> None:
    slugs = {derive_slug(name, kind="brand") for _ in range(3)}
    assert len(slugs) == 3
    assert all(re.fullmatch("brand-[0-9a-f]{8}", slug) for slug in slugs)


@pytest.mark.parametrize("name", ["x" * 300, "ß" * 300, "北" * 300, "9" * 300, "a-" * 150, "ﷺ" * 300])
def test_any_name_gives_a_slug_with_room_for_a_number(name) -> None:
    slug = derive_slug(name, kind="category")
    validate_slug(slug)
    assert len(f"{slug}-99") <= SLUG_LENGTH


# --- Free slugs


@pytest.mark.django_db
def test_each_of_many_gets_its_own() -> None:
    for slug in ("bag", "bag-2", "bag-4", "bags", "bag-x", "sack-2"):
        BrandFactory(slug=slug)
    wanted = ["bag", "bag", "bag", "sack", "sack", "hat", "bags"]
    assert free_slugs(Brand, wanted) == ["bag-3", "bag-5", "bag-6", "sack", "sack-3", "hat", "bags-2"]


@pytest.mark.django_db
def test_what_others_of_the_batch_are_given_is_reserved() -> None:
    assert free_slugs(Brand, ["bag", "bag"], reserved=["bag", "bag-2"]) == ["bag-3", "bag-4"]


@pytest.mark.django_db
def test_nothing_wanted_costs_nothing(django_assert_max_num_queries) -> None:
    with django_assert_max_num_queries(1):
        assert free_slugs(Brand, []) == []


@pytest.mark.django_db
@pytest.mark.parametrize("count", [1, 200])
def test_two_queries_are_enough_for_any_number(django_assert_num_queries, count) -> None:
    BrandFactory(slug="bag")
    with django_assert_num_queries(2):
        assert len(set(free_slugs(Brand, ["bag"] * count))) == count


# --- Tries


@pytest.mark.django_db
@pytest.mark.parametrize("failures", range(ATTEMPTS))
def test_while_others_are_first_it_is_tried_again(failures) -> None:
    left = [IntegrityError("taken")] * failures

    def create() -> Brand:
        if left:
            raise left.pop()
        return BrandFactory()

    assert create_under_free_slug(create) == Brand.objects.get()


@pytest.mark.django_db
def test_what_never_fits_is_told() -> None:
    BrandFactory(slug="a")
    with pytest.raises(IntegrityError):
        create_under_free_slug(lambda: BrandFactory(slug="a"))
    assert Brand.objects.count() == 1


@pytest.mark.django_db
def test_any_other_error_is_told_at_once() -> None:
    calls = []

    def create() -> Brand:
        calls.append(1)
        raise KeyError

    with pytest.raises(KeyError):
        create_under_free_slug(create)
    assert len(calls) == 1
