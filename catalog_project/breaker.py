"""A circuit breaker (Nygard, *Release It!*): after a few failures in a row a server is left alone for a while.

As long as it is away, one caller pays with one wait in each pause; all the others are told at once.
"""

import threading
import time
from collections.abc import Callable
from typing import TypeVar

Result = TypeVar("Result")


class BreakerOpen(Exception):
    """The server was not asked: it failed a moment ago."""


class Breaker:
    """Stands before the calls of one process to one server.

    It opens after `failures` calls in a row that ended in one of `errors`. From then on each `pause`, in seconds, one
    call goes through as a probe, until one succeeds. `tell` hears of each change whether it is open now.
    """

    def __init__(
        self,
        errors: tuple[type[Exception], ...],
        *,
        failures: int = 3,
        pause: float = 5.0,
        tell: Callable[[bool], None] = lambda _: None,
    ) -> None:
        self._errors, self._most, self._pause, self._tell = errors, failures, pause, tell
        self._lock = threading.Lock()
        self._failed = 0
        self._probe_at = 0.0

    @property
    def is_open(self) -> bool:
        """Whether calls are refused."""
        return self._failed >= self._most

    def call(self, ask: Callable[[], Result]) -> Result:
        """What `ask` gives or raises. Raises BreakerOpen instead where the server is left alone."""
        if self.is_open and not self._may_probe():
            raise BreakerOpen
        try:
            result = ask()
        except self._errors:
            self._note_failure()
            raise
        if self._failed:
            self._note_success()
        return result

    def _may_probe(self) -> bool:
        with self._lock:
            now = time.monotonic()
            if now < self._probe_at:
                return False
            self._probe_at = now + self._pause
            return True

    def _note_failure(self) -> None:
        with self._lock:
            self._failed += 1
            self._probe_at = time.monotonic() + self._pause
            has_opened = self._failed == self._most
        if has_opened:
            self._tell(True)

    def _note_success(self) -> None:
        with self._lock:
            was_open, self._failed = self.is_open, 0
        if was_open:
            self._tell(False)
