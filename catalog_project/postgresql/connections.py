"""A connection that does not wait for ever, and what its errors mean."""

import select
import threading
from typing import Any

import psycopg
from django.db import Error, OperationalError
from psycopg.errors import _WaitTimeout
from psycopg_pool import ConnectionPool

from catalog_project.postgresql import patience
from catalog_project.postgresql.patience import Patience

# A server in doubt has this long to show that it is there.
PROOF_SECONDS = 1.0

# Set when a server kept silent for too long: until one has answered again, each connection is tried before its use, so
# that not every request finds out by itself, in the time that a statement may take.
in_doubt = threading.Event()


class OutcomeUnknownError(OperationalError):
    """The database was lost during a commit or after one: what was asked for may have been done, or not, or in part."""


class Connection(psycopg.Connection[Any]):
    """Hangs up on a server that says nothing for longer than a statement may take; the pool replaces it then."""

    usual: Patience | None = None  # in place of the process'
    granted: Patience | None = None  # in place of both, until the transaction ends
    limit: float | None = None  # in seconds, in place of all

    def wait(self, gen: Any, interval: float = 0.1, timeout: float | None = None) -> Any:
        """Wait for the server, once for all that a statement, a commit or a row of COPY needs of it."""
        if timeout is not None:
            return super().wait(gen, interval, timeout)
        allowed = self.granted or self.usual or patience.of_process()
        try:
            return super().wait(gen, interval, self.limit or allowed.deadline)
        except _WaitTimeout:
            in_doubt.set()
            self.pgconn.finish()
            raise psycopg.OperationalError("the server does not answer") from None

    def commit(self) -> None:
        """Commit; what was granted ends with the transaction, as on the server."""
        super().commit()
        self.granted = None

    def rollback(self) -> None:
        """Roll back; likewise."""
        self.granted = None
        super().rollback()

    def is_open(self) -> bool:
        """Whether this connection at rest can be used, as far as is known here.

        A server says nothing unasked, but that it ends: then it is asked, as it is in doubt. Raises
        psycopg.OperationalError where it keeps silent: others to the same server would, too.
        """
        if not in_doubt.is_set() and not self._has_spoken():
            return True
        self.limit = PROOF_SECONDS
        try:
            ConnectionPool.check_connection(self)
        except psycopg.Error:
            if in_doubt.is_set():
                raise
            return False
        finally:
            self.limit = None
        in_doubt.clear()
        return True

    def _has_spoken(self) -> bool:
        line = select.poll()
        line.register(self.fileno(), select.POLLIN)
        return bool(line.poll(0))


def is_cut_off(error: BaseException) -> bool:
    """Whether an error of Django's says that PostgreSQL cannot be reached, and not that it refused something.

    Errors of the client have no SQLSTATE; classes 08 and 57P are about the connection and the end of the server
    (https://www.postgresql.org/docs/current/errcodes-appendix.html).
    """
    cause = error.__cause__ if isinstance(error, Error) else error
    if not isinstance(cause, psycopg.OperationalError | psycopg.InterfaceError):
        return False
    return cause.sqlstate is None or cause.sqlstate.startswith(("08", "57P"))
