"""Bulk calls over the same rows in opposite orders, and single writes between them: none fails, and none is lost."""

import time
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from threading import Timer
from uuid import uuid4

import psycopg
import pytest

from tests.live import Live, employ_manager, serve
from tests.races.calling import Caller
from tests.threads import at_once

pytestmark = pytest.mark.xdist_group("races")

PRODUCTS = 30
MOVERS, EDITORS = 6, 2
SECONDS = 4


def rounds() -> Iterator[int]:
    """Numbers, for a while."""
    deadline = time.monotonic() + SECONDS
    for number in count(1):
        if time.monotonic() > deadline:
            return
        yield number


def test_bulk_calls_in_opposite_orders_and_single_edits_all_land(caller: Caller) -> None:
    name = uuid4().hex
    made = [
        caller.post(
            "products/", {"name": f"Moved {name}", "variants": [{"sku": f"{name}-{number}", "stock": 0}]}
        ).json()
        for number in range(PRODUCTS)
    ]
    moves = [
        {"op": "set_stock", "resource": "variant", "ref": f"{name}-{number}", "data": {"delta": 1}}
        for number in range(PRODUCTS)
    ]

    def move(mode: str, step: int) -> None:
        answer = caller.post(f"bulk/?mode={mode}", moves[::step])
        assert answer.status == 200, answer
        assert {result["status"] for result in answer.json()["results"]} == {200}

    def edit(number: int) -> None:
        path = f"products/{made[number % PRODUCTS]['id']}/"
        answer = caller.send("PATCH", path, {"description": uuid4().hex})
        assert answer.status == 200, answer

    def work(worker: int) -> int:
        """How often it was done; each second worker goes through the rows from their end."""
        done = 0
        for done in rounds():
            if worker >= MOVERS:
                edit(done)
            else:
                move("atomic" if worker < MOVERS / 2 else "per_item", 1 if worker % 2 else -1)
        return done

    done = at_once(MOVERS + EDITORS, work)
    assert min(done) > 0
    found = [caller.get(f"products/{product['id']}/") for product in made]
    assert [product["variants"][0]["stock"] for product in found] == [sum(done[:MOVERS])] * PRODUCTS
    assert sum(product["version"] - 1 for product in found) == sum(done[MOVERS:])


CROWD, EVERYTHING = 8, 200


@pytest.mark.parametrize("mode", ["atomic", "per_item"])
def test_a_crowd_of_calls_over_the_same_products_waits_in_line(caller: Caller, mode: str) -> None:
    name = uuid4().hex
    new = [
        {"op": "create", "resource": "product", "data": {"name": f"{name} {n}", "variants": [{"sku": f"{name}-{n}"}]}}
        for n in range(EVERYTHING)
    ]
    ids = [result["id"] for result in caller.post("bulk/", new).json()["results"]]

    def change(number: int) -> list[int]:
        """Five items for each product, as many as a call may hold."""
        items = [item for n, pk in enumerate(ids) for item in changes(pk, f"{name}-{n}", number)]
        answer = caller.post(f"bulk/?mode={mode}", items[:: 1 if number % 2 else -1])
        return [answer.status, *{result["status"] for result in answer.json().get("results", [])}]

    assert at_once(CROWD, change) == [[200, 200]] * CROWD
    assert caller.get(f"products/{ids[0]}/")["variants"][0]["stock"] in range(CROWD)


def changes(pk: int, sku: str, number: int) -> Iterator[dict[str, object]]:
    """Items that a call of a crowd holds for one product."""
    price = {"amount": str(number + 1)}
    yield {"op": "update", "resource": "product", "ref": pk, "data": {"description": f"By {number}"}}
    yield {"op": "update", "resource": "product", "ref": pk, "data": {"attributes": {"by": number}}}
    yield {"op": "update", "resource": "variant", "ref": sku, "data": {"name": f"By {number}"}}
    yield {"op": "set_price", "resource": "variant", "ref": sku, "data": {"prices": {"USD": price}}}
    yield {"op": "set_stock", "resource": "variant", "ref": sku, "data": {"set": number}}


@pytest.mark.postgres
def test_a_call_keeps_its_place_behind_others_for_longer_than_a_lock_may_take(caller: Caller, live: Live) -> None:
    made = caller.post("products/", {"name": uuid4().hex}).json()
    edit = [{"op": "update", "resource": "product", "ref": made["id"], "data": {"description": "B"}}]
    with psycopg.connect(live.environment["DATABASE_URL"]) as others:
        others.execute("SELECT 1 FROM products_product WHERE id = %s FOR UPDATE", [made["id"]])
        Timer(1.6, others.rollback).start()
        assert caller.post("bulk/", edit).status == 200


@pytest.mark.postgres
def test_no_call_waits_long_for_a_table_that_stays_locked(tmp_path: Path) -> None:
    with serve(tmp_path, DB_POOL_TIMEOUT="2") as live:  # as in production
        caller = Caller(live.url, employ_manager(live).token())
        made = caller.post("products/", {"name": "A"}).json()
        edit = [{"op": "update", "resource": "product", "ref": made["id"], "data": {"description": "B"}}]

        def describe(_: int) -> tuple[int, float]:
            begin = time.monotonic()
            return caller.post("bulk/", edit).status, time.monotonic() - begin

        with psycopg.connect(live.environment["DATABASE_URL"]) as careless:
            careless.execute("LOCK TABLE products_product IN ACCESS EXCLUSIVE MODE")
            answers = at_once(CROWD, describe)
    assert {status for status, _ in answers} == {503}
    assert max(seconds for _, seconds in answers) < 4, answers
