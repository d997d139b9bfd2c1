"""PATCH /variants/{id}/: a merge patch of a variant and its prices, which are versions of the product too."""

from typing import Any

import pytest

from products.models import Price, Variant
from tests.answers import faults, problem
from tests.factories.products import ProductFactory, VariantFactory
from tests.threads import at_once

URL = "/api/v1/variants/"


@pytest.fixture
def red(db) -> Variant:
    return VariantFactory(
        sku="RED",
        name="Red",
        product=ProductFactory(variants=1),
        attributes={"color": "red", "size": {"w": 1}},
        stock=5,
        external_id="r",
        prices={"USD": "10.00", "EUR": "9.00"},
    )


def patch(client: Any, variant: Variant, **body: Any) -> dict[str, Any]:
    response = client.patch(f"{URL}{variant.pk}/", body)
    assert response.status_code == 200, response.content
    return dict(response.json())


def stamps(variant: Variant) -> list[Any]:
    """The versions and times of everything that belongs to the variant's product."""
    rows = Variant.objects.filter(product=variant.product_id).order_by("pk")
    prices = Price.objects.filter(variant__in=rows).order_by("pk")
    variant.product.refresh_from_db()
    return [
        (variant.product.version, variant.product.updated_at),
        *rows.values_list("version", "updated_at"),
        *prices.values_list("updated_at", "created_at"),
    ]


# --- What changes


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("sku", "red"),
        ("sku", "BLUE"),
        ("name", ""),
        ("barcode", "4006381333931"),
        ("weight_g", 900),
        ("weight_g", None),
        ("position", 4),
        ("external_id", None),
        ("external_id", "s"),
    ],
)
def test_each_field_can_be_changed(editor, red, field, value) -> None:
    if value == red.weight_g:
        patch(editor, red, weight_g=1)
    after = patch(editor, red, **{field: value})
    assert after[field] == value
    assert after["version"] > 1


def test_what_is_left_out_stays(editor, red) -> None:
    before = editor.get(f"{URL}{red.pk}/").json()
    after = patch(editor, red, name="Crimson")
    assert after | {"updated_at": 0} == before | {"name": "Crimson", "version": 2, "updated_at": 0}


def test_attributes_merge_key_by_key(editor, red) -> None:
    after = patch(editor, red, attributes={"color": None, "size": {"h": 2}})
    assert after["attributes"] == {"size": {"w": 1, "h": 2}}


def test_prices_merge_currency_by_currency_and_key_by_key(editor, red) -> None:
    patched = {"USD": {"compare_at": "12"}, "EUR": None, "JPY": {"amount": 1000}, "GBP": None}
    assert patch(editor, red, prices=patched)["prices"] == {
        "JPY": {"amount": "1000", "compare_at": None},
        "USD": {"amount": "10.00", "compare_at": "12.00"},
    }
    assert patch(editor, red, prices={"USD": {"compare_at": None}})["prices"]["USD"]["compare_at"] is None


def test_a_price_keeps_its_row_and_its_birthday(editor, red) -> None:
    before = red.prices.get(currency="USD")
    patch(editor, red, prices={"USD": {"amount": "11"}})
    after = red.prices.get(currency="USD")
    assert (after.pk, after.created_at) == (before.pk, before.created_at)
    assert after.updated_at > before.updated_at


@pytest.mark.parametrize(
    "body",
    [
        {"name": "Crimson"},
        {"sku": "Red"},
        {"attributes": {"color": "blue"}},
        {"prices": {"USD": {"amount": "11"}}},
        {"prices": {"USD": None}},
        {"prices": {"JPY": {"amount": 1}}},
        {"prices": {"EUR": {"compare_at": "10"}}},
    ],
)
def test_each_change_is_a_version_of_the_variant_and_of_its_product(editor, red, body) -> None:
    other, before = red.product.variants.exclude(pk=red.pk).get(), red.product.updated_at
    assert patch(editor, red, **body)["version"] == 2
    red.product.refresh_from_db()
    assert red.product.version == 2
    assert red.product.updated_at > before
    assert Variant.objects.get(pk=other.pk).version == 1


