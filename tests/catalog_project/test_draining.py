"""The time between SIGTERM and the end."""

import os
import signal
import time
from collections.abc import Iterator
from types import SimpleNamespace

import pytest

from catalog_project import draining


class StoppedError(Exception):
    """What gunicorn raises to leave its loop."""


@pytest.fixture(autouse=True)
def ready() -> Iterator[None]:
    """No test leaves the others draining."""
    yield
    draining.revoke()


@pytest.fixture
def arbiter() -> SimpleNamespace:
    """As much of gunicorn's parent process as is touched."""

    def handle_term() -> None:
        raise StoppedError

    return SimpleNamespace(handle_term=handle_term)


@pytest.fixture
def signals() -> Iterator[list[int]]:
    """The SIGTERMs that this process gets."""
    seen: list[int] = []
    former = signal.signal(signal.SIGTERM, lambda number, _: seen.append(number))
    yield seen
    signal.signal(signal.SIGTERM, former)


def test_the_first_signal_announces_the_end_and_the_second_comes_by_itself(arbiter, signals) -> None:
    draining.before_the_end(arbiter, 1)
    arbiter.handle_term()
    assert draining.is_on()
    assert not signals
    deadline = time.monotonic() + 5
    while not signals and time.monotonic() < deadline:
        time.sleep(0.05)
    assert signals == [signal.SIGTERM]
    with pytest.raises(StoppedError):
        arbiter.handle_term()


def test_without_a_time_to_drain_the_first_signal_is_the_end(arbiter) -> None:
    draining.before_the_end(arbiter, 0)
    with pytest.raises(StoppedError):
        arbiter.handle_term()


def test_processes_forked_before_learn_of_it() -> None:
    told, tell = os.pipe()
    child = os.fork()
    if not child:
        os.read(told, 1)
        os._exit(draining.is_on())
    draining.announce()
    os.write(tell, b"!")
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 1
