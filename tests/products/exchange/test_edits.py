"""What a record changes on a product that is there already."""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from products.models import Price, Product, Variant
from tests.factories.products import (
    AttributeFactory,
    BrandFactory,
    CategoryFactory,
    ProductFactory,
    ProductTypeFactory,
    VariantFactory,
)
from tests.products.exchange.landing import land, only_product, outcomes

FULL: dict[str, Any] = {
    "external_id": "7",
    "name": "Cup",
    "description": "Holds tea.",
    "status": "active",
    "attributes": {"color": "red", "none": None, "size": {"ml": 250, "none": None}},
    "variants": [
        {"sku": "A1", "external_id": "V1", "stock": 5, "prices": {"USD": {"amount": "5"}, "EUR": {"amount": "4.50"}}},
        {"sku": "A2", "attributes": {"a": None}},
    ],
}

pytestmark = pytest.mark.django_db


@pytest.fixture
def cup() -> Product:
    land(FULL)
    return only_product()


def edit(**changes: Any) -> str:
    """Land a record for the cup that says only what changes."""
    [outcome] = outcomes(land({"external_id": "7", **changes}))
    return outcome


def test_what_a_record_leaves_out_stays(cup: Product) -> None:
    assert edit(name="Mug") == "changed"
    after = only_product()
    assert (after.name, after.description, after.status, after.version) == ("Mug", "Holds tea.", "active", 2)
    assert len(after.variants.all()) == 2


def test_a_full_record_changes_nothing_the_second_time(cup: Product) -> None:
    assert outcomes(land(FULL)) == ["unchanged"]
    assert only_product().version == 1
    assert list(Variant.objects.values_list("version", flat=True)) == [1, 1]


def test_attributes_merge_and_null_removes(cup: Product) -> None:
    assert edit(attributes={"color": None, "size": {"ml": 300}, "new": 1}) == "changed"
    assert only_product().attributes == {"none": None, "size": {"ml": 300, "none": None}, "new": 1}
    assert edit(attributes={"color": None, "size": {"ml": 300}, "new": 1}) == "unchanged"


def test_prices_merge_and_null_removes(cup: Product) -> None:
    assert edit(variants=[{"sku": "A1", "prices": {"EUR": None, "USD": {"compare_at": "6"}}}]) == "changed"
    price = Price.objects.get(variant__sku="A1")
    assert (price.currency, price.amount, price.compare_at) == ("USD", 5, 6)


def test_a_new_price_needs_an_amount(cup: Product) -> None:
    assert (
        edit(variants=[{"sku": "A1"}, {"sku": "A2", "prices": {"USD": {}}}]) == "/variants/1/prices/USD/amount required"
    )


def test_a_variant_is_found_by_external_id_else_sku_and_a_new_one_comes_last(cup: Product) -> None:
    variants = [{"external_id": "V1", "sku": "B1"}, {"sku": "a2", "name": "Blue"}, {"sku": "A3"}]
    assert edit(variants=variants) == "changed"
    found = [(v.sku, v.name, v.position, v.version) for v in only_product().variants.all()]
    assert found == [("B1", "", 0, 2), ("a2", "Blue", 1, 2), ("A3", "", 2, 1)]


def test_a_new_variant_needs_a_sku(cup: Product) -> None:
    assert edit(variants=[{"external_id": "V9"}]) == "/variants/0/sku required"


def test_two_variants_of_a_record_cannot_mean_the_same_one(cup: Product) -> None:
    assert edit(variants=[{"external_id": "V1"}, {"sku": "A1"}]) == "/variants/1 duplicate"


def test_stock_is_set_and_no_version_moves(cup: Product) -> None:
    assert edit(variants=[{"sku": "A1", "stock": 9}]) == "changed"
    variant = Variant.objects.get(sku="A1")
    assert (variant.stock, variant.version, only_product().version) == (9, 1, 1)


def test_categories_are_replaced_as_a_list(cup: Product) -> None:
    for slug in ("a", "b", "c"):
        CategoryFactory(slug=slug)
    assert [edit(categories=["a", "b"]), edit(categories=["a", "b"]), edit(categories=["c", "a"])] == [
        "changed",
        "unchanged",
        "changed",
    ]
    assert [link.category.slug for link in only_product().ordered_links()] == ["c", "a"]


def test_a_brand_can_be_set_and_taken_away(cup: Product) -> None:
    BrandFactory(slug="acme")
    assert [edit(brand="acme"), edit(brand="acme"), edit(brand=None)] == ["changed", "unchanged", "changed"]


@pytest.mark.parametrize("status", ["draft", "archived"])
def test_a_status_is_set(cup: Product, status: str) -> None:
    assert [edit(status=status), edit(status=status), edit(status="active")] == ["changed", "unchanged", "changed"]
    assert (only_product().status, only_product().version) == ("active", 3)