# --- What does not


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"sku": " RED ", "name": "Red", "external_id": "r", "position": 0, "weight_g": None, "barcode": ""},
        {"attributes": {}},
        {"attributes": {"color": "red", "gone": None}},
        {"prices": {}},
        {"prices": {"USD": {}}},
        {"prices": {"USD": {"amount": 10, "compare_at": None}, "EUR": {"amount": "9.0000"}, "JPY": None}},
    ],
)
def test_a_write_that_changes_nothing_moves_nothing(editor, red, body) -> None:
    before, shown = stamps(red), editor.get(f"{URL}{red.pk}/").json()
    assert patch(editor, red, **body) == shown
    assert stamps(red) == before


# --- What is refused


@pytest.mark.parametrize("name", ["id", "in_stock", "version", "created_at", "updated_at", "product", "stock"])
def test_what_a_patch_cannot_change_is_read_only(editor, red, name) -> None:
    shown = editor.get(f"{URL}{red.pk}/").json()
    assert faults(editor.patch(f"{URL}{red.pk}/", {name: shown[name]})) == {f"/{name}": "read_only"}


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({"sku": None, "name": None, "position": None}, {"/sku": "null", "/name": "null", "/position": "null"}),
        ({"sku": "", "weight_g": 1.5, "barcode": 5}, {"/sku": "blank", "/weight_g": "invalid", "/barcode": "invalid"}),
        ({"prices": {"USD": {"amount": "1.001"}}}, {"/prices/USD/amount": "max_decimal_places"}),
        ({"prices": {"USD": {"amount": None}}}, {"/prices/USD/amount": "null"}),
        ({"prices": {"JPY": {}}}, {"/prices/JPY/amount": "required"}),
        ({"prices": {"JPY": {"compare_at": 1}}}, {"/prices/JPY/amount": "required"}),
        ({"prices": {"JPY": {}, "GBP": {}}}, {"/prices/JPY/amount": "required", "/prices/GBP/amount": "required"}),
        ({"prices": {"XXX": None}}, {"/prices/XXX": "unknown_value"}),
        ({"prices": None}, {"/prices": "null"}),
        ({"prices": {"USD": {"ammount": 1}}, "x": 1}, {"/prices/USD/ammount": "unknown_field", "/x": "unknown_field"}),
    ],
)
def test_what_is_wrong_is_named(editor, red, body, expected) -> None:
    before = stamps(red)
    assert faults(editor.patch(f"{URL}{red.pk}/", body)) == expected
    assert stamps(red) == before


def test_every_key_that_is_taken_is_named(editor, red) -> None:
    VariantFactory(sku="Blue", external_id="b")
    response = editor.patch(f"{URL}{red.pk}/", {"sku": "BLUE", "external_id": "b", "name": "N"})
    assert faults(response, "duplicate") == {"/sku": "duplicate", "/external_id": "duplicate"}


def test_what_is_not_there_is_404(editor) -> None:
    problem(editor.patch(f"{URL}999999/", {"name": "N"}), "not_found")


# --- Cost and concurrency


def test_an_edit_costs_the_same_beside_one_and_beside_fifty(editor, red, django_assert_num_queries) -> None:
    patch(editor, red, name="Warm up")
    for count in (1, 50):
        VariantFactory.create_batch(count, product=red.product)
        with django_assert_num_queries(UPDATE_QUERIES):
            patch(editor, red, name=f"N{count}", prices={"USD": {"amount": count}, "EUR": {"amount": count}})


# find it 1; whose it is 1; lock the product with its parts 4; write 2; list it with its lowest prices 4, log it
# 1; in savepoints
UPDATE_QUERIES = 20


@pytest.mark.django_db(transaction=True)
def test_edits_of_different_parts_at_once_lose_none(editor, red) -> None:
    bodies = [{"attributes": {f"key{number}": number}} for number in range(6)]
    bodies += [{"prices": {currency: {"amount": "1"}}} for currency in ("GBP", "CHF", "SEK", "NOK")]
    answers = at_once(len(bodies), lambda number: editor.patch(f"{URL}{red.pk}/", bodies[number]))
    assert {answer.status_code for answer in answers} == {200}
    shown = editor.get(f"{URL}{red.pk}/").json()
    assert {f"key{number}" for number in range(6)} < shown["attributes"].keys()
    assert {"GBP", "CHF", "SEK", "NOK"} < shown["prices"].keys()
    assert shown["version"] == len(bodies) + 1
