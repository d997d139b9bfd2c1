"""Brands and categories that records name."""

from typing import Any

import pytest

from products.exchange.references import NameReferences, SlugReferences, ToCreate
from products.models import Brand, Category
from tests.factories.products import BrandFactory, CategoryFactory

pytestmark = pytest.mark.django_db


def names(**options: Any) -> NameReferences:
    return NameReferences(by=None, **options)


def settled(references: SlugReferences, **words: Any) -> dict[str, Any]:
    """A record's values, found and created."""
    values = dict(words)
    if "brand" in words:
        values["brand"] = references.find(Brand, [words["brand"]])[words["brand"]]
    if "categories" in words:
        found = references.find(Category, words["categories"])
        values["categories"] = [found[word] for word in words["categories"]]
    return references.settled(values)


def test_a_row_is_looked_up_once(django_assert_num_queries) -> None:
    brand = BrandFactory(slug="acme")
    references = SlugReferences(by=None)
    with django_assert_num_queries(1):
        assert references.find(Brand, ["acme", "none"]) == references.find(Brand, ["acme", "none"]) == {"acme": brand}


def test_what_was_not_there_is_looked_up_again_when_asked_to() -> None:
    references = SlugReferences(by=None)
    assert not references.find(Brand, ["acme"])
    BrandFactory(slug="acme")
    assert not references.find(Brand, ["acme"])
    references.look_again()
    assert references.find(Brand, ["acme"])


def test_a_suggestion_is_sought_once(django_assert_num_queries) -> None:
    BrandFactory(slug="acme")
    references = SlugReferences(by=None)
    with django_assert_num_queries(1):
        first, again = (references.refusals(Brand, ["acm"])["acm"] for _ in range(2))
    assert first is again
    assert (first, first.code, first.code.suggestion) == ("The brand 'acm' is not known.", "unknown_value", "acme")


def test_beyond_a_limit_nothing_is_suggested(monkeypatch: pytest.MonkeyPatch, django_assert_num_queries) -> None:
    monkeypatch.setattr("products.exchange.references.MAX_WORDS", 0)
    with django_assert_num_queries(0):
        assert SlugReferences(by=None).refusals(Brand, ["acm"]) == {"acm": "The brand 'acm' is not known."}


def test_what_is_created_is_found_again_and_after_a_rollback_created_again() -> None:
    references = SlugReferences(by=None, create_missing=True)
    first = settled(references, brand="acme")["brand"]
    assert settled(references, brand="acme")["brand"] == first
    references.keep()
    assert settled(references, brand="acme")["brand"] == first
    first.delete()
    references.forget()
    assert settled(references, brand="acme")["brand"].pk != first.pk
    assert Brand.objects.count() == 1


def test_what_somebody_else_created_meanwhile_is_taken() -> None:
    references = SlugReferences(by=None, create_missing=True)
    missing = references.find(Brand, ["acme"])["acme"]
    brand = BrandFactory(slug="acme")
    assert references.settled({"brand": missing}) == {"brand": brand}


def test_a_category_made_of_a_slug_is_a_root() -> None:
    [category] = settled(SlugReferences(by=None, create_missing=True), categories=["tea-cups"])["categories"]
    assert (category.name, category.path) == ("Tea cups", "tea-cups")


@pytest.mark.parametrize("word", ["Tea cups", "12", "x" * 201, ""])
def test_what_is_no_slug_creates_nothing(word: str) -> None:
    assert not SlugReferences(by=None, create_missing=True).find(Brand, [word])


def test_a_brand_is_found_by_its_name_whatever_case_and_accents() -> None:
    brand = BrandFactory(name="Café Noir", slug="other")
    BrandFactory(name="cafe noir")
    assert names().find(Brand, ["CAFE NOIR", " café noir "]) == {"CAFE NOIR": brand, " café noir ": brand}


def test_a_category_is_found_by_the_names_down_to_it(django_assert_num_queries) -> None:
    home = CategoryFactory(name="Home")
    cups = CategoryFactory(name="Cups", parent=home)
    CategoryFactory(name="Cups", parent=CategoryFactory(name="Office"))
    with django_assert_num_queries(4):
        found = names().find(Category, ["home > CUPS", "Home", "Cups", "Home > Cups > Red"])
    assert found == {"home > CUPS": cups, "Home": home}


def test_missing_levels_are_created_as_they_are_spelled() -> None:
    CategoryFactory(name="Home", slug="home", path="home")
    references = names(create_missing=True)
    found = settled(references, categories=["HOME > Cups > Red", "Home > cups > Blue"])["categories"]
    assert [category.path for category in found] == ["home/cups/red", "home/cups/blue"]
    assert list(Category.objects.order_by("path").values_list("name", flat=True)) == ["Home", "Cups", "Blue", "Red"]


def test_two_words_for_one_category_are_one() -> None:
    found = settled(names(create_missing=True), categories=["Cups", "CUPS"])["categories"]
    assert [category.name for category in found] == ["Cups"]


@pytest.mark.parametrize(
    ("model", "word"),
    [(Brand, "x" * 301), (Category, "Home > " + "x" * 301), (Category, "Home >  > Cups"), (Brand, " ")],
)
def test_a_name_that_cannot_be_stored_creates_nothing(model: Any, word: str) -> None:
    references = names(create_missing=True)
    assert not references.find(model, [word])
    assert "cannot be created: a name has at most 300 characters" in references.refusals(model, [word])[word]


def test_a_brand_may_be_named_with_the_sign_between_levels() -> None:
    assert settled(names(create_missing=True), brand="A > B")["brand"].name == "A > B"


def test_the_brands_of_a_batch_are_created_together(django_assert_max_num_queries) -> None:
    references, other = names(create_missing=True), BrandFactory(name="Other")
    words = [f"Brand {number}" for number in range(30)]
    found = references.find(Brand, [*words, "BRAND 0"])
    other_found = {"brand": ToCreate((Brand, "other"), "Other")}  # made by somebody else since
    batch = [{"brand": found[word]} for word in [*words, "BRAND 0"]] + [other_found, {}]
    with django_assert_max_num_queries(9):
        references.create_brands(batch)
    with django_assert_max_num_queries(0):
        made = [references.settled(values).get("brand") for values in batch]
    assert [brand.name for brand in made[:-2]] == [*words, "Brand 0"]
    assert made[-2:] == [other, None]
