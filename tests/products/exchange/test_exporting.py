"""Exports: what an import reads back into the same catalog."""

import json
from datetime import UTC, datetime
from typing import Any

import hypothesis
import pytest
from django.db import connection
from hypothesis import strategies as st

from catalog_project.api.parsers import loads
from products.exchange import exporting
from products.exchange.exporting import export_lines
from products.listings.definitions import attribute_document, product_type_document
from products.models import Attribute, Brand, Category, Product, ProductCategory, ProductType, Variant
from products.models.inserting import insert_rows
from products.models.naming import sku_key
from tests.factories.products import (
    AttributeFactory,
    BrandFactory,
    CategoryFactory,
    ProductFactory,
    ProductTypeFactory,
    VariantFactory,
)
from tests.products.exchange.landing import land, only_product, outcomes
from tests.threads import at_once

pytestmark = pytest.mark.django_db
LEFT_BEHIND = {"id", "version", "created_at", "updated_at"}


def exported() -> list[dict[str, Any]]:
    return [json.loads(line) for line in export_lines()]


def clear() -> None:
    Product.objects.all().delete()
    ProductType.objects.all().delete()
    Attribute.objects.all().delete()
    Brand.objects.all().delete()
    while Category.objects.exists():
        Category.objects.filter(children=None).delete()


def catalog() -> list[dict[str, Any]]:
    """Every column of every row but those that stay behind, in an order that ids do not decide."""
    attributes = [attribute_document(row) for row in Attribute.objects.order_by("code")]
    types = [product_type_document(row) for row in ProductType.objects.order_by("code")]
    brands = list(Brand.objects.order_by("slug").values("slug", "name"))
    categories = list(
        Category.objects.order_by("path").values("path", "name", "description", "position", "parent__path")
    )
    columns = [f.name for f in Product._meta.concrete_fields if f.name not in {*LEFT_BEHIND, "brand", "product_type"}]
    products = list(Product.objects.order_by("slug").values(*columns, "brand__slug", "product_type__code"))
    links = list(
        ProductCategory.objects.values("product__slug", "category__slug", "position").order_by("product__slug")
    )
    columns = [f.name for f in Variant._meta.concrete_fields if f.name not in {*LEFT_BEHIND, "product"}]
    prices = ("prices__currency", "prices__amount", "prices__compare_at")
    variants = list(Variant.objects.order_by("sku", "prices__currency").values(*columns, "product__slug", *prices))
    return [*attributes, *types, *brands, *categories, *products, *links, *variants]


def fill() -> None:
    """A catalog with something of everything."""
    home = CategoryFactory(name="Home", slug="z-home", position=2, description="  For home. ")
    cups = CategoryFactory(name="Cups", slug="a-cups", parent=home, position=1)
    brand = BrandFactory(name="Ümlaut & Söhne", slug="umlaut")
    BrandFactory(name="Unused")
    nested = {
        "none": None,
        "deep": {"none": None, "list": [None, {"a": None}]},
        "n": 1,
        "f": 1.0,
        "e": 1e22,
        "u": "\u2028",
    }
    ProductFactory(
        name="Cup",
        slug="the-cup",
        description=" two\nlines ",
        brand=brand,
        categories=[cups, home],
        attributes=nested,
        external_id="7",
        published_from=datetime(2030, 1, 2, 3, 4, 5, 678901, tzinfo=UTC),
        published_until=datetime(2031, 1, 2, tzinfo=UTC),
        variants=0,
    )
    ProductFactory(slug="draft", status="draft", variants=0)
    ProductFactory(slug="old", status="archived", variants=2, variants__stock=0)
    cup = Product.objects.get(slug="the-cup")
    VariantFactory(product=cup, sku="B", position=5, stock=7, weight_g=0, barcode="0123", prices={})
    VariantFactory(product=cup, sku="a", external_id="V", position=5, attributes={"none": None}, name="Red")
    variant = VariantFactory(product=cup, sku="C", position=1, prices={"JPY": "1000", "USD": "0.10"})
    variant.prices.filter(currency="USD").update(compare_at="12.5")
    typed()


