"""Typed values as foreign files spell them."""

from typing import Any

import pytest

from products.exchange.spelling import Spelling
from products.models import Product
from products.models.product_type import Definition
from tests.factories.products import AttributeFactory, ProductFactory, ProductTypeFactory
from tests.products.exchange.landing import land, only_product, outcomes

OPTIONS = {"a-b": "a b", "a-b-2": "a-b", "red": "Red", "RED": "RED", "five": "5"}


def meant(kind: str, given: Any, unit: str = "") -> Any:
    definition = Definition(
        code="a", name="A", type=kind, unit=unit, filterable=False, searchable=False, min=None, max=None,
        level="product", required="never", options=OPTIONS,
    )  # fmt: skip
    return Spelling(definition).value(given)


@pytest.mark.parametrize(
    ("kind", "given", "expected"),
    [
        ("option", "a b", "a-b"),
        ("option", "a-b", "a-b-2"),
        ("option", "a-b-2", "a-b-2"),
        ("option", " red ", "red"),
        ("option", "Réd", "red"),
        ("option", 5.0, "five"),
        ("option", "blue", "blue"),
        ("option", {"x": 1}, {"x": 1}),
        ("option", "", None),
        ("options", ["Red", "a b", "red"], ["red", "a-b"]),
        ("options", "Red", ["red"]),
        ("options", [{"x": 1}], [{"x": 1}]),
        ("options", [], None),
        ("number", "2.50", 2.5),
        ("number", "16", 16),
        ("number", "16 GB", "16 GB"),
        ("number", True, True),
        ("text", "", ""),
        ("text", None, None),
        ("text", 5, 5),
        ("boolean", "yes", "yes"),
        ("date", None, None),
    ],
)
def test_a_value_is_read_as_its_type_has_it_or_left_to_be_refused(kind: str, given: Any, expected: Any) -> None:
    assert meant(kind, given) == expected
    assert type(meant(kind, given)) is type(expected)


def test_a_unit_is_left_off_where_it_is_that_of_the_attribute() -> None:
    assert [meant("number", text, unit="GB") for text in ("16 GB", "1.5GB", "16 TB")] == [16, 1.5, "16 TB"]


MAPPING: dict[str, Any] = {
    "product": {"external_id": "id", "name": "name", "product_type": "kind", "attributes": {"color": "color"}},
    "variants": {"sku": "id", "attributes": {"size": "size"}},
}


@pytest.fixture
def mug(db: None) -> None:
    """A type with an option on the product and a number on variants."""
    color = AttributeFactory(code="color", type="option", options=["red"])
    size = AttributeFactory(code="size", type="number", unit="ml")
    ProductTypeFactory(code="mug", name="Coffee mug", attributes=[color, (size, "variant", "never")])


@pytest.mark.parametrize("kind", ["mug", "Coffee mug", "COFFEE MUG"])
def test_a_mapping_names_types_and_options_as_people_do(mug: None, kind: str) -> None:
    record = {"id": "7", "name": "Mug", "kind": kind, "color": "Red", "size": "250 ml"}
    assert outcomes(land(record, mapping=MAPPING)) == ["created"]
    product = only_product()
    assert (product.attributes, product.variants.all()[0].attributes) == ({"color": "red"}, {"size": 250})
    assert outcomes(land(record, mapping=MAPPING)) == ["unchanged"]
    assert outcomes(land({**record, "size": "300 ml"}, mapping=MAPPING)) == ["changed"]


def test_a_record_that_names_no_type_is_read_by_that_of_its_product(mug: None) -> None:
    land({"id": "7", "name": "Mug", "kind": "mug"}, mapping=MAPPING)
    assert outcomes(land({"id": "7", "color": "Red"}, mapping=MAPPING)) == ["changed"]
    assert Product.objects.get().attributes == {"color": "red"}


def test_what_does_not_fit_is_refused_with_its_place(mug: None) -> None:
    record = {"id": "7", "name": "Mug", "kind": "mug", "color": "rad", "size": "big"}
    assert outcomes(land(record, mapping=MAPPING)) == [
        "/attributes/color unknown_value, /variants/0/attributes/size invalid"
    ]
    assert outcomes(land({**record, "kind": "cup"}, mapping=MAPPING, create_missing=True)) == [
        "/product_type unknown_value"
    ]


def test_without_a_mapping_values_are_codes_and_numbers(mug: None) -> None:
    ProductFactory(external_id="7", variants=0)
    assert outcomes(land({"external_id": "7", "product_type": "mug", "attributes": {"color": "Red"}})) == [
        "/attributes/color unknown_value"
    ]
