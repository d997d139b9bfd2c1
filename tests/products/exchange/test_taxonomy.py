"""Brand and category records."""

from typing import Any

import pytest

from products.models import Brand, Category
from tests.factories.products import BrandFactory, CategoryFactory
from tests.products.exchange.landing import land, outcomes

pytestmark = pytest.mark.django_db


def brand(**values: Any) -> str:
    return outcomes(land({"kind": "brand", **values}))[0]


def category(**values: Any) -> str:
    return outcomes(land({"kind": "category", **values}))[0]


def test_a_brand_is_created_then_edited_then_left_alone() -> None:
    assert [brand(name=name, slug="acme") for name in ("Acme", "ACME", "ACME")] == ["created", "changed", "unchanged"]
    assert (Brand.objects.get().name, Brand.objects.get().slug) == ("ACME", "acme")


def test_a_brand_without_a_slug_is_found_by_its_name() -> None:
    BrandFactory(name="Acmé", slug="other")
    assert brand(name="Acmé") == "unchanged"
    assert brand(name="ACME") == "changed"


def test_a_category_is_created_then_edited_then_left_alone() -> None:
    CategoryFactory(slug="home", path="home")
    values = {"slug": "cups", "name": "Cups", "parent": "home", "position": 3}
    texts = ("For tea.", "For tea.", "For coffee.")
    assert [category(**values, description=text) for text in texts] == ["created", "unchanged", "changed"]
    found = Category.objects.get(slug="cups")
    assert (found.path, found.description, found.position) == ("home/cups", "For coffee.", 3)


def test_a_category_moves_below_the_parent_it_names() -> None:
    CategoryFactory(slug="home", path="home")
    CategoryFactory(name="Cups", slug="cups", path="cups")
    assert category(slug="cups", name="Cups", parent="home") == "changed"
    assert category(slug="cups", name="Cups") == "unchanged"
    assert Category.objects.get(slug="cups").path == "home/cups"


def test_a_category_without_a_slug_is_found_among_its_siblings() -> None:
    home = CategoryFactory(name="Home", slug="home", path="home")
    CategoryFactory(name="Cups", parent=home)
    assert category(name="cups", parent="home") == "changed"
    assert category(name="Cups") == "created"


def test_a_missing_parent_may_be_created() -> None:
    [record] = land({"kind": "category", "name": "Cups", "parent": "home"}, create_missing=True)
    assert record.outcome == "created"
    assert Category.objects.get(name="Cups").path == "home/cups"


def test_a_faulty_one_fails_alone() -> None:
    CategoryFactory(slug="home", path="home")
    records = land(
        {"kind": "category", "name": "A", "parent": "none"},
        {"kind": "category", "slug": "home", "name": "Home", "parent": "home"},
        {"kind": "category", "name": "", "path": "a"},
        {"kind": "category", "name": "B"},
    )
    assert outcomes(records) == [
        "/parent unknown_value",
        "/parent category_cycle",
        "/name blank, /path read_only",
        "created",
    ]


def test_a_brand_named_by_products_before_its_line_keeps_its_place() -> None:
    product = {"name": "Cup", "external_id": "7", "brand": "acme"}
    land(product, {"kind": "brand", "slug": "acme", "name": "Acme Works"}, create_missing=True)
    assert Brand.objects.get().name == "Acme Works"
