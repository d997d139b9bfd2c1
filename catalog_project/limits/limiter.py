"""The limits on reads, writes and searches. Those on signing in are in accounts: see docs/adr/019."""

import math
from collections.abc import Callable
from functools import cache
from typing import NamedTuple

from django.conf import settings

from catalog_project.errors import Limited
from catalog_project.limits.windows import LocalWindows, SharedWindows, Use
from catalog_project.observability.metrics import count_limited
from catalog_project.settings.env import Rate

local = LocalWindows()


class Verdict(NamedTuple):
    """What the limit of a kind says of a request."""

    kind: str
    rate: Rate
    use: Use

    @property
    def retry_after(self) -> int:
        """Whole seconds until the window has ended."""
        return max(1, math.ceil(self.use.seconds))

    @property
    def headers(self) -> dict[str, str]:
        """What the answer says of the limit."""
        return said_of(self.kind, self.rate, self.use.left, self.retry_after)

    def enforce(self) -> None:
        """Raise Limited unless the request may pass."""
        if not self.use.passes:
            raise Limited(self.retry_after, kind=self.kind, rate=self.rate)


def said_of(kind: str, rate: tuple[int, int], left: int, seconds: int) -> dict[str, str]:
    """The headers about a limit, in the form of draft-ietf-httpapi-ratelimit-headers-10."""
    most, period = rate
    return {"RateLimit-Policy": f'"{kind}";q={most};w={period}', "RateLimit": f'"{kind}";r={left};t={seconds}'}


def take(kind: str | None, caller: Callable[[], str]) -> Verdict | None:
    """Count a request of a kind (`read`, `write` or `search`), if it may pass; None where it has no limit."""
    rate: Rate | None = settings.RATE_LIMITS[kind] if kind else None
    if rate is None:
        return None
    use = _count(f"{kind}:{caller()}", rate)
    if not use.passes:
        count_limited(str(kind))
    return Verdict(str(kind), rate, use)


def _count(key: str, rate: Rate) -> Use:
    windows = _shared()
    return (windows and windows.take(key, rate)) or local.take(key, rate)


@cache
def _shared() -> SharedWindows | None:
    return SharedWindows(settings.REDIS_URL) if settings.REDIS_URL else None
