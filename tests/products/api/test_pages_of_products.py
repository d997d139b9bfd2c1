"""GET /products/: walking the pages of any catalog, in any ordering, finds what a plain sort finds, each row once."""

from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rest_framework.test import APIClient

from products.models import Product
from products.models.naming import sort_key
from tests.answers import EDGES, names
from tests.factories.products import ProductFactory, VariantFactory

URL = "/api/v1/products/"
START = datetime(2030, 1, 1, tzinfo=UTC)
ORDERINGS = [sign + name for name in ("name", "price", "created_at", "updated_at") for sign in ("", "-")]


@dataclass(frozen=True)
class Row:
    """A product as the test knows it; few values, so that there are ties everywhere."""

    name: str
    moment: int
    edited: int
    prices: list[str] = field(default_factory=list)


rows = st.builds(
    Row,
    name=st.sampled_from(["a", "A", "á", "b", "ß", "ss", "z", "Ω", "𐐀", "\uffff", "1"]),
    moment=st.integers(0, 3),
    edited=st.integers(0, 3),
    prices=st.lists(st.sampled_from(["0", "1", "1.01", "9999999999.99"]), max_size=2),
)


def make(row: Row) -> Product:
    made = ProductFactory(
        name=row.name,
        created_at=START + timedelta(microseconds=row.moment),
        updated_at=START + timedelta(microseconds=row.edited),
        variants=0,
    )
    for amount in row.prices:
        VariantFactory(product=made, prices={"USD": amount})
    return made


def key(made: Product, row: Row, ordering: str) -> Any:
    """What a product sorts by in the ordering, as plain Python knows it."""
    if ordering.endswith("price"):
        lowest = min(map(Decimal, row.prices), default=None)
        missing = (Decimal(-1) if ordering[0] == "-" else Decimal("Infinity")) if lowest is None else lowest
        return (missing, made.pk)
    keys = {"name": sort_key(row.name), "created_at": row.moment, "updated_at": row.edited}
    return (keys[ordering.removeprefix("-")], made.pk)


def expected(catalog: list[tuple[Product, Row]], ordering: str) -> list[int]:
    in_order = sorted(catalog, key=lambda pair: key(*pair, ordering), reverse=ordering.startswith("-"))
    return [made.pk for made, _ in in_order]


@contextmanager
def undone():
    """What is written inside is gone after it: hypothesis runs a test many times in one transaction."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def page(client: APIClient, address: str) -> tuple[list[int], str | None, str | None]:
    response = client.get(address)
    assert response.status_code == 200, response.content
    body = response.json()
    return [row["id"] for row in body["results"]], body["next"], body["previous"]


modest = settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])


@modest
@given(st.lists(rows, max_size=9), st.integers(1, 4))
@pytest.mark.parametrize("ordering", ORDERINGS)
def test_walking_on_and_back_finds_every_row_once_in_order(anyone, ordering, catalog, size) -> None:
    with undone():
        wanted = expected([(make(row), row) for row in catalog], ordering)
        address: str | None = f"{URL}?ordering={ordering}&page_size={size}&fields=id"
        forth: list[list[int]] = []
        back: list[list[int]] = []
        last = None
        while address:
            found, address, last = page(anyone, address)
            forth.append(found)
        assert [pk for found in forth for pk in found] == wanted
        while last:
            found, _, last = page(anyone, last)
            back.insert(0, found)
        assert back == forth[:-1]


@modest
@given(st.lists(rows, min_size=1, max_size=8), st.data())
@pytest.mark.parametrize("ordering", ORDERINGS)
def test_rows_that_stay_are_neither_repeated_nor_skipped(anyone, ordering, catalog, data) -> None:
    """Between the pages rows come and go, the one that the cursor points at included."""
    with undone():
        stay = [(make(row), row) for row in catalog]
        seen: list[int] = []
        address: str | None = f"{URL}?ordering={ordering}&page_size=2&fields=id"
        others: list[Product] = []
        while address:
            found, address, _ = page(anyone, address)
            seen += found
            others += [make(row) for row in data.draw(st.lists(rows, max_size=2 if len(others) < 6 else 0))]
            if gone := data.draw(st.sampled_from([None, *others])):
                others.remove(gone)
                gone.delete()
        staying = expected(stay, ordering)
        assert len(seen) == len(set(seen))
        assert [pk for pk in seen if pk in staying] == staying


# --- Edges


def test_the_row_that_a_cursor_points_at_may_go(anyone) -> None:
    for name in "abcd":
        make(Row(name, 0, 0))
    first = anyone.get(f"{URL}?ordering=name&page_size=2").json()
    Product.objects.filter(name="b").delete()
    assert names(anyone.get(first["next"])) == ["c", "d"]


def test_a_page_whose_rows_have_all_gone_leads_back(anyone) -> None:
    for name in "abcd":
        make(Row(name, 0, 0))
    first = anyone.get(f"{URL}?ordering=name&page_size=2").json()
    Product.objects.filter(name__in="cd").delete()
    empty = anyone.get(first["next"]).json()
    assert (empty["results"], empty["next"]) == ([], None)
    assert names(anyone.get(empty["previous"])) == ["a", "b"]


def test_a_page_back_whose_rows_have_all_gone_leads_on(anyone) -> None:
    for name in "abcd":
        make(Row(name, 0, 0))
    second = anyone.get(anyone.get(f"{URL}?ordering=name&page_size=2").json()["next"]).json()
    Product.objects.filter(name__in="ab").delete()
    empty = anyone.get(second["previous"]).json()
    assert (empty["results"], empty["previous"]) == ([], None)
    assert names(anyone.get(empty["next"])) == ["c", "d"]


def test_the_first_page_has_nothing_before_it_however_it_is_reached(anyone) -> None:
    for name in "abc":
        make(Row(name, 0, 0))
    second = anyone.get(anyone.get(f"{URL}?ordering=name&page_size=2").json()["next"]).json()
    first = anyone.get(second["previous"]).json()
    assert (first["previous"], [row["name"] for row in first["results"]]) == (None, ["a", "b"])
    assert names(anyone.get(first["next"])) == ["c"]


def test_a_full_last_page_has_nothing_behind_it(anyone) -> None:
    for name in "abcd":
        make(Row(name, 0, 0))
    second = anyone.get(anyone.get(f"{URL}?ordering=name&page_size=2").json()["next"]).json()
    assert second["next"] is None


def test_page_sizes_may_change_along_the_way(anyone) -> None:
    for name in "abcdef":
        make(Row(name, 0, 0))
    first = anyone.get(f"{URL}?ordering=-name&page_size=1").json()
    assert names(anyone.get(first["next"].replace("page_size=1", "page_size=3"))) == ["e", "d", "c"]


def test_a_deep_page_costs_what_the_first_one_costs(anyone, django_assert_num_queries) -> None:
    ProductFactory.create_batch(6)
    address = f"{URL}?page_size=2"
    while address:
        with django_assert_num_queries(1 + EDGES):
            address = anyone.get(address).json()["next"]
