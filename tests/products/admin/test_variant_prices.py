"""Prices are edited in a small table below each variant."""

import pytest
from django.test import Client

from products.models import Product, Variant
from tests.factories.products import ProductFactory
from tests.products.admin.pages import errors_of, submit, url_of


@pytest.fixture
def product(db: None) -> Product:
    """An active product with two variants."""
    return ProductFactory(variants=2, variants__stock=5)


def page(product: Product) -> str:
    return url_of("product_change", product.pk)


def prices(variant: Variant) -> dict[str, tuple[str, str | None]]:
    rows = variant.prices.order_by("currency")
    return {row.currency: (f"{row.amount:f}", row.compare_at and f"{row.compare_at:f}") for row in rows}


def versions(product: Product) -> tuple[int, list[int]]:
    return Product.objects.get(pk=product.pk).version, list(product.variants.values_list("version", flat=True))


def typed_prices(*rows: tuple[str, str, str]) -> dict[str, list[str]]:
    columns = ("currency", "amount", "compare_at")
    return {f"variants-0-prices-{name}": [row[index] for row in rows] for index, name in enumerate(columns)}


def test_prices_are_changed_added_and_removed(editor: Client) -> None:
    product = ProductFactory(variants=1, variants__prices={"USD": "10", "EUR": "9", "JPY": "1000"})
    typed = typed_prices(("USD", "12.5", "20"), ("EUR", "", ""), ("JPY", "1000", ""), ("kwd", "1.125", ""))
    submit(editor, page(product), typed)
    assert prices(product.variants.get()) == {
        "JPY": ("1000.0000", None),
        "KWD": ("1.1250", None),
        "USD": ("12.5000", "20.0000"),
    }
    assert versions(product) == (2, [2])


def test_a_compared_price_can_be_taken_away(editor: Client, product: Product) -> None:
    submit(editor, page(product), typed_prices(("USD", "10", "15")))
    submit(editor, page(product), typed_prices(("USD", "10", "")))
    assert prices(product.variants.first()) == {"USD": ("10.0000", None)}


def test_another_spelling_of_the_same_price_changes_nothing(editor: Client, product: Product) -> None:
    submit(editor, page(product), typed_prices(("usd", " 10.0 ", "")))
    assert versions(product) == (1, [1, 1])


@pytest.mark.parametrize(
    ("row", "error"),
    [
        (("USD", "1.999", ""), "USD, amount: USD has 2 decimals."),
        (("JPY", "10", "1.5"), "JPY, compare at: JPY has 0 decimals."),
        (("USD", "1,299.00", ""), 'USD, amount: This must be an amount such as "129.90".'),
        (("USD", "-1", ""), "USD, amount: An amount must not be negative."),
        (("USD", "99999999999", ""), "USD, amount: An amount must stay below 10,000,000,000."),
        (("USD", "", "15"), "USD, amount: This field is required."),
        (("", "15", ""), "Give the currency of 15, such as USD."),
    ],
)
def test_a_wrong_price_is_named_with_its_currency(
    editor: Client, product: Product, row: tuple[str, str, str], error: str
) -> None:
    assert errors_of(submit(editor, page(product), typed_prices(row))) == {"variants-0-prices": [error]}


def test_an_unknown_currency_is_named_with_one_that_is_close(editor: Client, product: Product) -> None:
    (error,) = errors_of(submit(editor, page(product), typed_prices(("UDS", "1", ""))))["variants-0-prices"]
    assert error.startswith("UDS: This is not a currency code of ISO 4217. Did you mean ")


def test_a_currency_may_stand_once(editor: Client, product: Product) -> None:
    answer = submit(editor, page(product), typed_prices(("USD", "1", ""), ("usd", "2", "")))
    assert errors_of(answer) == {"variants-0-prices": ["USD stands twice."]}
