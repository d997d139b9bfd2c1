"""GET /products/: orderings, and the cursors that walk along them."""

from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from django.core.signing import Signer
from django.utils import timezone

from products.models import Product
from tests.answers import faults, names, problem
from tests.factories.products import ProductFactory, VariantFactory

URL = "/api/v1/products/"


def product(name: str, *, prices: list[dict[str, str]] | None = None, stock: int | None = None, **fields) -> Product:
    """A product whose variants have these prices, each with this stock."""
    made = ProductFactory(name=name, variants=0, **fields)
    for amounts in [{"USD": "10.00"}] if prices is None else prices:
        VariantFactory(product=made, prices=amounts, stock=stock)
    return made


# --- Orderings


def test_names_sort_without_accents_and_case_by_code_point(anyone) -> None:
    for name in ["Zebra", "élan", "Elan 2", "apple", "Äpfel", "_", "Straße", "STRASSF", "10", "9"]:
        product(name)
    expected = ["10", "9", "_", "Äpfel", "apple", "élan", "Elan 2", "Straße", "STRASSF", "Zebra"]
    assert names(anyone.get(URL, {"ordering": "name"})) == expected
    assert names(anyone.get(URL, {"ordering": "-name"})) == expected[::-1]


def test_price_takes_the_lowest_of_a_product(anyone) -> None:
    product("From 5", prices=[{"USD": "50"}, {"USD": "5"}])
    product("From 10", prices=[{"USD": "10"}])
    assert names(anyone.get(URL, {"ordering": "price"})) == ["From 5", "From 10"]
    assert names(anyone.get(URL, {"ordering": "-price"})) == ["From 10", "From 5"]


@pytest.mark.parametrize("ordering", ["price", "-price"])
def test_what_has_no_price_comes_last_in_both_directions(anyone, ordering) -> None:
    product("None", prices=[{}])
    product("Bare", prices=[])
    product("Free", prices=[{"USD": "0"}])
    product("Dear", prices=[{"USD": "9999999999.99"}])
    product("Euro", prices=[{"EUR": "1"}])
    found = names(anyone.get(URL, {"ordering": ordering}))
    assert found[:2] == (["Free", "Dear"] if ordering == "price" else ["Dear", "Free"])
    assert set(found[2:]) == {"None", "Bare", "Euro"}


def test_price_is_that_of_the_currency(anyone) -> None:
    product("A", prices=[{"USD": "1", "EUR": "20"}])
    product("B", prices=[{"USD": "2", "EUR": "10"}])
    assert names(anyone.get(URL, {"ordering": "price", "currency": "EUR"})) == ["B", "A"]


def test_the_currency_is_the_default_one_unless_given(anyone, settings) -> None:
    settings.DEFAULT_CURRENCY = "EUR"
    product("A", prices=[{"USD": "1", "EUR": "20"}])
    product("B", prices=[{"USD": "2", "EUR": "10"}])
    assert names(anyone.get(URL, {"ordering": "price"})) == ["B", "A"]


@pytest.mark.parametrize("ordering", ["updated_at", "-updated_at"])
def test_the_last_edit_orders(anyone, ordering) -> None:
    now = timezone.now()
    product("Later", updated_at=now)
    product("Earlier", updated_at=now - timedelta(seconds=1))
    expected = ["Earlier", "Later"]
    assert names(anyone.get(URL, {"ordering": ordering})) == (expected if ordering[0] != "-" else expected[::-1])


@pytest.mark.parametrize("wrong", ["", "id", "-id", "names", "name,price", "--name", "+name", "NAME", "relevance"])
def test_an_ordering_that_there_is_not_is_refused(anyone, wrong) -> None:
    assert list(faults(anyone.get(URL, {"ordering": wrong}))) == ["ordering"]


def test_exactly_one_ordering_is_taken(anyone) -> None:
    assert faults(anyone.get(f"{URL}?ordering=name&ordering=price")) == {"ordering": "repeated"}


def test_a_misspelled_ordering_gets_a_suggestion(anyone) -> None:
    body = problem(anyone.get(URL, {"ordering": "creatd_at"}), "invalid")
    assert body["errors"][0]["suggestion"] == "created_at"


# --- Cursors


@pytest.fixture
def cursor(anyone) -> str:
    ProductFactory.create_batch(3)
    link = anyone.get(URL, {"page_size": 1}).json()["next"]
    return parse_qs(urlsplit(link).query)["cursor"][0]


def test_a_cursor_serves_pages_of_any_size_and_any_fields(anyone, cursor) -> None:
    response = anyone.get(URL, {"cursor": cursor, "page_size": 2, "fields": "id"})
    assert len(response.json()["results"]) == 2


def test_a_cursor_serves_the_same_list_spelled_out(anyone, cursor) -> None:
    assert anyone.get(URL, {"cursor": cursor, "ordering": "-created_at", "count": "exact"}).json()["count"] == 3


@pytest.mark.parametrize(
    "difference",
    [{"ordering": "created_at"}, {"ordering": "name"}, {"in_stock": "true"}, {"currency": "EUR"}, {"id__in": "1"}],
)
def test_a_cursor_of_another_list_is_refused(anyone, cursor, difference) -> None:
    assert faults(anyone.get(URL, {"cursor": cursor, **difference})) == {"cursor": "invalid_cursor"}


def test_a_cursor_of_another_reader_is_refused(viewer, cursor) -> None:
    assert faults(viewer.get(URL, {"cursor": cursor})) == {"cursor": "invalid_cursor"}


def test_a_cursor_of_another_resource_is_refused(anyone, cursor) -> None:
    assert faults(anyone.get("/api/v1/variants/", {"cursor": cursor})) == {"cursor": "invalid_cursor"}


@pytest.mark.parametrize("forged", ["x", "a:b:c", "é", "a" * 3_000, ".eJw:x:y", " ", "W10:1t:x"])
def test_a_forged_cursor_is_refused(anyone, forged) -> None:
    assert list(faults(anyone.get(URL, {"cursor": forged}))) == ["cursor"]


def test_a_cursor_is_tamper_evident(anyone, cursor) -> None:
    for place in range(0, len(cursor), 7):
        changed = "A" if cursor[place] != "A" else "B"
        tampered = cursor[:place] + changed + cursor[place + 1 :]
        assert faults(anyone.get(URL, {"cursor": tampered})) == {"cursor": "invalid_cursor"}


def test_a_text_signed_for_another_purpose_is_no_cursor(anyone) -> None:
    foreign = Signer(salt="something else").sign_object(["", ["", "x"], 1, 0])
    assert faults(anyone.get(URL, {"cursor": foreign})) == {"cursor": "invalid_cursor"}
