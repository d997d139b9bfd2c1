import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack

import psycopg
import pytest
from django.db import connection, transaction

from catalog_project.postgresql.connections import in_doubt
from catalog_project.reading import generation
from catalog_project.reading.generation import Link, Source, current_generation
from tests.factories.products import BrandFactory
from tests.threads import at_once

pytestmark = pytest.mark.django_db(transaction=True)
postgres = pytest.mark.postgres


@pytest.fixture
def others() -> Iterator[list[psycopg.Connection]]:
    """Two connections of others."""
    parameters = connection.get_connection_params()
    with psycopg.connect(**parameters) as first, psycopg.connect(**parameters) as second:
        yield [first, second]


@pytest.fixture
def sources() -> Iterator[Callable[[], Source]]:
    """Makes sources of their own, which hang up at the end."""
    with ExitStack() as ends:

        def make() -> Source:
            source = Source()
            ends.callback(source.close)
            return source

        yield make


def until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 5
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def brands() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM products_brand")
        return int(cursor.fetchone()[0])


def add(other: psycopg.Connection, slug: str) -> None:
    other.execute(
        "INSERT INTO products_brand (name, slug, name_key, version, created_at, updated_at)"
        " VALUES (%s, %s, %s, 1, now(), now())",
        [slug, slug, slug],
    )


@postgres
def test_equal_texts_see_equal_data_in_whichever_order_commits_come(others) -> None:
    seen: dict[bytes, set[int]] = {}

    def look() -> None:
        before, count, after = current_generation(), brands(), current_generation()
        if before == after:  # nobody else on this server wrote meanwhile
            seen.setdefault(before, set()).add(count)

    first, second = others
    for number in range(20):
        look()
        add(first, f"first-{number}")
        look()
        add(second, f"second-{number}")
        look()
        second.commit()  # the younger one first
        look()
        first.commit() if number % 2 else first.rollback()
        look()
    assert len(seen) >= 40
    assert all(len(counts) == 1 for counts in seen.values())


@postgres
def test_every_commit_that_wrote_changes_it(others) -> None:
    texts = set()
    for number in range(10):
        texts.add(current_generation())
        add(others[number % 2], f"brand-{number}")
        others[number % 2].commit()
    texts.add(current_generation())
    assert len(texts) == 11


@postgres
def test_connections_agree_on_it(sources) -> None:
    three = [sources() for _ in range(3)]
    for _ in range(20):
        found = {source.current() for source in three}
        if len(found) == 1:
            return
    pytest.fail("they never agreed, though this server must have been quiet once")


@postgres
def test_inside_of_a_transaction_there_is_none() -> None:
    with transaction.atomic():
        BrandFactory()
        assert current_generation() is None
    assert current_generation() is not None


def test_on_sqlite_there_is_none() -> None:
    if connection.vendor == "sqlite":
        assert current_generation() is None


class Slow:
    """A connection that answers slowly, each time another text."""

    def __init__(self) -> None:
        self.begun: list[float] = []

    def ask(self) -> bytes:
        self.begun.append(time.monotonic())
        number = len(self.begun)
        time.sleep(0.05)
        return b"%d" % number

    def close(self) -> None:
        pass


def test_those_who_come_during_a_question_share_the_next_one(sources) -> None:
    source, link = sources(), Slow()
    source._link = link
    answers = at_once(20, lambda _: (time.monotonic(), source.current()))
    assert len(link.begun) <= 4
    # never an answer to a question that began before the call
    assert all(link.begun[int(text) - 1] >= called for called, text in answers)


@postgres
def test_a_connection_that_broke_is_made_anew_at_once(sources) -> None:
    source = sources()
    assert source.current()
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(%s)", [source._link._raw.backend_pid])
    assert source.current()
    assert not source.is_away


@postgres
def test_while_the_database_is_away_one_thread_asks_and_nobody_waits(monkeypatch, sources) -> None:
    tried, make = [], generation.Link

    def refuse(_: object) -> Link:
        tried.append(threading.current_thread().name)
        raise psycopg.OperationalError

    monkeypatch.setattr(generation, "PAUSE_SECONDS", 0.02)
    monkeypatch.setattr(generation, "Link", refuse)
    source = sources()
    assert [source.current() for _ in range(5)] == [None] * 5
    assert source.is_away
    until(lambda: len(tried) > 3)
    assert set(tried[1:]) == {"generation-return"}
    monkeypatch.setattr(generation, "Link", make)
    until(lambda: not source.is_away)
    assert source.current()


@postgres
def test_who_hangs_up_is_not_told_of_a_return(monkeypatch, sources) -> None:
    monkeypatch.setattr(generation, "PAUSE_SECONDS", 0.02)
    source = sources()
    source._leave(is_silent=False)
    source.close()
    assert not source.is_away
    until(lambda: not any(thread.name == "generation-return" for thread in threading.enumerate()))
    assert source._link is None


@postgres
def test_who_waits_in_vain_to_ask_puts_the_server_in_doubt(monkeypatch, sources) -> None:
    """The others who come in meanwhile must not find out by themselves, in the time that a statement may take."""
    monkeypatch.setattr(generation, "PATIENCE_SECONDS", 0.05)
    source = sources()
    with source._lock:
        assert source.current() is None
        assert (source.is_away, in_doubt.is_set()) == (True, True)
    in_doubt.clear()


@postgres
def test_a_database_that_hangs_is_given_up(monkeypatch, sources) -> None:
    monkeypatch.setattr(generation, "QUESTION", b"SELECT pg_sleep(30)::text")
    monkeypatch.setattr(generation, "PATIENCE_SECONDS", 0.2)
    started = time.monotonic()
    source = sources()
    assert source.current() is None
    assert source.is_away
    assert in_doubt.is_set()
    assert time.monotonic() - started < 5
    in_doubt.clear()
    source.close()
    with connection.cursor() as cursor:  # the other end still sleeps
        cursor.execute(
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity"
            " WHERE query LIKE '%pg_sleep(30)%' AND datname = current_database() AND pid <> pg_backend_pid()"
        )


@postgres
def test_a_standby_has_none(monkeypatch, sources) -> None:
    monkeypatch.setattr(generation, "QUESTION", generation.QUESTION.replace(b"NOT pg_is_in_recovery()", b"false"))
    assert sources().current() is None


@postgres
def test_whoever_waits_too_long_for_the_others_goes_without(monkeypatch, sources) -> None:
    monkeypatch.setattr(generation, "PATIENCE_SECONDS", 0.05)
    source, gone = sources(), threading.Event()
    with source._lock:
        thread = threading.Thread(target=lambda: source.current() is None and gone.set())
        thread.start()
        thread.join(5)
    assert gone.is_set()
