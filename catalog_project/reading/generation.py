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

A database that does not answer is away until it does: one thread asks it again and again, and callers learn at once
that there is nothing to wait for.
"""

import logging
import math
import os
import socket
import threading
import time
from contextlib import suppress
from typing import Any

import psycopg
from django.db import DEFAULT_DB_ALIAS, connections
from psycopg.pq import ExecStatus

from catalog_project.postgresql.connections import Connection, in_doubt

logger = logging.getLogger(__name__)

# A read does not wait longer than this to learn whether what is remembered still holds.
PATIENCE_SECONDS = 1.0
# While the database is away it is asked this often whether it is back.
PAUSE_SECONDS = 0.25

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
        self._connection = Connection.connect(**parameters, autocommit=True)
        [identity] = self._connection.execute(IDENTITY).fetchone() or [""]
        self._identity = f"{identity}/".encode()
        self._raw = self._connection.pgconn
        self._asked_at = time.monotonic()
        self._closed = threading.Event()
        line = socket.socket(fileno=os.dup(self._raw.socket))
        threading.Thread(target=self._watch, args=[line], name="generation-watch", daemon=True).start()
        self._raw.prepare(NAME, QUESTION)
        self._asked_at = math.inf

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
        self._returned: threading.Event | None = None  # while the database is away

    def current(self) -> bytes | None:
        """The text as of a moment after this call began; None where there is none to be had, see `is_away`."""
        come = self._asked
        if self.is_away:
            return None
        if not self._lock.acquire(timeout=PATIENCE_SECONDS):
            self._leave(is_silent=True)
            return None
        try:
            if self._answered <= come:  # the latest answer may be older than this call
                self._asked += 1
                self._text = self._ask()
                self._answered = self._asked
            return self._text
        finally:
            self._lock.release()

    @property
    def is_away(self) -> bool:
        """Whether the database did not answer the last question."""
        return self._returned is not None

    def close(self) -> None:
        """Hang up; the next question makes a new connection."""
        if returned := self._returned:
            returned.set()
        with self._lock:
            self._hang_up()
            self._returned = None

    def abandon(self) -> None:
        """Begin anew in a child process: the connection is the parent's."""
        Source.__init__(self)

    def _ask(self) -> bytes | None:
        is_new, begin = self._link is None, time.monotonic()
        try:
            return self._connected().ask()
        except (psycopg.Error, OSError):
            self._hang_up()
        is_silent = time.monotonic() - begin >= PATIENCE_SECONDS
        if not is_new and not is_silent:  # the connection ended, which does not say that the server is away
            return self._ask()
        self._leave(is_silent=is_silent)
        return None

    def _connected(self) -> Link:
        if self._link is None:
            self._link = Link(connections[DEFAULT_DB_ALIAS].get_connection_params())
        return self._link

    def _hang_up(self) -> None:
        if self._link is not None:
            self._link.close()
            self._link = None

    def _leave(self, *, is_silent: bool) -> None:
        if is_silent:
            in_doubt.set()
        if self._returned is None:
            logger.warning("the database does not answer")
            self._returned = returned = threading.Event()
            threading.Thread(target=self._await_return, args=[returned], name="generation-return", daemon=True).start()

    def _await_return(self, returned: threading.Event) -> None:
        while not returned.wait(PAUSE_SECONDS):
            with self._lock, suppress(psycopg.Error, OSError):
                try:
                    self._connected().ask()
                except BaseException:
                    self._hang_up()
                    raise
                returned.set()
                self._returned = None
                logger.warning("the database answers again")


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


def is_away() -> bool:
    """Whether the database cannot be asked now, and reads may be answered from what is remembered of it."""
    return source.is_away
