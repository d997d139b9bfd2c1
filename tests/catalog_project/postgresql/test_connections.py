"""A server that falls silent, behind a proxy, and what is told of it."""

import time
from collections.abc import Iterator
from copy import deepcopy

import psycopg
import pytest
from django.db import Error, InterfaceError, OperationalError, connection
from psycopg_pool import PoolTimeout

from catalog_project.postgresql import connections, patience
from catalog_project.postgresql.base import DatabaseWrapper
from catalog_project.postgresql.connections import OutcomeUnknownError, in_doubt, is_cut_off
from catalog_project.postgresql.patience import Patience
from tests.proxies import Proxy, proxy_to

on_postgresql = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]
SHORT = Patience(statement=1, lock=1, idle=10)


@pytest.fixture(autouse=True)
def _without_doubt() -> Iterator[None]:
    yield
    in_doubt.clear()


@pytest.fixture
def proxy() -> Iterator[Proxy]:
    parameters = connection.get_connection_params()
    with proxy_to(parameters.get("host") or "127.0.0.1", int(parameters.get("port") or 5432)) as made:
        yield made


@pytest.fixture
def database(proxy, monkeypatch) -> Iterator[DatabaseWrapper]:
    """The database by way of the proxy, with a small pool of its own and little patience."""
    monkeypatch.setattr(connections, "PROOF_SECONDS", 0.2)
    settings = deepcopy(connection.settings_dict) | {"HOST": "127.0.0.1", "PORT": str(proxy.port)}
    settings["OPTIONS"]["pool"] = {"min_size": 1, "max_size": 2, "timeout": 1, "reconnect_timeout": 0}
    made = DatabaseWrapper(settings, "by-proxy")
    ask(made)
    made.connection.usual = SHORT
    yield made
    proxy.thaw()
    made.close()
    made.close_pool()


def ask(database: DatabaseWrapper, sql: str = "SELECT 1") -> None:
    with database.cursor() as cursor:
        cursor.execute(sql)


def refused(database: DatabaseWrapper, sql: str = "SELECT 1") -> float:
    """How long it took until a statement was given up."""
    began = time.monotonic()
    with pytest.raises(OperationalError) as caught:
        ask(database, sql)
    assert is_cut_off(caught.value)
    return time.monotonic() - began


def soon(database: DatabaseWrapper) -> None:
    """Ask until there is an answer, for some seconds."""
    end = time.monotonic() + 5
    while True:
        try:
            ask(database)
        except OperationalError:
            database.close()
            assert time.monotonic() < end
        else:
            return


class TestSilence:
    pytestmark = on_postgresql

    def test_a_server_that_says_nothing_is_hung_up_on(self, proxy, database) -> None:
        proxy.freeze()
        assert 1.4 < refused(database) < 2.5
        assert database.connection.closed

    def test_a_server_that_answers_in_time_is_listened_to(self, database) -> None:
        ask(database, "SELECT pg_sleep(0.9)")
        assert not in_doubt.is_set()

    def test_the_servers_own_timeout_comes_first_and_leaves_the_connection_whole(self, database) -> None:
        database.grant(SHORT)
        with pytest.raises(OperationalError, match="statement timeout") as caught:
            ask(database, "SELECT pg_sleep(5)")
        assert not is_cut_off(caught.value)
        ask(database)

    def test_a_lock_is_waited_for_until_its_timeout(self, database) -> None:
        with psycopg.connect(**connection.get_connection_params()) as other:
            other.execute("LOCK TABLE products_brand IN ACCESS EXCLUSIVE MODE")
            database.grant(Patience(statement=3, lock=1, idle=10))
            with pytest.raises(OperationalError, match="lock timeout") as caught:
                ask(database, "SELECT 1 FROM products_brand")
        assert not is_cut_off(caught.value)

    def test_the_pool_gives_nobody_a_connection_that_was_hung_up(self, proxy, database) -> None:
        proxy.freeze()
        refused(database)
        lost = database.connection
        database.close()
        proxy.thaw()
        soon(database)
        assert database.connection is not lost

    def test_once_a_server_was_silent_the_next_find_out_sooner(self, proxy, database) -> None:
        database.close()  # at rest in the pool
        in_doubt.set()
        proxy.freeze()
        assert refused(database) < 0.9

    def test_a_server_that_answers_again_is_no_longer_in_doubt(self, database) -> None:
        database.close()
        in_doubt.set()
        ask(database)
        assert not in_doubt.is_set()

    def test_a_request_that_waited_for_its_turn_waits_less_for_a_connection(self, proxy, database) -> None:
        database.close()
        in_doubt.set()
        proxy.freeze()
        while refused(database) < 0.9:  # with one of those that the pool still has
            pass
        patience.begin_request(0)
        try:
            assert 0.4 < refused(database) < 0.9
        finally:
            patience.end_request()

    def test_the_pool_serves_soon_after_the_server_is_back(self, proxy, database) -> None:
        proxy.freeze()
        refused(database)
        database.close()
        end = time.monotonic() + 4
        while time.monotonic() < end:
            with pytest.raises(OperationalError):
                ask(database)
        proxy.thaw()
        began = time.monotonic()
        soon(database)
        assert time.monotonic() - began < 3

    def test_nobody_knows_what_became_of_a_commit_that_was_not_answered(self, proxy, database) -> None:
        database.set_autocommit(False)
        ask(database, "SELECT txid_current()")
        proxy.freeze()
        with pytest.raises(OutcomeUnknownError):
            database.commit()
        database.needs_rollback = False
        proxy.thaw()

    def test_a_transaction_that_is_cut_off_before_is_not_committed(self, proxy, database) -> None:
        database.set_autocommit(False)
        proxy.freeze()
        with pytest.raises(OperationalError) as caught:
            ask(database)
        assert not isinstance(caught.value, OutcomeUnknownError)


def caused(kind: type[Error], cause: Exception) -> Error:
    error = kind("…")
    error.__cause__ = cause
    return error


@pytest.mark.parametrize(
    ("cause", "expected"),
    [
        (psycopg.OperationalError("server closed the connection unexpectedly"), True),
        (PoolTimeout("couldn't get a connection after 2.00 sec"), True),
        (psycopg.errors.AdminShutdown(), True),
        (psycopg.errors.CannotConnectNow(), True),
        (psycopg.errors.ConnectionFailure(), True),
        (psycopg.errors.QueryCanceled(), False),
        (psycopg.errors.LockNotAvailable(), False),
        (psycopg.errors.DeadlockDetected(), False),
        (psycopg.errors.TooManyConnections(), False),
        (ValueError(), False),
    ],
)
def test_errors_say_whether_the_server_cannot_be_reached(cause: Exception, expected: bool) -> None:
    assert is_cut_off(caused(OperationalError, cause)) is expected


def test_so_does_the_use_of_a_connection_that_is_gone() -> None:
    assert is_cut_off(caused(InterfaceError, psycopg.InterfaceError("the connection is closed")))


def test_an_error_of_the_pool_itself_says_it_too() -> None:
    assert is_cut_off(PoolTimeout())
