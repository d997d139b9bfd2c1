"""GET /products/?search=: what is found, and in which order."""

from datetime import UTC, datetime, timedelta
from unittest.mock import patch

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from products.models import Product
from products.search.text import FEW
from tests.answers import EDGES, faults, names, problem
from tests.factories.products import BrandFactory, ProductFactory, VariantFactory

URL = "/api/v1/products/"
START = datetime(2030, 1, 1, tzinfo=UTC)


def test_a_search_finds_what_was_written_just_before(editor) -> None:
    body = {"name": "Trail Backpack", "status": "active", "variants": [{"sku": "TB-RED"}]}
    made = editor.post(URL, body, format="json").json()
    for text in ("backpack", "tb-red", "BACKPAK"):
        assert names(editor.get(URL, {"search": text})) == ["Trail Backpack"]
    editor.patch(f"{URL}{made['id']}/", {"name": "Rucksack"}, format="json")
    assert names(editor.get(URL, {"search": "backpack"})) == []
    assert names(editor.get(URL, {"search": "rucksack"})) == ["Rucksack"]


def test_an_imported_batch_is_found(editor) -> None:
    from products.services.products import create_products

    create_products(by=None, batch=[{"name": f"Thing {number}", "status": "draft"} for number in range(250)])
    assert names(editor.get(URL, {"search": "thing 249"})) == ["Thing 249"]


def test_a_renamed_brand_is_found_at_once(editor) -> None:
    brand = BrandFactory(name="Acme", slug="acme")
    ProductFactory(name="Pack", brand=brand)
    editor.patch("/api/v1/brands/acme/", {"name": "Zenith"}, format="json")
    assert names(editor.get(URL, {"search": "zenith"})) == ["Pack"]
    assert names(editor.get(URL, {"search": "acme"})) == []


def test_nobody_finds_what_they_may_not_see(anyone, viewer) -> None:
    ProductFactory(name="Pack")
    ProductFactory(name="Secret pack", status=Product.Status.DRAFT)
    ProductFactory(name="Old pack", published_until=START - timedelta(days=9_000))
    assert names(anyone.get(URL, {"search": "pack", "count": "exact"})) == ["Pack"]
    assert anyone.get(URL, {"search": "pack", "count": "exact"}).json()["count"] == 1
    assert len(names(viewer.get(URL, {"search": "pack"}))) == 3


def test_a_search_goes_with_the_other_conditions(anyone) -> None:
    acme = BrandFactory(slug="acme")
    ProductFactory(name="Pack A", brand=acme)
    ProductFactory(name="Pack B")
    assert names(anyone.get(URL, {"search": "pack", "brand": "acme"})) == ["Pack A"]


def test_the_best_come_first_and_the_newest_among_equals(anyone) -> None:
    ProductFactory(name="Text", description="trail", created_at=START + timedelta(days=3))
    for day, name in enumerate(["Old trail", "New trail"]):
        ProductFactory(name=name, created_at=START + timedelta(days=day))
    VariantFactory(product=ProductFactory(name="SKU", variants=0, created_at=START), sku="TRAIL")
    best_first = ["SKU", "New trail", "Old trail", "Text"]
    assert names(anyone.get(URL, {"search": "trail"})) == best_first
    assert names(anyone.get(URL, {"search": "trail", "ordering": "relevance"})) == best_first
    by_name = ["New trail", "Old trail", "SKU", "Text"]
    assert names(anyone.get(URL, {"search": "trail", "ordering": "name"})) == by_name
    assert names(anyone.get(URL, {"search": "trail", "ordering": "-created_at"}))[0] == "Text"


def test_relevance_needs_a_search(anyone) -> None:
    assert faults(anyone.get(URL, {"ordering": "relevance"})) == {"ordering": "search_required"}


def test_relevance_has_one_direction(anyone) -> None:
    body = problem(anyone.get(URL, {"ordering": "-relevance", "search": "a"}), "invalid")
    assert body["errors"][0]["suggestion"] == "relevance"


@pytest.mark.parametrize(("text", "code"), [("", "blank"), (" ", "blank"), ("a" * 201, "max_length")])
def test_a_search_has_some_characters_and_not_too_many(anyone, text, code) -> None:
    assert faults(anyone.get(URL, {"search": text})) == {"search": code}


def test_what_holds_no_word_finds_nothing(anyone) -> None:
    ProductFactory(name="Pack")
    body = anyone.get(URL, {"search": "--", "count": "exact"}).json()
    assert body == {"count": 0, "next": None, "previous": None, "results": []}


def test_a_cursor_belongs_to_its_search(anyone) -> None:
    ProductFactory.create_batch(3)
    following = anyone.get(URL, {"search": "product", "page_size": 1}).json()["next"]
    assert len(names(anyone.get(following))) == 1
    assert list(faults(anyone.get(following.replace("search=product", "search=prod")))) == ["cursor"]


def test_a_search_costs_the_same_for_one_row_and_for_many(anyone, django_assert_num_queries) -> None:
    ProductFactory()
    for _ in range(2):
        with django_assert_num_queries(3 + EDGES):  # two to read the search, one for the only part that holds something
            anyone.get(URL, {"search": "product", "page_size": 100})
        ProductFactory.create_batch(20, variants=3)


def test_a_page_that_the_best_fill_asks_for_no_more(anyone, django_assert_num_queries) -> None:
    ProductFactory.create_batch(3)
    with django_assert_num_queries(3 + EDGES):
        anyone.get(URL, {"search": "product", "page_size": 2})


places = st.lists(st.tuples(st.sampled_from(["name", "brand", "description", "none"]), st.integers(0, 2)), max_size=9)


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(places, st.booleans(), st.integers(1, 4), st.sampled_from([0, 3, FEW]))
def test_walking_on_and_back_finds_all_best_first(anyone, catalog, has_sku, size, few) -> None:
    with transaction.atomic(), patch("products.search.text.FEW", few):
        brand = BrandFactory(name="Trail")
        made = []
        for place, moment in catalog:
            fields = {"name": {"name": "trail"}, "brand": {"brand": brand}, "description": {"description": "trail"}}
            product = ProductFactory(**{"name": "x", **fields.get(place, {})}, created_at=START + timedelta(moment))
            made.append((["name", "brand", "description", "none"].index(place), -moment, -product.pk))
        if has_sku:
            owner = ProductFactory(name="trail", variants=0, created_at=START)
            VariantFactory(product=owner, sku="trail")
            made.append((-1, 0, -owner.pk))
        expected = [-pk for place, _, pk in sorted(made) if place < 3]
        address, last = f"{URL}?search=trail&page_size={size}&fields=id&count=exact", None
        forth, back = [], []
        while address:
            body = anyone.get(address).json()
            assert body["count"] == len(expected)
            forth.append([row["id"] for row in body["results"]])
            address, last = body["next"], body["previous"]
        assert [pk for page in forth for pk in page] == expected
        while last:
            body = anyone.get(last).json()
            back.insert(0, [row["id"] for row in body["results"]])
            last = body["previous"]
        assert back == forth[:-1]
        transaction.set_rollback(True)
