"""Which product a record means."""

from typing import Any

import pytest

from products.exchange.matching import find_matches
from products.exchange.records import Record
from products.models import Product
from tests.factories.products import ProductFactory, VariantFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def cup() -> Product:
    return ProductFactory(slug="cup", external_id="7", variants=0)


@pytest.fixture(autouse=True)
def _variants(cup: Product) -> None:
    VariantFactory(product=cup, sku="Straße-1", external_id="V1")
    VariantFactory(product=ProductFactory(slug="mug", variants=0), sku="B1")


def meant(**values: Any) -> str | None:
    matches = find_matches([Record(1, values=values)])
    target = matches.target(values)
    return target.slug if target else None


def conflicts(**values: Any) -> list[str]:
    matches = find_matches([Record(1, values=values)])
    return [f"{fault.pointer}: {fault.detail}" for fault in matches.conflicts(values, matches.target(values))]


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({"external_id": "7"}, "cup"),
        ({"external_id": "7", "variants": [{"sku": "B1"}]}, "cup"),
        ({"variants": [{"sku": "STRASSE-1"}]}, "cup"),
        ({"variants": [{"external_id": "V1"}]}, "cup"),
        ({"variants": [{"sku": "new"}, {"sku": "B1"}]}, None),
        ({"external_id": "new", "variants": [{"sku": "B1"}]}, "mug"),
        ({"external_id": "new", "variants": [{"sku": "Straße-1"}]}, None),
        ({"slug": "mug"}, "mug"),
        ({"external_id": "new", "slug": "mug"}, None),
        ({"variants": [{"sku": "new"}], "slug": "mug"}, None),
        ({"slug": "new"}, None),
    ],
)
def test_a_record_means_a_product_by_external_id_else_first_variant_else_slug(
    values: dict[str, Any], expected: str | None
) -> None:
    assert meant(**values) == expected


def test_what_belongs_to_another_product_is_named_with_it() -> None:
    assert conflicts(external_id="7", slug="mug", variants=[{"sku": "Straße-1"}, {"sku": "b1"}]) == [
        "/slug: The slug 'mug' belongs to the product 'mug'.",
        "/variants/1/sku: The SKU 'b1' belongs to the product 'mug'.",
    ]
    assert conflicts(variants=[{"sku": "B1"}, {"sku": "new", "external_id": "V1"}]) == [
        "/variants/1/external_id: The external_id 'V1' belongs to the product 'cup'."
    ]


def test_a_product_of_another_external_id_keeps_its_sku() -> None:
    assert conflicts(external_id="new", variants=[{"sku": "Straße-1"}]) == [
        "/variants/0/sku: The SKU 'Stra\\xdfe-1' belongs to the product 'cup'."
    ]


def test_what_is_its_own_is_no_conflict() -> None:
    assert not conflicts(external_id="7", slug="cup", variants=[{"sku": "Straße-1", "external_id": "V1"}])


def test_keys_cost_one_query_for_each_kind(django_assert_num_queries) -> None:
    records = [
        Record(n, values={"external_id": str(n), "slug": f"s{n}", "variants": [{"sku": f"{n}", "external_id": f"{n}"}]})
        for n in range(20)
    ]
    with django_assert_num_queries(4):
        find_matches(records)
    with django_assert_num_queries(0):
        find_matches([Record(1, values={"name": "Cup"})])
