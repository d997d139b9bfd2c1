"""What is summed up from counts is what a scan of the products says."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from products.models import Brand, Category, Listing, Product
from products.search.facet_tally import can_tally
from products.search.facets import FACETS, Counted, count_facets
from tests.factories.products import BrandFactory, CategoryFactory, ProductFactory, ProductTypeFactory, VariantFactory

pytestmark = [pytest.mark.django_db, pytest.mark.postgres]


@pytest.fixture
def shop(db: None) -> dict[str, list[Any]]:
    """Products of all kinds, some of which nobody may see; conditions that leave some of them."""
    bags, acme, kind = CategoryFactory(name="Bags"), BrandFactory(), ProductTypeFactory()
    packs, sale = CategoryFactory(name="Packs", parent=bags), CategoryFactory(name="Sale")
    hour = timedelta(hours=1)
    windows = [{}, {"published_from": timezone.now() + hour}, {"published_until": timezone.now() + hour}]
    shelves = [[], [bags], [packs, sale], [sale, packs], [sale]]
    for number in range(45):
        made = ProductFactory(
            brand=acme if number % 2 else None,
            product_type=kind if number % 4 else None,
            categories=shelves[number % 5],
            status=Product.Status.DRAFT if number % 7 == 0 else Product.Status.ACTIVE,
            variants=0,
            **windows[number % 3],
        )
        VariantFactory(product=made, stock=number % 3, prices={["USD", "EUR"][number % 2]: f"{number}.50"})
        VariantFactory(product=made, stock=0, prices={"USD": f"{100 - number}"} if number % 4 else {})
    return {"category": [bags], "brand": [acme], "product_type": [kind]}


def counted(facets: list[str], **conditions: Any) -> Counted:
    listings = Listing.objects.visible()
    return count_facets(listings, {"currency": "USD", **conditions}, facets, {}, are_public=True)


def scanned(facets: list[str], **conditions: Any) -> Counted:
    return count_facets(Listing.objects.visible(), {"currency": "USD", **conditions}, facets, {})


@pytest.mark.parametrize("names", [(), ("category",), ("brand",), ("category", "brand", "product_type")])
def test_counts_and_a_scan_agree(shop, names) -> None:
    conditions = {name: shop[name] for name in names}
    for facets in ([*FACETS], *([name] for name in FACETS)):
        for currency in ("USD", "EUR", "JPY"):
            conditions["currency"] = currency
            assert counted(facets, **conditions) == scanned(facets, **conditions), facets


def test_no_product_is_read(shop) -> None:
    with CaptureQueriesContext(connection) as asked:
        counted(["brand", "category", "product_type", "in_stock"], category=shop["category"])
    assert not [query["sql"] for query in asked if 'products_listing"' in query["sql"]]


def test_windows_open_and_close_by_the_clock(shop, monkeypatch) -> None:
    before = counted([*FACETS])
    later = timezone.now() + timedelta(hours=2)
    monkeypatch.setattr(timezone, "now", lambda: later)
    after = counted([*FACETS])
    assert after.shown != before.shown
    assert after == scanned([*FACETS])


def test_where_nothing_matches_there_is_nothing() -> None:
    shown = counted([*FACETS], category=[CategoryFactory()])
    assert shown.scanned == 0
    assert shown.shown["price"] == {"currency": "USD", "min": None, "max": None}


@pytest.mark.parametrize(
    ("facets", "conditions", "does"),
    [
        (["brand", "price"], {"currency": "USD", "ordering": "name", "attributes": ()}, True),
        (["brand", "price"], {"category": [Category()]}, True),
        (["brand", "price"], {"brand": [Brand()]}, False),
        (["brand", "in_stock"], {"brand": [Brand()]}, True),
        (["brand", "attr.color"], {}, False),
        *(
            (["brand"], {name: value}, False)
            for name, value in {"search": "x", "in_stock": False, "sku": [], "id__in": [], "attributes": (1,)}.items()
        ),
    ],
)
def test_counts_tell_kinds_and_nothing_finer(facets, conditions, does) -> None:
    assert can_tally(facets, conditions) is does
