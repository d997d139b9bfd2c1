"""Details that nobody has read since the last commit, ahead of Django, where others of their kind were read before.

An answer that came the long way tells what is the same in all of its kind: the headers, and how logs and metrics know
it. What is left to find is the body, by one query. Most of what the long way costs is spent on the way to that query.
"""

import re
from dataclasses import replace
from functools import partial

from django.db import close_old_connections

from catalog_project.api.remembering import Reading, cache_key
from catalog_project.reading.cache import is_database_away
from catalog_project.reading.entries import Entry
from catalog_project.reading.memory import Memory
from catalog_project.repeatable import Answer

Key = tuple[str, ...]

ROOM = 1024 * 1024
# A path that may lead to a detail: that of its collection, and its id or slug.
DETAIL = re.compile(r"(/.+/)[A-Za-z0-9_-]+/")

likes: Memory[Answer] = Memory(ROOM)


def learn(key: Key, answer: Answer) -> None:
    """Note what a detail is like that came the long way. `key` begins with its path and its query."""
    kind = _kind(key)
    if kind:
        reading = replace(answer.known_as, entry=None, generation=None, verdict=None)
        likes.put(kind, replace(answer, entry=Entry(b"", b"", 0), known_as=reading), sum(map(len, kind)))


def like(key: Key) -> Answer | None:
    """One of the same kind, whatever its body."""
    kind = _kind(key)
    return likes.get(kind) if kind else None


def read(key: Key, like: Answer, reading: Reading) -> Answer | None:
    """The answer as it is now; None where there is nothing to show or the look failed: `reading` then says why."""
    known, ref = like.known_as, key[0].split("/")[-2]
    if known.finder is None:
        return None
    cache, make = known.finder.cache, partial(known.finder.find, ref)
    try:
        entry = cache.entry(cache_key(known.scheme, known.finder.host, key[0]), make, generation=reading.generation)
        if entry is None and is_database_away():
            return None
        return like.with_body(entry or cache.unkept(make), key[0])
    except Exception as error:  # noqa: BLE001  # told the long way, which knows what to do about it
        reading.failure = error
        return None
    finally:
        close_old_connections()


def _kind(key: Key) -> Key | None:
    path, query, *rest = key
    found = None if query else DETAIL.fullmatch(path)
    return (found[1], *rest) if found else None
