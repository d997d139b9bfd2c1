"""What anyone reads by queries made once is what the query sets give, to the byte."""

from datetime import timedelta
from itertools import product as every

import pytest
from django.http import Http404
from django.utils import timezone
from rest_framework.test import APIClient

from catalog_project.reading.cache import forget
from products.api import products as view
from products.api.visible import find_visible
from products.models import Product
from tests.answers import EDGES
from tests.factories.products import BrandFactory, CategoryFactory, ProductFactory

URL = "/api/v1/products/"
ORDERINGS = [sign + name for name in ("name", "created_at", "updated_at") for sign in ("", "-")]


@pytest.fixture
def catalog(transactional_db: None, settings) -> list[Product]:
    """Products in all states, some made at one moment, some of one name.

    Inside a transaction the server would prepare nothing, and outside of one answers would be remembered.
    """
    settings.READ_CACHE = False
    now, hour = timezone.now(), timedelta(hours=1)
    brand, categories = BrandFactory(name="Ä"), CategoryFactory.create_batch(2)
    opened = ProductFactory.create_batch(3, name="b", created_at=now - hour, brand=brand, categories=categories)
    ProductFactory(status="draft", slug="draft")
    ProductFactory(status="archived")
    ProductFactory(published_from=now + hour, slug="later")
    ProductFactory(published_until=now - hour, slug="over")
    inside = ProductFactory(published_from=now - hour, published_until=now + hour, name="a")
    return [*opened, inside, *ProductFactory.create_batch(2, name="á", created_at=now, updated_at=now)]


@pytest.fixture
def plainly(monkeypatch: pytest.MonkeyPatch):
    """The same answer as the query sets give it."""

    def ask(anyone: APIClient, address: str) -> bytes:
        with monkeypatch.context() as patch:
            patch.setattr(view.ProductListQuery, "is_plain", False)
            patch.setattr(view.ProductViewSet, "get_object", view.CreatableViewSet.get_object)
            return anyone.get(address).content

    return ask


def walk(anyone: APIClient, address: str, name: str) -> list[str]:
    """The addresses of a list's pages in one direction."""
    found = []
    while address:
        found.append(address)
        address = anyone.get(address).json()[name]
    return found


@pytest.mark.parametrize("ordering", ORDERINGS)
def test_every_page_is_that_of_the_query_set(anyone, catalog, plainly, ordering) -> None:
    there = walk(anyone, f"{URL}?page_size=2&ordering={ordering}", "next")
    back = walk(anyone, there[-1], "previous")
    assert (len(there), len(back)) == (3, 3)
    for address in [*there, *back, f"{URL}?ordering={ordering}"]:
        assert anyone.get(address).content == plainly(anyone, address)


@pytest.mark.parametrize("ordering", ORDERINGS)
def test_a_page_beyond_the_end_is_that_of_the_query_set(anyone, catalog, plainly, ordering) -> None:
    last = walk(anyone, f"{URL}?page_size=5&ordering={ordering}", "next")[-1]
    Product.objects.all().delete()
    assert anyone.get(last).json()["results"] == []
    assert anyone.get(last).content == plainly(anyone, last)


@pytest.mark.parametrize(
    "parameters", ["", "page_size=3", "fields=id,name", "omit=variants", "facets=brand,category", "currency=EUR"]
)
def test_a_plain_list_is_that_of_the_query_set(anyone, catalog, plainly, parameters) -> None:
    assert anyone.get(f"{URL}?{parameters}").content == plainly(anyone, f"{URL}?{parameters}")
    assert anyone.get(URL).json()["results"]


def test_a_detail_is_that_of_the_query_set(anyone, catalog, plainly) -> None:
    for made, parameters in every(catalog, ("", "?fields=id,slug", "?omit=variants")):
        for ref in (made.pk, made.slug):
            address = f"{URL}{ref}/{parameters}"
            assert anyone.get(address).status_code == 200
            assert anyone.get(address).content == plainly(anyone, address)


@pytest.mark.parametrize("slug", ["draft", "later", "over"])
def test_what_nobody_may_see_is_not_found(catalog, slug) -> None:
    for ref in (slug, Product.objects.get(slug=slug).pk):
        with pytest.raises(Http404):
            find_visible(ref)


def test_a_product_is_seen_as_long_as_its_window_is_open(anyone, monkeypatch) -> None:
    now, second = timezone.now(), timedelta(seconds=1)
    made = ProductFactory(published_from=now, published_until=now + second)
    seen = []
    for moment in (now - second / 2, now, now + second / 2, now + second):
        monkeypatch.setattr(timezone, "now", lambda moment=moment: moment)
        seen.append((anyone.get(f"{URL}{made.pk}/").status_code == 200, len(anyone.get(URL).json()["results"])))
    assert seen == [(False, 0), (True, 1), (True, 1), (False, 0)]


@pytest.mark.parametrize("parameters", ["", "?page_size=1", "?ordering=name", "?ordering=-updated_at&fields=id"])
def test_a_page_costs_one_query_wherever_it_is(anyone, catalog, django_assert_num_queries, parameters) -> None:
    for address in walk(anyone, f"{URL}{parameters}", "next"):
        forget()
        with django_assert_num_queries(1 + EDGES):
            anyone.get(address)
