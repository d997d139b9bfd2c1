"""Attribute and product type records."""

from typing import Any

import pytest

from products.listings.definitions import attribute_document, product_type_document
from products.models import Attribute, Product, ProductType
from tests.factories.products import AttributeFactory, ProductFactory, ProductTypeFactory
from tests.products.exchange.landing import land, outcomes

pytestmark = pytest.mark.django_db


def attribute(**values: Any) -> str:
    return outcomes(land({"kind": "attribute", "code": "color", "name": "Color", "type": "option", **values}))[0]


def product_type(**values: Any) -> str:
    return outcomes(land({"kind": "product_type", "code": "mug", "name": "Mug", **values}))[0]


def options(*codes: str) -> list[dict[str, str]]:
    return [{"code": code, "label": code.capitalize()} for code in codes]


def test_an_attribute_is_created_then_edited_then_left_alone() -> None:
    values = {"options": options("red", "blue"), "filterable": True}
    assert [attribute(**values, name=name) for name in ("Color", "Colour", "Colour")] == [
        "created",
        "changed",
        "unchanged",
    ]
    document = attribute_document(Attribute.objects.get())
    assert (document["name"], document["filterable"]) == ("Colour", True)
    assert [option["code"] for option in document["options"]] == ["red", "blue"]


def test_options_are_replaced_as_a_whole_and_kept_where_a_record_has_none() -> None:
    attribute(options=options("red", "blue"))
    assert attribute() == "unchanged"
    assert attribute(options=options("blue", "green")) == "changed"
    assert [option.code for option in Attribute.objects.get().ordered_options()] == ["blue", "green"]


def test_an_option_that_products_carry_cannot_go() -> None:
    attribute(options=options("red", "blue"))
    product_type(attributes=[{"attribute": "color"}])
    ProductFactory(product_type=ProductType.objects.get(), attributes={"color": "red"})
    assert attribute(options=options("blue")) == "/options in_use"
    assert attribute(type="text", options=[]) != "changed"


def test_a_product_type_is_created_then_edited_then_left_alone() -> None:
    AttributeFactory(code="color")
    AttributeFactory(code="size")
    links = [{"attribute": "size", "level": "variant", "required": "to_publish"}, {"attribute": "color"}]
    assert [product_type(attributes=links[:count]) for count in (1, 2, 2)] == ["created", "changed", "unchanged"]
    assert product_type() == "unchanged"
    assert product_type_document(ProductType.objects.get())["attributes"] == [
        {"attribute": "size", "level": "variant", "required": "to_publish"},
        {"attribute": "color", "level": "product", "required": "never"},
    ]


def test_a_type_may_name_attributes_and_a_product_a_type_of_the_lines_before() -> None:
    lines = [
        {"kind": "attribute", "code": "color", "name": "Color", "type": "option", "options": options("red")},
        {"kind": "product_type", "code": "mug", "name": "Mug", "attributes": [{"attribute": "color"}]},
        {"external_id": "7", "name": "Mug", "product_type": "mug", "attributes": {"color": "red"}},
    ]
    assert outcomes(land(*lines)) == ["created"] * 3
    assert outcomes(land(*lines)) == ["unchanged"] * 3
    assert Product.objects.get().product_type == ProductType.objects.get(code="mug")


def test_an_attribute_that_a_type_names_in_vain_fails_it_with_its_place() -> None:
    AttributeFactory(code="color")
    assert product_type(attributes=[{"attribute": "color"}, {"attribute": "colour"}]) == (
        "/attributes/1/attribute unknown_value"
    )


@pytest.mark.parametrize(
    ("values", "fault"),
    [
        ({"type": "colour"}, "/type invalid_choice"),
        ({"type": "number", "min": 2, "max": 1}, "/max range_order"),
        ({"code": "no code"}, "/code invalid_code"),
        ({"type": "text", "options": [{"code": "red", "label": "Red"}]}, "/options invalid"),
        ({"options": [{"code": "red"}]}, "/options/0/label required"),
        ({"colour": "red"}, "/colour unknown_field"),
    ],
)
def test_what_is_no_attribute_fails_with_its_place(values, fault) -> None:
    assert attribute(**values) == fault
    assert not Attribute.objects.exists()


def test_an_option_of_a_variant_is_refused_with_its_place_in_the_record() -> None:
    color = AttributeFactory(code="color", type="option", options=["red"])
    ProductTypeFactory(code="mug", attributes=[(color, "variant", "never")])
    record = {"name": "Mug", "product_type": "mug", "variants": [{"sku": "A", "attributes": {"color": "rad"}}]}
    assert outcomes(land(record)) == ["/variants/0/attributes/color unknown_value"]
