"""What every table shares, tried on the brands."""

import pytest
from django.db import connection
from django.utils import timezone

from catalog_project.models import CodeField
from products.models import Brand, Category, Product
from tests.factories.products import BrandFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def old() -> Brand:
    """A brand of long ago."""
    then = timezone.now().replace(year=2020)
    return BrandFactory(name="Old", created_at=then, updated_at=then)


def moved(brand: Brand) -> bool:
    """Whether `updated_at` has moved, in the database too, and `created_at` has not."""
    stored = Brand.objects.get(pk=brand.pk)
    assert stored.created_at.year == 2020
    return stored.updated_at.year > 2020


def test_a_new_row_is_of_now() -> None:
    before = timezone.now()
    made = BrandFactory()
    assert before <= made.created_at <= made.updated_at <= timezone.now()


def test_times_given_are_kept(old) -> None:
    assert not moved(old)


def test_a_save_moves_the_time(old) -> None:
    old.save()
    assert moved(old)


def test_a_save_of_some_fields_moves_the_time_too(old) -> None:
    old.slug = "new"
    old.save(update_fields={"slug"})
    assert moved(old)


def test_an_update_moves_the_time(old) -> None:
    assert Brand.objects.filter(pk=old.pk).update(slug="new") == 1
    assert moved(old)


def test_an_update_may_set_the_time_itself(old) -> None:
    Brand.objects.update(slug="new", updated_at=old.created_at)
    assert not moved(old)


def test_a_template_cannot_update(old) -> None:
    assert Brand.objects.all().update.alters_data


# --- Derived and ordered by code point


def test_a_key_is_derived_with_every_save(old) -> None:
    assert old.name_key == "old"
    old.name = "Übér"
    old.save()
    assert Brand.objects.get().name_key == "uber"


def test_a_key_is_derived_on_demand_for_writes_in_bulk(old) -> None:
    old.name = "New"
    old.derive()
    assert old.name_key == "new"


def test_a_key_without_a_source_is_kept() -> None:
    assert Category._meta.get_field("path").pre_save(Category(path="a/b"), add=True) == "a/b"


@pytest.mark.parametrize("field", [Brand._meta.get_field("name_key"), Product._meta.get_field("name_key")])
def test_how_a_key_is_derived_is_no_matter_of_migrations(field) -> None:
    _, _, arguments, options = field.deconstruct()
    assert (arguments, options) == ([], {})


def test_codes_sort_by_code_point_on_every_database() -> None:
    slugs = ["a-b", "aB", "A", "a", "B", "_a", "a0", "b", "a_b"]
    for slug in slugs:
        BrandFactory(slug=slug)
    assert list(Brand.objects.order_by("slug").values_list("slug", flat=True)) == sorted(slugs)


def test_postgresql_is_told_so() -> None:
    collation = CodeField(max_length=5).db_parameters(connection)["collation"]
    assert collation == ("C" if connection.vendor == "postgresql" else None)
