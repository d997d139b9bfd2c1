from decimal import Decimal

import pytest

from catalog_project.errors import Invalid
from products.models import Product
from products.services.staging import ProductEdit, assign, same_json, stage_product, stage_variant

# --- Same JSON


@pytest.mark.parametrize(
    "value", [None, True, 0, 1.5, "a", [], {}, [1, [2.0]], {"a": {"b": [None, False]}}, 1e300, -(2**63), 2**63 - 1]
)
def test_a_value_is_the_same_as_itself(value) -> None:
    assert same_json(value, value)


@pytest.mark.parametrize(
    ("left", "right"),
    [
        (1, True),
        (0, False),
        (1, 1.0),
        (1, "1"),
        (None, False),
        ([], {}),
        ([1], [True]),
        ([1], [1, 1]),
        ({"a": 1}, {"a": True}),
        ({"a": 1}, {"b": 1}),
        ({"a": 1}, {"a": 1, "b": None}),
        ({"a": [0]}, {"a": [0.0]}),
        (2**53 + 1, float(2**53)),
        (1e15, 10**15),
    ],
)
def test_what_only_looks_alike_is_not(left, right) -> None:
    assert not same_json(left, right)
    assert not same_json(right, left)


@pytest.mark.parametrize(
    ("number", "written_out"), [(1e16, 10**16), (-1e18, -(10**18)), (7.000464048871665e16, 70004640488716650)]
)
def test_large_floats_are_the_same_written_out_as_postgresql_does(number, written_out) -> None:
    assert same_json({"a": [number]}, {"a": [written_out]})
    assert not same_json(number, written_out + 1)


def test_assign_sets_what_differs_and_says_what_was_there() -> None:
    product = Product(name="A", slug="a")
    assert assign(product, {"name": "A", "slug": "b", "description": ""}) == {"slug": "a"}
    assert product.slug == "b"


# --- What counts as a change


def variant_edit(bag: Product, **values) -> ProductEdit:
    return ProductEdit(bag, variants=[stage_variant(bag.variants.all()[0], values)])


@pytest.mark.parametrize(
    ("values", "is_effective", "is_versioned"),
    [
        ({}, False, False),
        ({"sku": "ONE", "prices": {"USD": {"amount": Decimal("10.00")}}}, False, False),
        ({"stock": 5}, False, False),
        ({"stock": 4}, True, False),
        ({"stock": None}, True, False),
        ({"stock": 4, "name": "New"}, True, True),
        ({"prices": {"USD": {"amount": Decimal(11)}}}, True, True),
        ({"prices": {"USD": None}}, True, True),
        ({"prices": {"EUR": None}}, False, False),
        ({"attributes": {"a": 1}}, True, True),
    ],
)
def test_a_sale_is_written_but_is_no_version(bag, values, is_effective, is_versioned) -> None:
    edit = variant_edit(bag, **values)
    assert (edit.is_effective, edit.is_versioned) == (is_effective, is_versioned)


@pytest.mark.parametrize(
    ("values", "is_versioned"),
    [
        ({}, False),
        ({"name": "Bag"}, False),
        ({"name": "Sack"}, True),
        ({"attributes": {"a": None}}, True),
        ({"categories": []}, True),
    ],
)
def test_a_product_changes_when_something_of_its_own_does(bag, values, is_versioned) -> None:
    assert stage_product(bag, values).is_versioned == is_versioned


def test_an_import_keeps_the_nulls_that_stand_there(bag) -> None:
    assert not stage_product(bag, {"attributes": {"a": None}}, keep_nulls=True).is_effective
    assert bag.attributes == {"a": None}


def test_attributes_may_not_outgrow_their_limits(bag) -> None:
    with pytest.raises(Invalid) as caught:
        stage_product(bag, {"attributes": {"a": "x" * 70_000}})
    assert [fault.pointer for fault in caught.value.faults] == ["/attributes"]


def test_every_new_price_needs_an_amount(bag) -> None:
    with pytest.raises(Invalid) as caught:
        variant_edit(bag, prices={"EUR": {}, "USD": {}, "JPY": {"compare_at": None}, "GBP": None})
    assert [fault.pointer for fault in caught.value.faults] == ["/prices/EUR/amount", "/prices/JPY/amount"]
