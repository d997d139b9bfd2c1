"""Entries that all workers share, through Redis where there is one. Whatever goes wrong with it is a miss."""

import random
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from hashlib import blake2b

from django.core.cache import BaseCache, caches

from catalog_project.reading.entries import Entry, unpack

ALIAS = "reads"
# Entries end by the generation and the clock; this is when Redis forgets them, spread so that not all go at once.
KEEP_SECONDS = (60, 90)
# Whoever makes something slow is waited for this long, looked at this often, and taken for dead after that.
WAIT_SECONDS, LOOK_SECONDS, LOCK_SECONDS = 1.0, 0.02, 10


def fetch(key: str) -> Entry | None:
    """The entry under a key, of whichever generation; None where there is none that we made."""
    name = _name(key)
    return unpack(name.encode(), _cache().get(name))


def store(key: str, entry: Entry) -> None:
    """Offer an entry to the other workers."""
    name = _name(key)
    _cache().set(name, entry.pack(name.encode()), timeout=random.randint(*KEEP_SECONDS))  # noqa: S311  # no secret


@contextmanager
def turn(key: str, fitting: Callable[[Entry], bool]) -> Iterator[Entry | None]:
    """Our turn among the workers to make an entry: as long as it lasts, others wait for what we store.

    Gives the entry that another worker made while we waited for our turn, if it is fitting. Where the wait is too
    long, or Redis away, there are no turns.
    """
    lock = f"{_name(key)}:lock"
    entry, is_ours = _await_turn(key, lock, fitting)
    try:
        yield entry
    finally:
        if is_ours:
            _cache().delete(lock)


def _await_turn(key: str, lock: str, fitting: Callable[[Entry], bool]) -> tuple[Entry | None, bool]:
    deadline = time.monotonic() + WAIT_SECONDS
    while not _cache().add(lock, b"1", timeout=LOCK_SECONDS):
        if time.monotonic() > deadline or _cache().get(lock) is None:  # just given back, or Redis is away
            return _fitting(key, fitting), False
        time.sleep(LOOK_SECONDS)
        if entry := _fitting(key, fitting):
            return entry, False
    return None, True


def _fitting(key: str, fitting: Callable[[Entry], bool]) -> Entry | None:
    entry = fetch(key)
    return entry if entry and fitting(entry) else None


def _cache() -> BaseCache:
    return caches[ALIAS]


def _name(key: str) -> str:
    return blake2b(key.encode("utf-8", "surrogatepass"), digest_size=20).hexdigest()
