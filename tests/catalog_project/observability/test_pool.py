import threading
import time
from collections.abc import Iterator

import pytest
from django.db import connection
from prometheus_client import REGISTRY
from psycopg_pool import ConnectionPool, PoolTimeout

from catalog_project.observability import pool as observed


def state() -> dict[str, float]:
    names = ("max", "size", "available", "waiting")
    return {name: REGISTRY.get_sample_value(f"catalog_database_pool_{name}") or 0.0 for name in names}


def counted(name: str) -> float:
    return REGISTRY.get_sample_value(f"catalog_database_pool_{name}_total") or 0.0


def wait_for_waiting(pool: ConnectionPool) -> None:
    deadline = time.monotonic() + 5
    while not pool.get_stats()["requests_waiting"] and time.monotonic() < deadline:
        time.sleep(0.01)


@pytest.fixture
def narrow_pool(monkeypatch, db) -> Iterator[ConnectionPool]:
    """A pool of one connection, in the place of the one that serves requests."""
    parameters = connection.get_connection_params()
    with ConnectionPool(kwargs=parameters, min_size=1, max_size=1, timeout=5, open=True) as pool:
        pool.wait()
        monkeypatch.setattr(observed, "_open_pool", lambda: pool)
        yield pool


def test_without_an_open_pool_everything_is_zero(monkeypatch) -> None:
    monkeypatch.setattr(observed, "_open_pool", lambda: None)
    observed.sample_pool()
    assert state() == {"max": 0, "size": 0, "available": 0, "waiting": 0}


@pytest.mark.postgres
def test_an_idle_connection_is_available(narrow_pool) -> None:
    observed.sample_pool()
    assert state() == {"max": 1, "size": 1, "available": 1, "waiting": 0}


@pytest.mark.postgres
def test_who_waits_for_a_connection_is_seen_while_waiting(narrow_pool) -> None:
    with narrow_pool.connection():
        waiter = threading.Thread(target=lambda: narrow_pool.putconn(narrow_pool.getconn()))
        waiter.start()
        wait_for_waiting(narrow_pool)
        observed.sample_pool()
        assert state() == {"max": 1, "size": 1, "available": 0, "waiting": 1}
    waiter.join()


@pytest.mark.postgres
def test_time_spent_waiting_is_summed_up_once(narrow_pool) -> None:
    observed.sample_pool()
    waited, queued = counted("wait_seconds"), counted("queued")
    with narrow_pool.connection():
        waiter = threading.Thread(target=lambda: narrow_pool.putconn(narrow_pool.getconn()))
        waiter.start()
        time.sleep(0.2)
    waiter.join()
    observed.sample_pool()
    observed.sample_pool()
    assert 0.1 < counted("wait_seconds") - waited < 5
    assert counted("queued") - queued == 1


@pytest.mark.postgres
def test_a_connection_not_had_in_time_is_counted(narrow_pool) -> None:
    observed.sample_pool()
    errors = counted("errors")
    with narrow_pool.connection(), pytest.raises(PoolTimeout):
        narrow_pool.getconn(timeout=0.05)
    observed.sample_pool()
    assert counted("errors") - errors == 1


@pytest.mark.postgres
def test_a_worker_that_ends_closes_its_pool(narrow_pool) -> None:
    observed.finish_sampling()
    assert narrow_pool.closed


@pytest.mark.postgres
def test_the_pool_that_serves_requests_is_the_one_observed(django_db_blocker) -> None:
    with django_db_blocker.unblock(), connection.cursor():
        assert observed._open_pool() is connection.pool


def test_sampling_goes_on_by_itself(monkeypatch) -> None:
    sampled = threading.Event()
    monkeypatch.setattr(observed, "SAMPLE_SECONDS", 0.01)
    monkeypatch.setattr(observed, "sample_pool", sampled.set)
    observed.start_sampling()
    assert sampled.wait(5)
