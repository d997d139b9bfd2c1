"""Conditions and sort keys; what any combination of them finds is tested on the list itself."""

from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from products.models import Listing
from products.search.products import matching, with_lowest_price
from tests.factories.products import ProductFactory, VariantFactory

pytestmark = pytest.mark.django_db


def test_without_conditions_all_products_stay() -> None:
    ProductFactory(variants=0)
    assert matching(Listing.objects.all(), {"currency": "USD"}).count() == 1


def test_many_variants_that_fit_give_a_product_once() -> None:
    ProductFactory(variants=3)
    found = matching(Listing.objects.all(), {"currency": "USD", "in_stock": True, "price__gte": Decimal(0)})
    assert found.count() == 1


@pytest.mark.parametrize(("is_descending", "missing"), [(False, Decimal(10**10)), (True, Decimal(-1))])
def test_the_lowest_price_is_never_null(is_descending, missing) -> None:
    made = ProductFactory(variants=0)
    VariantFactory(product=made, prices={"USD": "3", "EUR": "1"})
    VariantFactory(product=made, prices={"USD": "2.50"})
    ProductFactory(variants=0)
    found = with_lowest_price(Listing.objects.order_by("pk"), "USD", descending=is_descending)
    assert [product.lowest_price for product in found] == [Decimal("2.50"), missing]


def test_all_conditions_are_one_query() -> None:
    conditions = {"currency": "USD", "in_stock": False, "price__lte": Decimal(1), "sku": ["a"], "status": ["active"]}
    with CaptureQueriesContext(
        connection,
    ) as queries:
        list(matching(Listing.objects.all(), conditions))
    assert len(queries) == 1
