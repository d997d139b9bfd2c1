import threading
import time
from collections.abc import Callable

import pytest

from catalog_project.breaker import Breaker, BreakerOpen
from tests.threads import at_once

PAUSE = 0.1


class Server:
    """One that answers or not, and counts how often it was asked."""

    def __init__(self) -> None:
        self.is_up, self.asked = False, 0

    def __call__(self) -> str:
        self.asked += 1
        if not self.is_up:
            raise OSError("away")
        return "pong"


@pytest.fixture
def server() -> Server:
    return Server()


@pytest.fixture
def told() -> list[bool]:
    return []


@pytest.fixture
def breaker(told: list[bool]) -> Breaker:
    return Breaker((OSError,), failures=3, pause=PAUSE, tell=told.append)


def fail(breaker: Breaker, server: Callable[[], object], times: int) -> None:
    for _ in range(times):
        with pytest.raises(OSError, match="away"):
            breaker.call(server)


def test_a_server_that_answers_is_asked_each_time(breaker: Breaker, server: Server) -> None:
    server.is_up = True
    assert [breaker.call(server) for _ in range(5)] == ["pong"] * 5
    assert not breaker.is_open


def test_after_a_few_failures_in_a_row_it_is_left_alone(breaker: Breaker, server: Server, told: list[bool]) -> None:
    fail(breaker, server, 3)
    with pytest.raises(BreakerOpen):
        breaker.call(server)
    assert (server.asked, breaker.is_open, told) == (3, True, [True])


def test_an_answer_between_failures_starts_the_count_anew(breaker: Breaker, server: Server) -> None:
    fail(breaker, server, 2)
    server.is_up = True
    breaker.call(server)
    server.is_up = False
    fail(breaker, server, 2)
    assert not breaker.is_open


def test_an_error_that_is_an_answer_is_passed_on_and_not_counted(breaker: Breaker) -> None:
    for _ in range(5):
        with pytest.raises(ValueError, match="garbage"):
            breaker.call(lambda: int("garbage"))
    assert not breaker.is_open


def test_in_each_pause_one_probe_goes_through(breaker: Breaker, server: Server, told: list[bool]) -> None:
    fail(breaker, server, 3)
    time.sleep(PAUSE)
    fail(breaker, server, 1)
    with pytest.raises(BreakerOpen):
        breaker.call(server)
    assert (server.asked, told) == (4, [True])


def test_a_probe_that_is_answered_closes_it(breaker: Breaker, server: Server, told: list[bool]) -> None:
    fail(breaker, server, 3)
    server.is_up = True
    time.sleep(PAUSE)
    assert [breaker.call(server), breaker.call(server)] == ["pong", "pong"]
    assert (breaker.is_open, told) == (False, [True, False])


def test_of_many_at_once_one_is_the_probe(breaker: Breaker, server: Server) -> None:
    fail(breaker, server, 3)
    time.sleep(PAUSE)
    hangs = threading.Event()

    def ask(_: int) -> bool:
        try:
            breaker.call(lambda: hangs.wait(PAUSE / 2) or server())
        except (OSError, BreakerOpen) as error:
            return isinstance(error, BreakerOpen)
        return False

    assert sorted(at_once(8, ask)) == [False] + [True] * 7
