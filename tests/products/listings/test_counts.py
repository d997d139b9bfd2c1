"""The counts beside the listings are what the listings say, whoever writes."""

from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.db.models import Sum
from django.utils import timezone

from products.listings.counts import miscounted, recount
from products.listings.rebuild import rebuild
from products.models import Listing, ListingCount, Product
from products.services.products import archive_product
from tests.factories.products import BrandFactory, CategoryFactory, ProductFactory
from tests.threads import at_once

pytestmark = [pytest.mark.django_db, pytest.mark.postgres]


def fold() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT products_fold_counts()")


def visible() -> int:
    return ListingCount.objects.visible().aggregate(n=Sum("n"))["n"] or 0


def test_hands_in_the_database_are_counted_as_well() -> None:
    made = ProductFactory.create_batch(4, categories=[CategoryFactory()])
    assert visible() == 4
    Listing.objects.filter(pk=made[0].pk).update(status="draft")
    Listing.objects.filter(pk=made[1].pk).update(brand_id=5, category_ids=[1, 2], in_stock=False)
    Listing.objects.filter(pk=made[2].pk).delete()
    assert (visible(), miscounted()) == (2, 0)


def test_what_changes_no_kind_adds_no_row() -> None:
    ProductFactory.create_batch(2)
    before = ListingCount.objects.count()
    Listing.objects.update(name_key="z", prices={})
    assert ListingCount.objects.count() == before


def test_folding_leaves_one_row_a_kind_and_none_of_what_is_gone() -> None:
    kept = ProductFactory.create_batch(3, brand=BrandFactory())
    archive_product(by=None, product_id=ProductFactory().pk)
    fold()
    assert list(ListingCount.objects.values_list("brand", "n")) == [(kept[0].brand_id, 3)]
    assert miscounted() == 0


def test_windows_are_told_apart_until_they_are_long_over() -> None:
    now, hours = timezone.now(), timedelta(hours=1)
    ProductFactory(published_from=now - 2 * hours)
    ProductFactory(published_from=now + hours)
    ProductFactory(published_until=now - 2 * hours)
    ProductFactory(published_until=now + hours)
    for _ in range(2):
        at = [ListingCount.objects.visible(now + n * hours).aggregate(n=Sum("n"))["n"] for n in (0, 0.9, 1.1)]
        assert (at, miscounted()) == ([2, 2, 2], 0)
        fold()
    assert ListingCount.objects.count() == 3


def test_what_was_counted_before_its_window_opened_is_taken_off_after_it_was_forgotten() -> None:
    made = ProductFactory(published_from=timezone.now() - timedelta(hours=2))
    fold()
    Listing.objects.filter(pk=made.pk).update(status="archived")
    assert visible() == 0
    fold()
    assert ListingCount.objects.count() == 0


def test_wrong_counts_are_found_and_mended() -> None:
    ProductFactory.create_batch(2)
    ListingCount.objects.update(n=7)
    ListingCount.objects.create(category_ids=[9], in_stock=True, n=1)
    assert miscounted() == 2
    list(rebuild())
    assert (visible(), miscounted()) == (2, 0)
    ListingCount.objects.all().delete()
    recount()
    assert (visible(), miscounted()) == (2, 0)


@pytest.mark.django_db(transaction=True)
def test_nobody_waits_for_who_counts_or_folds() -> None:
    brand = BrandFactory()
    ProductFactory.create_batch(3, brand=brand)

    def write(_: int) -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET LOCAL lock_timeout = '2s'")
            cursor.execute("UPDATE products_listing SET in_stock = NOT in_stock WHERE product_id = %s", [last])
            fold()

    last = Product.objects.latest("pk").pk
    with transaction.atomic():
        Listing.objects.filter(pk=Product.objects.earliest("pk").pk).update(in_stock=False)
        fold()
        at_once(1, write)
    assert (visible(), miscounted()) == (3, 0)
