"""Facets for anyone, remembered: what is counted over very many products may be some seconds old, and says so."""

import hashlib
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

import orjson
from django.db.models import Model
from django.utils import timezone

from catalog_project.reading.cache import ReadCache
from products.search.facets import Conditions, Counted
from products.search.windows import next_window_edge

# Up to so many products are counted anew after every write.
MANY = 100_000
MAX_AGE_SECONDS = 5.0

cache = ReadCache("facets", next_window_edge)


def counted_for_anyone(names: list[str], kept: Conditions, count: Callable[[], Counted]) -> Counted:
    """What `count` gives for facets under conditions, over what anyone may see: as it is now, or with an `as_of`."""
    key, now = _key(names, kept), timezone.now()
    body, as_of = cache.get_or_make_soft(key, lambda: _written(count()), MAX_AGE_SECONDS)
    found = _read(body, as_of)
    if found.as_of or as_of >= now:
        return found
    return _read(cache.get_or_make(f"{key}:now", lambda: _written(count())), as_of)


def _written(counted: Counted) -> bytes:
    return orjson.dumps([counted.shown, counted.scanned])


def _read(body: bytes, as_of: datetime) -> Counted:
    shown, scanned = orjson.loads(body)
    return Counted(shown, scanned, as_of if scanned > MANY else None)


def _key(names: list[str], kept: Conditions) -> str:
    text = orjson.dumps([sorted(names), _plain(kept)], option=orjson.OPT_SORT_KEYS)
    return hashlib.sha256(text).hexdigest()


def _plain(value: Any) -> Any:
    """What a condition asks for, as text."""
    if isinstance(value, Model):
        return value.pk
    if isinstance(value, Mapping):
        return {name: _plain(each) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value]
    return repr(value)
