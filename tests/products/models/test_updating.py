"""Updating many rows, each with values of its own."""

from datetime import UTC, datetime

import pytest
from django.db import DataError, IntegrityError, transaction

from products.models import Listing, Product, Variant
from products.models.updating import WORTH_A_LIST, update_from_lists, update_rows
from tests.factories.products import BrandFactory, ProductFactory

pytestmark = pytest.mark.django_db

COUNTS = pytest.mark.parametrize("count", [1, 2, WORTH_A_LIST])


@COUNTS
def test_every_kind_of_column_is_written(count) -> None:
    brand, time = BrandFactory(), datetime(2030, 1, 31, 12, 0, 0, 123456, tzinfo=UTC)
    products = ProductFactory.create_batch(count, variants=1)
    for number, product in enumerate(products):
        product.name, product.description = f"O'Brien \\ {number}", '"{,}"'
        product.attributes = {"ü": [1, 1.5, None, True], 'a"b\\': "c'd"}
        product.brand, product.published_from, product.external_id = brand, time, None
        product.version = 2**40 + number
    names = ["name", "description", "attributes", "brand", "published_from", "external_id", "version"]
    update_rows(products, names)
    for product in products:
        stored = Product.objects.get(pk=product.pk)
        assert {name: getattr(stored, name) for name in names} == {name: getattr(product, name) for name in names}


@COUNTS
def test_null_is_written(count) -> None:
    variants = [product.variants.get() for product in ProductFactory.create_batch(count, variants__stock=5)]
    for variant in variants:
        variant.stock = None
    update_rows(variants, ["stock"])
    assert not Variant.objects.exclude(stock=None).exists()


@COUNTS
def test_other_columns_stay(count) -> None:
    products = ProductFactory.create_batch(count)
    for product in products:
        product.name = product.slug = "changed"
    update_rows(products, ["name"])
    assert not Product.objects.filter(slug="changed").exists()


@COUNTS
def test_what_the_database_refuses_is_raised(count) -> None:
    products = ProductFactory.create_batch(count)
    products[0].status = "unknown"
    with pytest.raises((IntegrityError, DataError)), transaction.atomic():
        update_rows(products, ["status"])


@pytest.mark.postgres
def test_a_text_that_is_too_long_is_never_cut() -> None:
    products = ProductFactory.create_batch(WORTH_A_LIST)
    products[0].name = "x" * 301
    with pytest.raises(DataError), transaction.atomic():
        update_rows(products, ["name"])


def test_no_rows_are_no_statement(django_assert_num_queries) -> None:
    with django_assert_num_queries(0):
        update_rows([], ["name"])


@pytest.mark.postgres
def test_lists_of_numbers_are_written_and_rows_that_are_there_counted() -> None:
    products = ProductFactory.create_batch(WORTH_A_LIST, variants=1)
    listings = [Listing.objects.get(pk=product.pk) for product in products]
    for number, listing in enumerate(listings):
        listing.category_ids = [number, 2**40][: number % 3]
    absent = Listing(pk=2**50, category_ids=[], in_stock=True, prices={})
    assert update_from_lists([*listings, absent], ["category_ids"]) == WORTH_A_LIST
    for listing in listings:
        assert Listing.objects.get(pk=listing.pk).category_ids == listing.category_ids
