"""Bulk calls over the same rows in opposite orders, and single writes between them: none fails, and none is lost."""

import time
from collections.abc import Iterator
from itertools import count
from uuid import uuid4

import pytest

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
