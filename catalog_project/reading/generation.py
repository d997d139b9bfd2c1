"""Which state the database is in, as a short text: where two texts are equal, the same commits are seen.

On PostgreSQL that is its snapshot (`xmin:xmax:xip`), the exact list of transactions whose effects are visible. It
differs after every commit that wrote, whoever wrote and in whichever order commits come, and never comes back while
the server runs. So nobody who writes has to tell any cache. Transactions of other databases of the cluster, and
those that only locked rows, change it too: a cache is then missed for nothing, never wrong.

Numbers of transactions can be dealt out a second time: after a restore or a recovery to a point in time, after the
promotion of a standby, and when PostgreSQL recovers from a crash of one of its own processes. The first two start a
new server process, whose start time is part of the text. The last one keeps it but resets the server's statistics,
and breaks every connection: the time of that reset is asked with each new connection and is part of the text too.
A standby does not tell its list of transactions, so it has no text. Behind a pooler that gives one client's
connection several servers in turn, the start time still tells them apart.

SQLite has nothing like it that holds across connections: it has no text either.
"""

import logging
import math
import os
import socket
import threading
import time
from typing import Any

import psycopg
from django.db import DEFAULT_DB_ALIAS, connections
from psycopg.pq import ExecStatus

logger = logging.getLogger(__name__)

# A read does not wait longer than this to learn whether what is remembered still holds.
PATIENCE_SECONDS = 1.0
# A database that just refused a connection is not asked again at once.
PAUSE_SECONDS = 1.0

IDENTITY = """
    SELECT (SELECT oid FROM pg_database WHERE datname = current_database())::text || '/'
        || coalesce(extract(epoch FROM (SELECT stats_reset FROM pg_stat_archiver))::text, '')
"""
NAME = b"catalog_generation"
QUESTION = b"""
    SELECT CASE WHEN NOT pg_is_in_recovery()
        THEN pg_current_snapshot()::text || '/' || extract(epoch FROM pg_postmaster_start_time())::text END
"""


class Link:
    """A connection that does nothing but ask. It is kept apart from Django's: their checks and resets cost a multiple.

    Raises psycopg.Error where the database cannot be asked.
    """

    def __init__(self, parameters: dict[str, Any]) -> None:
        self._connection = psycopg.connect(**parameters, autocommit=True)
        [identity] = self._connection.execute(IDENTITY).fetchone() or [""]
        self._identity = f"{identity}/".encode()
        self._raw = self._connection.pgconn
        self._raw.prepare(NAME, QUESTION)
        self._asked_at = math.inf
        self._closed = threading.Event()
        line = socket.socket(fileno=os.dup(self._raw.socket))
        threading.Thread(target=self._watch, args=[line], name="generation-watch", daemon=True).start()

    def ask(self) -> bytes | None:
        """The text, or None on a standby."""
        # One call that waits inside of libpq: to wait here costs three times the processor time.
        self._asked_at = time.monotonic()
        answer = self._raw.exec_prepared(NAME, None)
        self._asked_at = math.inf
        if answer.status != ExecStatus.TUPLES_OK:
            raise psycopg.OperationalError("no answer")
        snapshot = answer.get_value(0, 0)
        return None if snapshot is None else self._identity + snapshot

    def close(self) -> None:
        """Hang up."""
        self._closed.set()
        self._connection.close()

    def _watch(self, line: socket.socket) -> None:
        """Break the connection off when an answer takes too long: libpq itself would wait for ever."""
        with line:
            while not self._closed.wait(PATIENCE_SECONDS / 2):
                if time.monotonic() - self._asked_at > PATIENCE_SECONDS:
                    line.shutdown(socket.SHUT_RDWR)
                    return


class Source:
    """Asks for the threads of a process. Those that come while a question is under way share the next one."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._link: Link | None = None
        self._asked = self._answered = 0
        self._text: bytes | None = None
        self._not_before = 0.0

    def current(self) -> bytes | None:
        """The text as of a moment after this call began; None where there is none to be had."""
        come = self._asked
        if not self._lock.acquire(timeout=PATIENCE_SECONDS):
            return None
        try:
            if self._answered <= come:  # the latest answer may be older than this call
                self._asked += 1
                self._text = self._ask()
                self._answered = self._asked
            return self._text
        finally:
            self._lock.release()

    def close(self) -> None:
        """Hang up; the next question makes a new connection."""
        with self._lock:
            self._hang_up()
            self._not_before = 0.0

    def abandon(self) -> None:
        """Begin anew in a child process: the connection is the parent's."""
        Source.__init__(self)

    def _ask(self) -> bytes | None:
        if time.monotonic() < self._not_before:
            return None
        try:
            if self._link is None:
                self._link = Link(connections[DEFAULT_DB_ALIAS].get_connection_params())
            return self._link.ask()
        except (psycopg.Error, OSError) as error:
            logger.warning("the state of the database is not known", extra={"error": type(error).__name__})
            self._not_before = time.monotonic() + PAUSE_SECONDS
            self._hang_up()
            return None

    def _hang_up(self) -> None:
        if self._link is not None:
            self._link.close()
            self._link = None


source = Source()
os.register_at_fork(after_in_child=source.abandon)


def current_generation() -> bytes | None:
    """The state of the database now; None where nothing may be remembered.

    Besides databases without such a text that is inside a transaction, which sees what nobody else sees yet.
    """
    connection = connections[DEFAULT_DB_ALIAS]
    if connection.vendor != "postgresql" or connection.in_atomic_block:
        return None
    return source.current()