def typed() -> None:
    """Products of a type, with an attribute of every kind."""
    attributes = [
        AttributeFactory(code="a-text", name="Text", searchable=True),
        AttributeFactory(code="number", type="number", unit="kg", min=-0.5, max=1e22, filterable=True),
        AttributeFactory(code="flag", type="boolean"),
        AttributeFactory(code="day", type="date"),
        AttributeFactory(code="color", type="option", options=["red", "blue"]),
    ]
    tags = AttributeFactory(code="tags", type="options", options=["x", "y"])
    tags.options.filter(code="x").update(position=7)
    links = [(attribute, "product", "to_publish") for attribute in attributes]
    ProductTypeFactory(code="bare", name="Bare")
    mug = ProductTypeFactory(code="mug", name="Mug", attributes=[(tags, "variant", "always"), *links])
    values = {"a-text": "", "number": 2.5, "flag": False, "day": "2030-01-31", "color": "blue"}
    made = ProductFactory(slug="mug", status="draft", product_type=mug, attributes=values, variants=0)
    VariantFactory(product=made, sku="T", attributes={"tags": ["y", "x"]})


def test_an_export_imported_into_an_empty_catalog_gives_the_same_catalog() -> None:
    fill()
    before, lines = catalog(), exported()
    clear()
    assert set(outcomes(land(*lines))) == {"created"}
    assert catalog() == before


def test_an_export_of_what_was_imported_is_the_same_byte_for_byte() -> None:
    fill()
    before = b"".join(export_lines())
    clear()
    land(*map(json.loads, before.splitlines()))
    assert b"".join(export_lines()) == before


def test_an_export_imported_over_its_own_catalog_changes_nothing() -> None:
    fill()
    assert set(outcomes(land(*exported()))) == {"unchanged"}


def test_what_is_named_comes_before_what_names_it() -> None:
    fill()
    lines = exported()
    kinds = {"attribute": 6, "product_type": 2, "brand": 2, "category": 2, "product": 4}
    assert [line.get("kind", "product") for line in lines] == [kind for kind, n in kinds.items() for _ in range(n)]
    assert [line["slug"] for line in lines if line.get("kind") == "category"] == ["z-home", "a-cups"]


def test_a_product_that_is_too_long_for_a_line_goes_on_in_further_ones(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exporting, "MAX_LINE", 1_000)
    ProductFactory(slug="big", variants=20)
    before, lines = catalog(), exported()
    assert len(lines) > 3
    assert max(map(len, export_lines())) < 1_500
    clear()
    assert outcomes(land(*lines)) == ["created"] + ["changed"] * (len(lines) - 1)
    assert catalog() == before


def test_further_lines_name_the_product_by_its_external_id(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exporting, "MAX_LINE", 0)
    ProductFactory(external_id="7", variants=3)
    lines = exported()
    assert [(line["external_id"], len(line["variants"])) for line in lines] == [("7", 1)] * 3
    clear()
    land(*lines)
    assert len(only_product().variants.all()) == 3


def test_a_product_of_more_variants_than_a_record_may_have_goes_on_in_further_lines() -> None:
    product = ProductFactory(variants=0)
    insert_rows([Variant(product=product, sku=f"SKU-{n}", position=n) for n in range(1_500)])
    before, lines = catalog(), exported()
    clear()
    assert outcomes(land(*lines)) == ["created", "changed"]
    assert catalog() == before


