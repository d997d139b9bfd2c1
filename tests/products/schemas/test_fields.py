from decimal import Decimal

import pytest
from rest_framework.exceptions import ValidationError

from catalog_project.api.exceptions import faults_of
from products.schemas.fields import AttributesField, PricesField, PricesPatchField, surplus_decimals


def faults(field, value) -> dict[str, str]:
    with pytest.raises(ValidationError) as caught:
        field.run_validation(value)
    return {fault.pointer: fault.code for fault in faults_of(caught.value.detail)}


def test_prices_are_read_as_decimals_by_currency() -> None:
    given = {"USD": {"amount": "1.50"}, "JPY": {"amount": 5, "compare_at": None}}
    assert PricesField().run_validation(given) == {
        "USD": {"amount": Decimal("1.50")},
        "JPY": {"amount": Decimal(5), "compare_at": None},
    }


def test_a_patch_of_prices_may_leave_out_and_remove() -> None:
    given = {"USD": None, "EUR": {}, "JPY": {"compare_at": "7"}}
    assert PricesPatchField().run_validation(given) == {"USD": None, "EUR": {}, "JPY": {"compare_at": Decimal(7)}}


@pytest.mark.parametrize("field", [PricesField(), PricesPatchField()])
@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ([], {"": "invalid"}),
        ("USD", {"": "invalid"}),
        ({"usd": {"amount": 1}, "EUR": {"amount": "x"}}, {"/usd": "unknown_value", "/EUR/amount": "invalid"}),
        ({"USD": 5}, {"/USD": "invalid"}),
        (
            {"JPY": {"amount": "1.5", "compare_at": "1.5"}},
            {"/JPY/amount": "max_decimal_places", "/JPY/compare_at": "max_decimal_places"},
        ),
        ({"USD": {"amount": 1, "tax": 1}}, {"/USD/tax": "unknown_field"}),
    ],
)
def test_every_wrong_price_is_named(field, value, expected) -> None:
    assert faults(field, value) == expected


def test_a_new_price_is_whole() -> None:
    assert faults(PricesField(), {"USD": None, "EUR": {}}) == {"/USD": "null", "/EUR/amount": "required"}


def test_a_misspelled_currency_gets_a_suggestion() -> None:
    with pytest.raises(ValidationError) as caught:
        PricesField().run_validation({"EURO": {"amount": 1}})
    [fault] = faults_of(caught.value.detail)
    assert fault.suggestion == "EUR"


def test_prices_are_shown_as_they_are() -> None:
    assert PricesField().to_representation({"USD": 1}) == {"USD": 1}
    assert AttributesField().to_representation({"a": None}) == {"a": None}


def test_surplus_decimals_are_told_by_name() -> None:
    amounts = {"a": Decimal("1.5"), "b": Decimal("1.0"), "c": None}
    assert list(surplus_decimals(amounts, "JPY")) == ["a"]
    assert surplus_decimals(amounts, "USD") == {}


@pytest.mark.parametrize("value", [[], "a", 5, True])
def test_attributes_are_an_object(value) -> None:
    assert faults(AttributesField(), value) == {"": "invalid"}
