"""One key, many requests: what they ask for is done once, and every answer to it is the same."""

from uuid import uuid4

import pytest

from tests.live import Live
from tests.races.calling import Answer, Caller
from tests.threads import at_once

pytestmark = pytest.mark.xdist_group("races")
MANY = 100


def rows(caller: Caller, name: str) -> int:
    """How many brands of this name there are; a second one would have been given another slug."""
    return sum(brand["name"] == name for brand in caller.get(f"brands/?search={name}&page_size=100")["results"])


def assert_one_was_done(answers: list[Answer]) -> Answer:
    """That all are the same success, or say that it is under way; returns the first of them."""
    assert {(answer.status, answer.code) for answer in answers} <= {(201, ""), (409, "idempotency_in_flight")}
    assert all(answer.headers["Retry-After"] == "1" for answer in answers if answer.status == 409)
    done = [answer for answer in answers if answer.status == 201]
    [first] = [answer for answer in done if not answer.is_replay]
    assert all(answer.steady == first.steady for answer in done)
    return first


def assert_replayed(caller: Caller, first: Answer, name: str, key: str) -> None:
    again = caller.post("brands/", {"name": name}, key=key)
    assert again.is_replay
    assert again.steady == first.steady
    assert rows(caller, name) == 1


@pytest.mark.parametrize("attempt", range(3))
def test_of_a_hundred_twins_one_is_done_and_later_ones_get_its_answer_after_a_restart_too(
    live: Live, caller: Caller, attempt: int
) -> None:
    name = key = uuid4().hex
    first = assert_one_was_done(at_once(MANY, lambda _: caller.post("brands/", {"name": name}, key=key)))
    later = at_once(20, lambda _: caller.post("brands/", {"name": name}, key=key))
    assert all(answer.is_replay and answer.steady == first.steady for answer in later)
    if attempt == 0:
        live.stop()
        live.start()
    assert_replayed(caller, first, name, key)


def test_of_a_hundred_twins_that_move_stock_one_does(caller: Caller) -> None:
    key = uuid4().hex
    made = caller.post("products/", {"name": key, "variants": [{"sku": key, "stock": 150}]}).json()
    path = f"variants/{made['variants'][0]['id']}/stock/"
    answers = at_once(MANY, lambda _: caller.post(path, {"delta": -1}, key=key))
    assert {(answer.status, answer.code) for answer in answers} <= {(200, ""), (409, "idempotency_in_flight")}
    assert {answer.json()["stock"] for answer in answers if answer.status == 200} == {149}


def test_a_hundred_writers_with_keys_of_their_own_all_succeed(caller: Caller) -> None:
    name = uuid4().hex
    answers = at_once(MANY, lambda number: caller.post("brands/", {"name": name}, key=f"{name}-{number}"))
    assert {(answer.status, answer.code) for answer in answers} == {(201, "")}
    assert rows(caller, name) == MANY
