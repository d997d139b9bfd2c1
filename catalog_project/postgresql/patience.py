"""How long anybody waits for PostgreSQL: the server by its timeouts, and we ourselves where it says nothing at all.

The server's timeouts go with the connection's first message, so that they cost nothing.
"""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

from django.db import connection

# Beyond the server's own timeout, which answers first unless it is frozen or cut off: no timer of its own fires then.
GRACE_SECONDS = 0.5
# Whoever has waited long to be let in still may wait this long for a connection.
LEAST_SECONDS = 0.5
# A queue of callers over the same rows moves in tenths of seconds.
LINE_SECONDS = 10


@dataclass(frozen=True)
class Patience:
    """Seconds for one statement, for one lock, and for a transaction in which nothing happens; 0: without end."""

    statement: int
    lock: float
    idle: int

    @property
    def deadline(self) -> float | None:
        """Seconds after which we hang up, whatever the server does."""
        return self.statement + GRACE_SECONDS if self.statement else None

    @property
    def settings(self) -> dict[str, str]:
        """The server's settings, by their names."""
        return {
            "statement_timeout": f"{self.statement}s",
            "lock_timeout": f"{self.lock:g}s",
            "idle_in_transaction_session_timeout": f"{self.idle}s",
        }


# A caller waits: better to say no in time than to answer when nobody listens any more.
WEB = Patience(statement=3, lock=1, idle=10)
# Commands work through much, in many statements, and may wait for whoever they feed.
COMMAND = Patience(statement=60, lock=0, idle=600)
# An index on a large table takes what it takes. But whoever waits for a lock on a table holds up all who come after.
MIGRATION = Patience(statement=0, lock=2, idle=0)

_serves_requests = threading.Event()
_request = threading.local()


def of_process() -> Patience:
    """The patience that the connections of this process begin with: that of a command, unless it serves requests."""
    return WEB if _serves_requests.is_set() else COMMAND


def serve_requests() -> None:
    """Be a worker of the web server from now on; before the first connection is made."""
    _serves_requests.set()


def allow(seconds: int) -> None:
    """Let each statement in the rest of this transaction take so long. SQLite limits none."""
    if connection.vendor == "postgresql":
        here: Any = connection
        here.grant(replace(of_process(), statement=seconds), local=True)


@contextmanager
def in_line() -> Iterator[None]:
    """Let statements inside queue for many locks, in a transaction: as long as it moves, their places kept.

    One lock that is not had within what the request has left of its time, beyond the usual, says that it does not.
    """
    left = _time_left()
    if left is None or of_process() is not WEB or connection.vendor != "postgresql":
        yield
        return
    here: Any = connection
    here.grant(replace(WEB, statement=LINE_SECONDS, lock=WEB.lock + max(left, 0)), local=True)
    try:
        yield
    except BaseException:
        here.connection.granted = None  # the server takes it back with the savepoint
        raise
    here.take_back()


def begin_request(seconds: float) -> None:
    """Let this thread's request wait so long altogether: for its turn, then for a connection."""
    _request.end = time.monotonic() + seconds


def end_request() -> None:
    """Forget the request of this thread."""
    _request.end = None


def seconds_left() -> float | None:
    """How long this thread may wait for a connection; None where no request is served."""
    left = _time_left()
    return None if left is None else max(left, LEAST_SECONDS)


def has_time_left() -> bool:
    """Whether something that took no time may be tried again."""
    left = _time_left()
    return left is None or left > 0


def _time_left() -> float | None:
    end: float | None = getattr(_request, "end", None)
    return None if end is None else end - time.monotonic()
