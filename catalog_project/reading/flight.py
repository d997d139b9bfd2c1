"""Single flight: of many that want the same thing at once, one makes it and the others wait for that."""

import threading
from collections.abc import Callable, Hashable
from concurrent.futures import Future
from contextlib import suppress
from typing import Generic, TypeVar

Result = TypeVar("Result")


class Flights(Generic[Result]):
    """Things being made in this process, by key."""

    def __init__(self, patience: float) -> None:
        self._patience = patience
        self._lock = threading.Lock()
        self._under_way: dict[Hashable, Future[Result]] = {}

    def make(self, key: Hashable, make: Callable[[], Result]) -> Result:
        """What `make` gives, here or in the thread that makes it already.

        Whoever waited in vain, because that thread failed or took too long, makes it itself: an error is told to the
        one who caused it only.
        """
        mine: Future[Result] = Future()
        with self._lock:
            flight = self._under_way.setdefault(key, mine)
        if flight is mine:
            return self._fly(key, mine, make)
        with suppress(Exception):
            return flight.result(self._patience)
        return make()

    def is_under_way(self, key: Hashable) -> bool:
        """Whether some thread makes it now."""
        return key in self._under_way

    def _fly(self, key: Hashable, flight: Future[Result], make: Callable[[], Result]) -> Result:
        try:
            result = make()
        except BaseException as error:
            flight.set_exception(error)
            raise
        else:
            flight.set_result(result)
            return result
        finally:
            with self._lock:
                del self._under_way[key]
