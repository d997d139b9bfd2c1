"""Counts requests in memory and hands the sums to Prometheus' metrics each second.

To count one request takes twenty steps in shared files, as long as all the rest of a hot read, and takes a lock for
each: threads by the hundred, which refuse what is too much, would stand in line for it.
"""

import threading
from bisect import bisect_left
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from django.conf import settings
from prometheus_client import Histogram

Labels = TypeVar("Labels")

INTERVAL_SECONDS = 1.0
BOUNDS = tuple(settings.PROMETHEUS_LATENCY_BUCKETS)


@dataclass(slots=True)
class Sum:
    """So many requests, the seconds that they took together, and how many had which latency and which size."""

    count: int = 0
    seconds: float = 0.0
    buckets: list[int] = field(default_factory=lambda: [0] * (len(BOUNDS) + 1))
    sizes: dict[int, int] = field(default_factory=dict)


def observe_latencies(histogram: Histogram, found: Sum) -> None:
    """Add to a histogram with the buckets of latency. prometheus_client itself adds one observation at a time."""
    histogram._sum.inc(found.seconds)  # noqa: SLF001  # as said above
    for bucket, count in zip(histogram._buckets, found.buckets, strict=True):  # noqa: SLF001  # as above
        if count:
            bucket.inc(count)


def observe_times(histogram: Histogram, value: float, count: int) -> None:
    """Add the same value so many times."""
    histogram._sum.inc(value * count)  # noqa: SLF001  # as above
    histogram._buckets[bisect_left(histogram._upper_bounds, value)].inc(count)  # noqa: SLF001  # as above


class Tally(Generic[Labels]):
    """Sums of requests by their labels. `hand_over` takes one of them to the metrics, a second later at the latest."""

    def __init__(self, hand_over: Callable[[Labels, Sum], None]) -> None:
        self._hand_over = hand_over
        self._seen: deque[tuple[Labels, float, int]] = deque()
        self._is_timed = False
        self._lock = threading.Lock()

    def add(self, labels: Labels, seconds: float = 0.0, size: int = 0) -> None:
        """Count a request that took so many seconds, with an answer of so many bytes. Takes no lock."""
        self._seen.append((labels, seconds, size))
        if not self._is_timed:  # looked at after the request is in: a flush that misses it has let go of the timer
            self._flush_later()

    def flush(self) -> None:
        """Hand over what was counted so far."""
        with self._lock:
            self._is_timed = False
            for labels, found in self._sums().items():
                self._hand_over(labels, found)

    def _sums(self) -> dict[Labels, Sum]:
        """Sums of what has been seen, which is forgotten."""
        sums: dict[Labels, Sum] = {}
        while self._seen:
            labels, seconds, size = self._seen.popleft()
            found = sums.get(labels) or sums.setdefault(labels, Sum())
            found.count += 1
            found.seconds += seconds
            found.buckets[bisect_left(BOUNDS, seconds)] += 1
            found.sizes[size] = found.sizes.get(size, 0) + 1
        return sums

    def _flush_later(self) -> None:
        self._is_timed = True
        timer = threading.Timer(INTERVAL_SECONDS, self.flush)
        timer.daemon = True
        timer.start()
