from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from django.db import OperationalError, ProgrammingError, connection, transaction

from tests.threads import at_once

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]
SQL = "SELECT n, s FROM prepared_here WHERE n > %s ORDER BY n"


@pytest.fixture
def other() -> Iterator[psycopg.Connection]:
    """A connection of somebody else."""
    with psycopg.connect(**connection.get_connection_params(), autocommit=True) as somebody:
        yield somebody


@pytest.fixture
def table(other) -> Iterator[None]:
    other.execute("CREATE TABLE prepared_here AS SELECT n, n::text AS s FROM generate_series(1, 3) n")
    yield
    connection.close()
    other.execute("DROP TABLE prepared_here")


def backend(_: int = 0, seconds: float = 0.1) -> int:
    """The server's process that serves us now, for so long; the connection goes back to the pool."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid(), pg_sleep(%s)", [seconds])
        [pid, _] = cursor.fetchone()
    connection.close()
    return int(pid)


def prepared() -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT statement FROM pg_prepared_statements")
        return [statement for [statement] in cursor.fetchall()]


def fetch(least: int = 1) -> list[Any]:
    return connection.fetch_prepared(SQL, [least])


def test_connections_that_ended_while_they_were_idle_are_replaced_before_use(other) -> None:
    idle = set(at_once(4, backend))
    ended = other.execute("SELECT count(pg_terminate_backend(pid, 5000)) FROM unnest(%s::int[]) pid", [list(idle)])
    assert ended.fetchone() == (len(idle),)
    assert idle.isdisjoint(at_once(8, backend))


def test_a_connection_that_was_told_something_stays(other) -> None:
    with connection.cursor() as cursor:
        cursor.execute("LISTEN prepared_here")
        told = connection.connection.info.backend_pid
    connection.close()
    other.execute("NOTIFY prepared_here")
    assert told in {backend(seconds=0) for _ in range(25)}  # each connection of the pool in turn


def test_a_query_is_prepared_once(table) -> None:
    connection.close()
    assert [fetch(least) for least in (1, 2, 3)] == [[(2, "2"), (3, "3")], [(3, "3")], []]
    assert sum("prepared_here" in statement for statement in prepared()) == 1


def test_other_queries_are_not_prepared(table) -> None:
    fetch()
    with connection.cursor() as cursor:
        for _ in range(10):
            cursor.execute("SELECT s FROM prepared_here WHERE n = %s", [1])
    assert not any("SELECT s" in statement for statement in prepared())


def test_a_table_that_was_altered_is_read_as_it_is(table, other) -> None:
    fetch()
    other.execute("ALTER TABLE prepared_here ALTER s TYPE integer USING s::integer")
    assert fetch() == fetch() == [(2, 2), (3, 3)]
    assert any("prepared_here" in statement for statement in prepared())


def test_what_the_server_has_forgotten_is_prepared_again(table) -> None:
    fetch()
    connection.connection.pgconn.exec_(b"DEALLOCATE ALL")
    assert fetch() == [(2, "2"), (3, "3")]
    fetch()
    assert any("prepared_here" in statement for statement in prepared())


def test_inside_a_transaction_nothing_is_prepared(table, other) -> None:
    fetch()
    other.execute("ALTER TABLE prepared_here ALTER s TYPE integer USING s::integer")
    with transaction.atomic():
        assert fetch() == [(2, 2), (3, 3)]


def test_a_query_that_is_wrong_is_an_error_of_django(table) -> None:
    with pytest.raises(ProgrammingError):
        connection.fetch_prepared("SELECT nothing FROM prepared_here WHERE n > %s", [1])
    assert fetch(2) == [(3, "3")]


def test_a_connection_that_breaks_in_use_is_an_error_of_django(table, other) -> None:
    fetch()
    other.execute("SELECT pg_terminate_backend(%s, 5000)", [connection.connection.info.backend_pid])
    with pytest.raises(OperationalError):
        fetch()
    connection.close()
    assert fetch(2) == [(3, "3")]
