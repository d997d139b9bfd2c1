"""Django's backend for PostgreSQL, with less to say to the server around each read, and an end to each wait.

Django asks each connection that it takes from its pool whether the server still answers, and has the server plan each
query anew. The first costs a round trip as long as that of most reads, the second more than most reads themselves.
"""

import time
from collections.abc import Sequence
from contextlib import suppress
from typing import Any, cast

import psycopg
from django.db import DEFAULT_DB_ALIAS, NotSupportedError, OperationalError, ProgrammingError
from django.db.backends.postgresql import base
from django.db.backends.utils import CursorWrapper
from psycopg import IsolationLevel
from psycopg.pq import Format
from psycopg_pool import PoolTimeout

from catalog_project.postgresql import patience
from catalog_project.postgresql.connections import Connection, OutcomeUnknownError, in_doubt, is_cut_off
from catalog_project.postgresql.patience import Patience

# A subclass of psycopg's, whatever its published type says.
ServerBindingCursor: Any = base.ServerBindingCursor
ASK_AGAIN_SECONDS = 0.2
Rows = list[tuple[Any, ...]]


class DatabaseWrapper(base.DatabaseWrapper):
    """What a `DATABASE_URL` of PostgreSQL stands for. It takes the place of CONN_HEALTH_CHECKS."""

    connection: Connection | None
    commits = 0  # that this thread was told of

    def __init__(self, settings_dict: dict[str, Any], alias: str = DEFAULT_DB_ALIAS) -> None:
        super().__init__(settings_dict, alias)
        if pool := self.settings_dict["OPTIONS"].get("pool"):
            pool["connection_class"] = Connection

    def get_connection_params(self) -> dict[str, Any]:
        """With the timeouts that this process grants, and what DATABASE_URL says itself above them."""
        parameters: dict[str, Any] = super().get_connection_params()
        # One plan for all values: all that is prepared here walks along an index, up to a limit. Left to itself the
        # server compares costs, and plans each of the pages anew.
        settings = patience.of_process().settings | {"plan_cache_mode": "force_generic_plan"}
        ours = " ".join(f"-c {name}={value}" for name, value in settings.items())
        return parameters | {"options": f"{ours} {parameters.get('options', '')}".strip()}

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        """A connection that the server has not closed as far as is known here; the pool replaces the others.

        A request waits for it as long as it has not waited for its turn before.
        """
        if not self.pool:
            return super().get_new_connection(conn_params)
        self.isolation_level = IsolationLevel.READ_COMMITTED
        self.pool.open()
        while True:
            connection = self._from_pool()
            try:
                if connection.is_open():
                    return connection
            except psycopg.Error:
                self.pool.putconn(connection)
                raise
            connection.close()
            self.pool.putconn(connection)

    def _from_pool(self) -> Connection:
        """A connection of the pool, which tries again to make one only when it is asked again."""
        end = time.monotonic() + (patience.seconds_left() or self.pool.timeout)
        while True:
            try:
                taken: Connection = self.pool.getconn(min(ASK_AGAIN_SECONDS, end - time.monotonic()))
            except PoolTimeout:
                if time.monotonic() >= end:
                    raise
            else:
                return taken

    def grant(self, granted: Patience, *, local: bool = False) -> None:
        """Give the statements that follow on this connection other limits; `local` ends with the transaction."""
        scope = "LOCAL" if local else "SESSION"
        with self.cursor() as cursor:
            cursor.execute("; ".join(f"SET {scope} {name} = '{value}'" for name, value in granted.settings.items()))
        setattr(self.connection, "granted" if local else "usual", granted)

    def take_back(self) -> None:
        """Let the rest of the transaction have the limits again that the connection began with."""
        with self.cursor() as cursor:
            cursor.execute("; ".join(f"SET LOCAL {name} TO DEFAULT" for name in patience.WEB.settings))
        cast("Connection", self.connection).granted = None

    def fetch_prepared(self, sql: str, parameters: Sequence[Any]) -> Rows:
        """The rows of a query that the server plans once for each connection, and not at each call.

        Values come in binary form, times in a tenth of the time: not for fields whose values Django converts from text.
        What the server has prepared it may have lost, or find unfit for a table that was altered: it is then asked
        as usual. Inside a transaction, which does not outlive an error, it is asked so from the start.
        """
        if not self.in_atomic_block:
            with suppress(ProgrammingError, NotSupportedError):
                return self._fetch_prepared(sql, parameters)
        return _rows(self.cursor(), sql, parameters)

    def _configure_connection(self, connection: Connection) -> bool:
        is_changed: bool = super()._configure_connection(connection)  # type: ignore[misc]  # not among the published types
        in_doubt.clear()  # it has answered
        return is_changed

    def _commit(self) -> None:
        try:
            super()._commit()  # type: ignore[misc]  # as above
            self.commits += 1
        except OperationalError as error:
            if is_cut_off(error):
                raise OutcomeUnknownError(*error.args) from error.__cause__
            raise

    def _fetch_prepared(self, sql: str, parameters: Sequence[Any]) -> Rows:
        self.ensure_connection()
        connection: Any = self.connection
        # For these queries alone: psycopg would count all others too, and keep the text of each.
        connection.prepare_threshold = 0
        try:
            with self.wrap_database_errors:
                cursor = ServerBindingCursor(connection)
                cursor.format = Format.BINARY
            return _rows(self._prepare_cursor(cursor), sql, parameters)  # type: ignore[attr-defined]  # as above
        except (ProgrammingError, NotSupportedError):
            with self.cursor() as plain:
                plain.execute("DEALLOCATE ALL")  # which psycopg takes to heart as well
            raise
        finally:
            connection.prepare_threshold = None


def _rows(cursor: CursorWrapper, sql: str, parameters: Sequence[Any]) -> Rows:
    with cursor:
        cursor.execute(sql, parameters)
        found: Rows = cursor.fetchall()
        return found
