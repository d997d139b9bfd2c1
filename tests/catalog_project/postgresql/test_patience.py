"""How long is waited, by the server and by us."""

import threading
import time
from collections.abc import Iterator
from dataclasses import replace

import psycopg
import pytest
from django.db import OperationalError, connection, transaction

from catalog_project.postgresql import patience
from catalog_project.postgresql.patience import COMMAND, MIGRATION, WEB, Patience, allow, in_line, of_process


@pytest.fixture
def _request() -> Iterator[None]:
    patience.begin_request(0.2)
    yield
    patience.end_request()


@pytest.fixture
def _web(monkeypatch) -> None:
    serves = threading.Event()
    serves.set()
    monkeypatch.setattr(patience, "_serves_requests", serves)


def settings_of(parameters: dict) -> dict[str, str]:
    """What a new connection finds set, in seconds."""
    with psycopg.connect(**parameters) as fresh:
        asked = "SELECT name, setting::int / 1000 FROM pg_settings WHERE name = ANY (%s)"
        return {name: f"{seconds}s" for name, seconds in fresh.execute(asked, [list(WEB.settings)])}


def sleep(seconds: float) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_sleep(%s)", [seconds])


def test_we_hang_up_shortly_after_the_server_should_have_given_up() -> None:
    assert (WEB.deadline, COMMAND.deadline) == (3.5, 60.5)
    assert MIGRATION.deadline is None


def test_a_process_is_that_of_a_command() -> None:
    assert of_process() is COMMAND


def test_workers_are_told_that_they_serve_requests(monkeypatch) -> None:
    monkeypatch.setattr(patience, "_serves_requests", threading.Event())
    patience.serve_requests()
    assert of_process() is WEB


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_new_connections_begin_with_the_timeouts_of_a_command() -> None:
    assert settings_of(connection.get_connection_params()) == COMMAND.settings


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("_web")
def test_new_connections_of_a_worker_begin_with_those_of_the_web() -> None:
    assert settings_of(connection.get_connection_params()) == WEB.settings


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_what_database_url_says_wins(monkeypatch) -> None:
    monkeypatch.setitem(connection.settings_dict["OPTIONS"], "options", "-c statement_timeout=7s")
    assert settings_of(connection.get_connection_params())["statement_timeout"] == "7s"


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_a_transaction_may_be_allowed_more_on_both_sides() -> None:
    short = replace(COMMAND, statement=1)
    connection.grant(short)
    try:
        with transaction.atomic():
            allow(5)
            sleep(1.6)
        assert connection.connection.granted is None
        with pytest.raises(OperationalError, match="statement timeout"):
            sleep(5)
    finally:
        connection.grant(COMMAND)


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_what_was_allowed_ends_with_a_transaction_that_failed() -> None:
    with transaction.atomic():
        allow(70)
        assert connection.connection.granted == Patience(statement=70, lock=0, idle=600)
        transaction.set_rollback(True)
    assert connection.connection.granted is None
    with connection.cursor() as cursor:
        cursor.execute("SHOW statement_timeout")
        assert cursor.fetchone() == ("1min",)


def limits() -> tuple[int, int]:
    """Of a statement and of a lock, in milliseconds."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting(n)::interval FROM unnest('{statement_timeout,lock_timeout}'::text[]) n")
        statement, lock = (round(row[0].total_seconds() * 1_000) for row in cursor.fetchall())
        return statement, lock


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("_web", "_request")
def test_in_a_line_locks_may_take_what_time_the_request_has_left() -> None:
    with transaction.atomic():
        usual = limits()
        with in_line():
            statement, lock = limits()
        assert limits() == usual
    assert statement == 10_000
    assert 1_000 < lock <= 1_200
    time.sleep(0.2)
    with transaction.atomic(), in_line():
        assert limits() == (10_000, 1_000)


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("_request")
def test_a_command_stands_in_line_as_ever(django_assert_num_queries) -> None:
    with django_assert_num_queries(0), in_line():
        pass


@pytest.mark.django_db
def test_sqlite_allows_everything() -> None:
    if connection.vendor == "sqlite":
        allow(1)
        with in_line():
            pass


def test_without_a_request_there_is_no_end() -> None:
    assert patience.seconds_left() is None
    assert patience.has_time_left()


@pytest.mark.usefixtures("_request")
def test_a_request_waits_once_for_all_that_it_waits_for(monkeypatch) -> None:
    monkeypatch.setattr(patience, "LEAST_SECONDS", 0.05)
    before = patience.seconds_left()
    time.sleep(0.05)
    assert 0.05 < patience.seconds_left() < before <= 0.2
    time.sleep(0.2)
    assert patience.seconds_left() == 0.05
    assert not patience.has_time_left()


@pytest.mark.usefixtures("_request")
def test_requests_do_not_share_their_time() -> None:
    seen = []
    thread = threading.Thread(target=lambda: seen.append(patience.seconds_left()))
    thread.start()
    thread.join()
    assert seen == [None]
