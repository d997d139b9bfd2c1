"""Facets over very many products may be some seconds old, say so, and are never older than that."""

from datetime import datetime, timedelta

import pytest
from django.utils import timezone

from products.api import facets
from products.models import Product
from products.services.products import archive_product
from tests.factories.products import BrandFactory, ProductFactory

URL = "/api/v1/products/"


@pytest.fixture
def brand(db: None, monkeypatch):
    """A brand with three products, more than count as many."""
    monkeypatch.setattr(facets, "MANY", 2)
    made = BrandFactory()
    ProductFactory.create_batch(3, brand=made)
    return made


def counted(client, **parameters) -> tuple[int, datetime | None]:
    answer = client.get(URL, {"facets": "brand", **parameters}).json()
    as_of = answer.get("facets_as_of")
    return sum(each["count"] for each in answer["facets"]["brand"]), as_of and datetime.fromisoformat(as_of)


def archive_one() -> None:
    archive_product(by=None, product_id=Product.objects.filter(status="active").earliest("pk").pk)


def later(monkeypatch, seconds: float) -> None:
    now = timezone.now() + timedelta(seconds=seconds)
    monkeypatch.setattr(timezone, "now", lambda: now)


def test_few_products_are_counted_anew(anyone) -> None:
    ProductFactory.create_batch(3, brand=BrandFactory())
    assert counted(anyone) == (3, None)
    archive_one()
    assert counted(anyone) == (2, None)


def test_many_products_say_as_of_when(anyone, brand) -> None:
    before = timezone.now()
    count, as_of = counted(anyone)
    assert count == 3
    assert as_of >= before


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_what_was_counted_holds_for_a_while_and_no_longer(anyone, brand, monkeypatch) -> None:
    _, first = counted(anyone)
    archive_one()
    count, as_of = counted(anyone, page_size=7)
    assert (count, as_of) == (3, first)
    later(monkeypatch, facets.MAX_AGE_SECONDS + 0.1)
    assert counted(anyone, page_size=7) == (2, None)


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_a_page_with_old_facets_is_not_kept_beyond_them(anyone, brand, monkeypatch) -> None:
    counted(anyone)
    archive_one()
    assert counted(anyone, page_size=7)[0] == 3
    later(monkeypatch, facets.MAX_AGE_SECONDS + 0.1)
    assert counted(anyone, page_size=7)[0] == 2


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_staff_are_shown_what_is_so_now(anyone, viewer, brand) -> None:
    counted(anyone)
    archive_one()
    assert counted(viewer, status="active") == (2, None)
