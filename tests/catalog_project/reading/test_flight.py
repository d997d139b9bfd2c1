import threading
import time

import pytest

from catalog_project.reading.flight import Flights
from tests.threads import at_once


def test_of_twenty_at_once_one_makes_it() -> None:
    flights: Flights[int] = Flights(5)
    made = []

    def make() -> int:
        time.sleep(0.2)
        made.append(1)
        return 7

    assert at_once(20, lambda _: flights.make("a", make)) == [7] * 20
    assert len(made) == 1
    assert not flights.is_under_way("a")


def test_different_things_do_not_wait_for_each_other() -> None:
    flights: Flights[int] = Flights(5)
    together = threading.Barrier(2, timeout=5)
    assert at_once(2, lambda number: flights.make(number, lambda: together.wait() is not None and number)) == [0, 1]


def test_an_error_is_told_to_its_cause_and_the_others_make_it_themselves() -> None:
    flights: Flights[int] = Flights(5)
    tries = []

    def make() -> int:
        tries.append(1)
        if len(tries) == 1:
            time.sleep(0.2)
            raise ValueError
        return 7

    def attempt(_: int) -> object:
        try:
            return flights.make("a", make)
        except ValueError:
            return "failed"

    assert sorted(at_once(5, attempt), key=str) == [7, 7, 7, 7, "failed"]


def test_nobody_waits_for_ever() -> None:
    flights: Flights[str] = Flights(0.05)
    gone = threading.Event()

    def slow() -> str:
        gone.wait(5)
        return "slow"

    thread = threading.Thread(target=lambda: flights.make("a", slow))
    thread.start()
    while not flights.is_under_way("a"):
        time.sleep(0.001)
    assert flights.make("a", lambda: "own") == "own"
    gone.set()
    thread.join()


def test_what_failed_is_made_again_the_next_time() -> None:
    flights: Flights[int] = Flights(5)
    with pytest.raises(ZeroDivisionError):
        flights.make("a", lambda: 1 // 0)
    assert flights.make("a", lambda: 7) == 7
