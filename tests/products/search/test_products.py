"""Conditions and sort keys; what any combination of them finds is tested on the list itself."""

import re
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from catalog_project.api.pagination import window
from products.api.products import _by_price
from products.models import Listing
from products.search.products import matching, with_price, without_price
from tests.factories.products import ProductFactory, VariantFactory

pytestmark = pytest.mark.django_db


def test_without_conditions_all_products_stay() -> None:
    ProductFactory(variants=0)
    assert matching(Listing.objects.all(), {"currency": "USD"}).count() == 1


def test_many_variants_that_fit_give_a_product_once() -> None:
    ProductFactory(variants=3)
    found = matching(Listing.objects.all(), {"currency": "USD", "in_stock": True, "price__gte": Decimal(0)})
    assert found.count() == 1


def test_a_product_has_a_price_or_none() -> None:
    made = ProductFactory(variants=0)
    VariantFactory(product=made, prices={"USD": "3", "EUR": "1"})
    VariantFactory(product=made, prices={"USD": "2.50"})
    bare = ProductFactory(variants=0)
    [priced] = with_price("USD", Listing.objects.all())
    assert (priced.pk, priced.priced_id, priced.lowest_price) == (made.pk, made.pk, Decimal("2.50"))
    assert [listing.pk for listing in without_price("USD", Listing.objects.all())] == [bare.pk]
    assert without_price("JPY", Listing.objects.all()).count() == 2


@pytest.mark.postgres
def test_a_deep_page_by_price_is_one_range_of_an_index() -> None:
    segment = _by_price("USD", descending=False).parts[0]
    with connection.cursor() as cursor:
        for other in ("seqscan", "bitmapscan", "hashjoin", "mergejoin", "sort"):  # as with many rows
            cursor.execute(f"SET LOCAL enable_{other} = off")
    plan = window(Listing.objects.all(), segment, (Decimal(5), 7), backwards=False).explain()
    [condition] = re.findall(r"lowest_price_by_amount.*\n\s+Index Cond: (.*)", plan)
    assert "ROW(amount, listing_id) > ROW(" in condition
    assert "Sort" not in plan


def test_all_conditions_are_one_query() -> None:
    conditions = {"currency": "USD", "in_stock": False, "price__lte": Decimal(1), "sku": ["a"], "status": ["active"]}
    with CaptureQueriesContext(
        connection,
    ) as queries:
        list(matching(Listing.objects.all(), conditions))
    assert len(queries) == 1
