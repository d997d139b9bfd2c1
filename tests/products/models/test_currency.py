from decimal import Decimal

import pytest

from products.models.currency import DECIMALS, fits, format_money


def test_every_currency_is_three_capitals_with_up_to_three_decimals() -> None:
    assert all(len(code) == 3 and code.isalpha() and code.isupper() for code in DECIMALS)
    assert set(DECIMALS.values()) == {0, 2, 3}
    assert len(DECIMALS) > 150


@pytest.mark.parametrize(
    ("currency", "decimals"),
    [("USD", 2), ("EUR", 2), ("JPY", 0), ("KRW", 0), ("KWD", 3), ("TND", 3), ("ISK", 0), ("CHF", 2)],
)
def test_the_decimals_of_well_known_ones(currency, decimals) -> None:
    assert DECIMALS[currency] == decimals


@pytest.mark.parametrize("code", ["XXX", "XAU", "XTS", "BTC", "usd", "DEM"])
def test_metals_tests_and_coins_are_none(code) -> None:
    assert code not in DECIMALS


@pytest.mark.parametrize(
    ("amount", "currency", "text"),
    [
        ("129.9", "USD", "129.90"),
        ("129.9000", "USD", "129.90"),
        ("1000", "JPY", "1000"),
        ("1E+3", "JPY", "1000"),
        ("0", "KWD", "0.000"),
        ("9999999999.99", "EUR", "9999999999.99"),
    ],
)
def test_money_is_written_with_the_decimals_of_its_currency(amount, currency, text) -> None:
    assert format_money(Decimal(amount), currency) == text


@pytest.mark.parametrize(
    ("amount", "currency", "expected"),
    [
        ("1", "JPY", True),
        ("1.0", "JPY", True),
        ("1.5", "JPY", False),
        ("1.99", "USD", True),
        ("1.990000", "USD", True),
        ("1.999", "USD", False),
        ("1.999", "BHD", True),
        ("0." + "0" * 30 + "1", "USD", False),
    ],
)
def test_trailing_zeros_are_no_decimals(amount, currency, expected) -> None:
    assert fits(Decimal(amount), currency) is expected
