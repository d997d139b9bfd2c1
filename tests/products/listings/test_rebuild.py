"""The read model is proven and remade."""

from decimal import Decimal

import pytest

from products.listings.rebuild import Drift, find_drift, rebuild
from products.models import Listing, ListingDocument, ListingWords, LowestPrice
from products.models.words import Words
from tests.factories.products import CategoryFactory, ProductFactory

pytestmark = pytest.mark.django_db

CORRUPTIONS = {
    "document": lambda rows: ListingDocument.objects.filter(listing__in=rows).update(document="{}"),
    "status": lambda rows: rows.update(status="draft"),
    "published_until": lambda rows: rows.update(published_until=rows.get().created_at),
    "name_key": lambda rows: rows.update(name_key="z"),
    "brand_id": lambda rows: rows.update(brand_id=5),
    "created_at": lambda rows: rows.update(created_at=rows.get().created_at.replace(year=2001)),
    "category_ids": lambda rows: rows.update(category_ids=[1, 2]),
    "in_stock": lambda rows: rows.update(in_stock=False),
    "prices": lambda rows: rows.update(prices={"USD": [1.0, 2.0]}),
    "lowest_prices": lambda rows: LowestPrice.objects.filter(listing__in=rows).update(amount=Decimal(3)),
    "highest_prices": lambda rows: LowestPrice.objects.filter(listing__in=rows).update(highest=Decimal(30)),
    "shelves": lambda rows: LowestPrice.objects.filter(listing__in=rows).update(category_ids=[7]),
    "words": lambda rows: ListingWords.objects.filter(listing__in=rows).update(words=Words(("odd",))),
    "missing": lambda rows: rows.delete(),
}


@pytest.mark.parametrize("field", CORRUPTIONS)
def test_what_hands_have_changed_is_found_and_mended(field) -> None:
    made, _ = ProductFactory.create_batch(2, categories=[CategoryFactory()])
    CORRUPTIONS[field](Listing.objects.filter(pk=made.pk))
    drifts = list(find_drift())
    assert [drift.product_id for drift in drifts] == [made.pk]
    fields = drifts[0].fields
    assert {field, "updated_at"} & {*fields} or fields == ("lowest_prices",)
    assert list(rebuild()) == [2]
    assert list(find_drift()) == []


def test_a_sound_read_model_has_no_drift() -> None:
    ProductFactory.create_batch(3)
    assert list(find_drift()) == []


def test_a_rebuild_is_counted_portion_by_portion() -> None:
    assert list(rebuild()) == []
    ProductFactory()
    assert list(rebuild()) == [1]


def test_a_drift_says_whose_and_what() -> None:
    made = ProductFactory()
    Listing.objects.filter(pk=made.pk).update(in_stock=False, updated_at=made.updated_at)
    assert list(find_drift()) == [Drift(made.pk, ("in_stock",))]