def test_a_product_without_variants_does_not_become_active() -> None:
    ProductFactory(external_id="7", variants=0, status="draft")
    assert edit(status="active") == "/variants variant_required"
    assert edit(status="active", variants=[{"sku": "A1"}]) == "changed"


def test_a_product_found_by_its_sku_takes_the_external_id() -> None:
    VariantFactory(sku="A1")
    assert outcomes(land(FULL)) == ["changed"]
    assert only_product().external_id == "7"


def test_what_belongs_to_another_product_is_refused_with_its_name(cup: Product) -> None:
    ProductFactory(slug="mug", variants=1, variants__sku="M1")
    [record] = land({"external_id": "7", "name": "Mug", "variants": [{"sku": "m1"}]})
    assert [fault.detail for fault in record.faults] == ["The SKU 'm1' belongs to the product 'mug'."]
    assert Product.objects.get(external_id="7").name == "Cup"


def test_attributes_that_outgrow_their_limits_together_are_refused(cup: Product) -> None:
    assert edit(attributes={"a": "x" * 40_000}) == "changed"
    assert edit(attributes={"b": "x" * 40_000}) == "/attributes max_size"
    assert edit(variants=[{"sku": "A1", "attributes": {"a": "x" * 40_000}}]) == "changed"
    assert edit(variants=[{"sku": "A2"}, {"sku": "A1", "attributes": {"b": "x" * 40_000}}]) == (
        "/variants/1/attributes max_size"
    )


# --- Typed products


@pytest.fixture
def mug(db: None) -> Product:
    """A draft of a type: its material always, a variant's glaze to publish."""
    material = AttributeFactory(code="material", type="option", options=["clay", "glass"])
    glaze = AttributeFactory(code="glaze", type="boolean")
    mug = ProductTypeFactory(code="mug", attributes=[(material, "product", "always"), (glaze, "variant", "to_publish")])
    made = ProductFactory(
        external_id="7", status="draft", product_type=mug, attributes={"material": "clay"}, variants=0
    )
    VariantFactory(product=made, sku="A1")
    return made


def test_a_record_is_checked_against_the_type_of_its_product(mug: Product) -> None:
    variants = [{"sku": "A2"}, {"sku": "A1", "attributes": {"glaze": "yes"}}]
    assert edit(attributes={"material": "wood"}, variants=variants) == (
        "/attributes/material unknown_value, /variants/1/attributes/glaze invalid"
    )
    assert edit(attributes={"material": "glass"}, variants=[{"sku": "A1", "attributes": {"glaze": True}}]) == "changed"


def test_a_record_that_activates_names_what_publishing_demands(mug: Product) -> None:
    assert edit(status="active", variants=[{"sku": "A1"}]) == "/variants/0/attributes/glaze required"
    assert edit(status="active", variants=[{"sku": "A1", "attributes": {"glaze": True}}]) == "changed"


def test_a_record_may_change_the_type_and_all_that_it_asks_for(mug: Product) -> None:
    ProductTypeFactory(code="vase", attributes=[(AttributeFactory(code="height", type="number"), "variant", "always")])
    assert edit(product_type="vase", attributes={"material": None}) == "/variants/0/attributes/height required"
    variants = [{"sku": "A1", "attributes": {"height": 30}}]
    assert edit(product_type="vase", attributes={"material": None}, variants=variants) == "changed"
    assert edit(product_type="vase", attributes={"material": None}, variants=variants) == "unchanged"


def test_a_new_record_is_checked_as_a_new_product() -> None:
    ProductTypeFactory(code="mug", attributes=[(AttributeFactory(code="material"), "product", "always")])
    good, bad = (
        {"external_id": f"{given}", "name": "Cup", "product_type": "mug", "attributes": given}
        for given in ({"material": "x"}, {})
    )
    assert outcomes(land(good, bad)) == ["created", "/attributes/material required"]


@pytest.mark.parametrize("create_missing", [True, False])
def test_an_unknown_type_is_refused(create_missing) -> None:
    record = {"name": "Cup", "product_type": "mug"}
    assert outcomes(land(record, create_missing=create_missing)) == ["/product_type unknown_value"]


def test_the_rules_of_a_batch_are_read_once() -> None:
    costs = []
    for count in (1, 20):
        types = [ProductTypeFactory(attributes=[AttributeFactory(code=f"a{count}-{n}")]) for n in range(count)]
        records = [
            {
                "external_id": f"{count}-{n}",
                "name": "A",
                "product_type": each.code,
                "attributes": {f"a{count}-{n}": "x"},
            }
            for n, each in enumerate(types)
        ]
        assert set(outcomes(land(*records))) == {"created"}
        for record in records:
            record["attributes"] = dict.fromkeys(record["attributes"], "y")
        with CaptureQueriesContext(connection) as asked:
            assert set(outcomes(land(*records))) == {"changed"}
        costs.append(len(asked))
    assert costs[0] == costs[1]