TEXTS = st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=12)
KEYS = st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=4)
VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**63 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | KEYS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3),
    max_leaves=8,
)
PRICES = st.dictionaries(
    st.sampled_from(["USD", "JPY", "BHD"]),
    st.fixed_dictionaries({"amount": st.integers(0, 10**9)}, optional={"compare_at": st.integers(0, 99)}),
)
VARIANTS = st.lists(
    st.fixed_dictionaries(
        {"sku": TEXTS.filter(str.strip), "attributes": st.dictionaries(KEYS, VALUES, max_size=3), "prices": PRICES},
        optional={"name": TEXTS, "stock": st.none() | st.integers(0, 9), "position": st.integers(0, 3)},
    ),
    max_size=4,
    unique_by=lambda variant: sku_key(variant["sku"].strip()),
)
PRODUCTS = st.fixed_dictionaries(
    {
        "name": TEXTS.filter(str.strip),
        "description": TEXTS,
        "external_id": st.just("7"),
        "attributes": st.dictionaries(KEYS, VALUES, max_size=3),
        "variants": VARIANTS,
    }
)


@hypothesis.settings(max_examples=25, suppress_health_check=[hypothesis.HealthCheck.function_scoped_fixture])
@hypothesis.given(PRODUCTS)
def test_whatever_can_be_imported_comes_back_from_its_export(source: dict[str, Any]) -> None:
    clear()
    [record] = land(source)
    if record.outcome != "created":
        return
    assert outcomes(land(source)) == ["unchanged"]
    before, export = catalog(), b"".join(export_lines())
    clear()
    land(*map(loads, export.splitlines()))
    assert (catalog(), b"".join(export_lines())) == (before, export)


TYPED = st.fixed_dictionaries(
    {},
    optional={
        "a-text": TEXTS,
        "number": st.integers(0, 2**53) | st.floats(-0.5, 1e22),
        "flag": st.booleans(),
        "day": st.dates().map(str),
        "color": st.sampled_from(["red", "blue"]),
    },
)
TAGS = st.lists(st.sampled_from(["x", "y"]), min_size=1, unique=True)


@hypothesis.settings(max_examples=15, suppress_health_check=[hypothesis.HealthCheck.function_scoped_fixture])
@hypothesis.given(TYPED, st.lists(TAGS, max_size=3))
def test_whatever_fits_a_type_comes_back_from_its_export(attributes: dict[str, Any], tags: list[list[str]]) -> None:
    clear()
    typed()
    variants = [{"sku": f"V{index}", "attributes": {"tags": each}} for index, each in enumerate(tags)]
    source = {"external_id": "8", "name": "M", "product_type": "mug", "attributes": attributes, "variants": variants}
    assert [outcomes(land(source)) for _ in range(2)] == [["created"], ["unchanged"]]
    before, export = catalog(), b"".join(export_lines())
    assert set(outcomes(land(*map(loads, export.splitlines())))) == {"unchanged"}
    clear()
    land(*map(loads, export.splitlines()))
    assert (catalog(), b"".join(export_lines())) == (before, export)


def test_an_empty_catalog_has_no_lines() -> None:
    assert not exported()


@pytest.mark.django_db(transaction=True)
def test_what_is_written_meanwhile_is_not_in_the_export() -> None:
    fill()
    lines = export_lines()
    first = next(lines)
    [slug] = at_once(1, lambda _: ProductFactory(slug="late", brand=BrandFactory(slug="late")).slug)
    rest = [json.loads(line).get("slug") for line in lines]
    assert first
    assert slug not in rest
    assert Product.objects.filter(slug=slug).exists()
    assert connection.get_autocommit()


@pytest.mark.django_db(transaction=True)
def test_an_export_that_is_given_up_lets_go_of_its_moment() -> None:
    fill()
    lines = export_lines()
    next(lines)
    lines.close()
    BrandFactory(slug="after")
    assert Brand.objects.filter(slug="after").exists()


def test_the_number_of_queries_does_not_grow_with_the_number_of_products(django_assert_num_queries) -> None:
    for count in (1, 20):
        ProductFactory.create_batch(count, variants=2)
        typed() if count == 1 else None
        with django_assert_num_queries(12):
            exported()
