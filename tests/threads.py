"""Many at once: what a test of concurrency needs."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

from django.db import connections


def at_once(count: int, call: Callable[[int], Any]) -> list[Any]:
    """The results of `call(0)` … `call(count - 1)`, each in a thread and a connection of its own, started together."""
    start = Barrier(count)

    def run(number: int) -> Any:
        start.wait(timeout=30)
        try:
            return call(number)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(run, range(count)))
