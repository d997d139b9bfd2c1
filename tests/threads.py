"""Many at once: what a test of concurrency needs."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

from django.core.cache import caches
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
            leave_redis()

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(run, range(count)))


def leave_redis() -> None:
    """Close this thread's connections to Redis: Django keeps a cache for each thread, and has no way to end one."""
    for cache in caches.all(initialized_only=True):
        for pool in getattr(getattr(cache, "_cache", None), "_pools", {}).values():
            pool.disconnect()
