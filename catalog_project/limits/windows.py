"""Counting requests in windows: one begins with the first request and ends a period later, whatever comes.

In a window exactly as many pass as may, however many come at once. Two windows may touch: within one period that
lies across both there may be almost twice as many.
"""

import threading
import time
from collections import OrderedDict
from functools import cached_property
from typing import Any, NamedTuple

import redis
from django.conf import settings

from catalog_project.cache import breaker_of, forgiving
from catalog_project.settings.env import Rate


class Use(NamedTuple):
    """Whether a request may pass, how many more may, and in how many seconds the window ends."""

    passes: bool
    left: int
    seconds: float


class LocalWindows:
    """Windows of this process. Beyond `room` of them, those that began first are forgotten."""

    def __init__(self, room: int = 50_000) -> None:
        self._room = room
        self._lock = threading.Lock()
        self._windows: OrderedDict[str, tuple[float, int]] = OrderedDict()

    def take(self, key: str, rate: Rate) -> Use:
        """Count a request, if it may pass."""
        now = time.monotonic()
        with self._lock:
            end, used = self._windows.get(key, (0.0, 0))
            if end <= now:
                end, used = self._begin(key, now + rate.seconds)
            passes = used < rate.most
            self._windows[key] = end, used + passes
        return Use(passes, rate.most - used - passes, end - now)

    def clear(self) -> None:
        """Forget everything."""
        with self._lock:
            self._windows.clear()

    def _begin(self, key: str, end: float) -> tuple[float, int]:
        self._windows.pop(key, None)
        while len(self._windows) >= self._room:
            self._windows.popitem(last=False)
        return end, 0


# A value that is no number, of another type or without an end is nobody's window: a new one takes its place.
TAKE = """
local value = redis.pcall('GET', KEYS[1])
local used = type(value) == 'string' and #value < 16 and value:match('^%d+$') and tonumber(value)
local left = redis.call('PTTL', KEYS[1])
local most, period = tonumber(ARGV[1]), tonumber(ARGV[2])
if not used or left < 0 or left > period then
  redis.call('SET', KEYS[1], 0, 'PX', period)
  used, left = 0, period
end
if used >= most then return {0, 0, left} end
redis.call('INCR', KEYS[1])
return {1, most - used - 1, left}
"""


class SharedWindows:
    """Windows of all workers, in Redis."""

    def __init__(self, url: str) -> None:
        self._url, self._breaker = url, breaker_of(url)

    def take(self, key: str, rate: Rate) -> Use | None:
        """Count a request, if it may pass; None where Redis cannot say."""
        arguments = (rate.most, rate.seconds * 1000)
        said = forgiving(self._breaker, None, lambda: self._script(keys=[f"catalog-limits:{key}"], args=arguments))
        return None if said is None else Use(bool(said[0]), said[1], said[2] / 1000)

    @cached_property
    def _script(self) -> Any:
        client = redis.Redis.from_url(self._url, **settings.REDIS_OPTIONS)
        return client.register_script(TAKE)
