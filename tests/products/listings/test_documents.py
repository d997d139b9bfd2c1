"""The public documents, as far as the API's tests do not show them."""

from decimal import Decimal

import pytest

from products.listings.documents import price_range, product_document
from products.listings.rows import load
from products.models import Price, Product
from tests.factories.products import BrandFactory, CategoryFactory, ProductFactory, VariantFactory


def price(amount: str, currency: str = "USD") -> Price:
    return Price(amount=Decimal(amount), currency=currency)


def test_a_range_spans_each_currency_by_itself() -> None:
    found = price_range([price("10"), price("9.5"), price("500", "JPY"), price("10.01")])
    assert found == {"JPY": {"min": "500", "max": "500"}, "USD": {"min": "9.50", "max": "10.01"}}
    assert list(found) == ["JPY", "USD"]


def test_without_prices_there_is_no_range() -> None:
    assert price_range([]) == {}


@pytest.mark.django_db
def test_a_loaded_product_is_shown_without_a_query(django_assert_num_queries) -> None:
    made = ProductFactory(brand=BrandFactory(), categories=CategoryFactory.create_batch(2), variants=2)
    VariantFactory(product=made, prices={})
    [product] = load(Product.objects.all())
    with django_assert_num_queries(0):
        shown = product_document(product)
    assert len(shown["variants"]) == 3


@pytest.mark.django_db
def test_prices_are_shown_in_the_order_of_their_currencies() -> None:
    VariantFactory(prices={"USD": "1", "EUR": "1", "JPY": "1"})
    [product] = load(Product.objects.all())
    assert list(product_document(product)["variants"][0]["prices"]) == ["EUR", "JPY", "USD"]
