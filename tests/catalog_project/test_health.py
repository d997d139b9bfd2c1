import threading
import time
from collections.abc import Callable, Iterator

import pytest
from django.core.cache import caches
from django.db import OperationalError, connection
from django.http import HttpResponse

from catalog_project import draining, health
from catalog_project.cache import ForgivingRedisCache

TOKEN = "a token of the operators"


@pytest.fixture(autouse=True)
def _fresh_process(monkeypatch) -> Iterator[None]:
    """No probe remembers an earlier test."""
    monkeypatch.setattr(health, "_migrated", threading.Event())
    monkeypatch.setattr(health, "PATIENCE_SECONDS", 5)
    yield
    draining.revoke()


@pytest.fixture
def break_database(monkeypatch) -> Callable[[], None]:
    def refuse() -> bool:
        raise OperationalError('connection to "db.internal" failed: password of user catalog')

    return lambda: monkeypatch.setattr(health, "database_answers", health.Check(refuse))


@pytest.fixture
def break_cache(monkeypatch) -> Callable[[], None]:
    # Nobody listens on port 1.
    broken = ForgivingRedisCache("redis://127.0.0.1:1/0", {"OPTIONS": {"socket_connect_timeout": 0.1}})
    return lambda: monkeypatch.setattr(health, "caches", {"reads": broken})


def parts(response: HttpResponse) -> dict[str, str]:
    return {name: part["status"] for name, part in response.json()["components"].items()}


# --- /health


@pytest.mark.django_db
def test_all_is_well_with_a_database_and_a_cache(client) -> None:
    response = client.get("/health")
    assert response.status_code == 200
    assert response.json() == {
        "status": "ok",
        "components": {"database": {"status": "ok"}, "cache": {"status": "ok"}},
    }


def test_without_its_database_the_service_is_in_error(client, break_database) -> None:
    break_database()
    response = client.get("/health")
    assert response.status_code == 503
    assert response.json()["status"] == "error"
    assert parts(response) == {"database": "error", "cache": "ok"}


@pytest.mark.django_db
def test_without_its_cache_the_service_is_degraded_and_serves(client, break_cache) -> None:
    break_cache()
    response = client.get("/health")
    assert response.status_code == 200
    assert response.json()["status"] == "degraded"
    assert parts(response) == {"database": "ok", "cache": "error"}


def test_what_the_driver_says_stays_inside(client, break_database) -> None:
    break_database()
    assert b"password" not in client.get("/health").content


@pytest.mark.redis
def test_a_redis_that_answers_is_asked() -> None:
    assert isinstance(caches["reads"], ForgivingRedisCache)
    assert health.cache_answers()


# --- /livez and /readyz


def test_a_process_that_serves_is_alive_whatever_else_is_broken(client, break_database, break_cache) -> None:
    break_database()
    break_cache()
    response = client.get("/livez")
    assert (response.status_code, response.json()) == (200, {"status": "ok"})


@pytest.mark.django_db
def test_a_migrated_database_makes_ready(client) -> None:
    response = client.get("/readyz")
    assert response.status_code == 200
    assert parts(response) == {"database": "ok", "migrations": "ok"}


def test_without_a_database_nothing_is_ready(client, break_database) -> None:
    break_database()
    response = client.get("/readyz")
    assert response.status_code == 503
    assert parts(response) == {"database": "error", "migrations": "error"}


@pytest.mark.django_db
def test_a_migration_that_is_not_applied_makes_not_ready(client, monkeypatch) -> None:
    monkeypatch.setattr(health, "unapplied_migrations", lambda: ["products.0007_later"])
    response = client.get("/readyz")
    assert response.status_code == 503
    assert parts(response) == {"database": "ok", "migrations": "error"}


@pytest.mark.django_db
def test_migrations_are_read_until_they_are_complete_and_never_again(monkeypatch) -> None:
    answers = iter([["products.0007_later"], []])
    monkeypatch.setattr(health, "unapplied_migrations", lambda: next(answers))
    assert [health.migrations_applied() for _ in range(3)] == [False, True, True]


@pytest.mark.django_db
def test_a_missing_migration_is_named() -> None:
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM django_migrations WHERE app = 'sessions'")
    assert health.unapplied_migrations() == ["sessions.0001_initial"]


def test_a_process_that_drains_is_not_ready_and_still_alive(client) -> None:
    draining.announce()
    response = client.get("/readyz")
    assert (response.status_code, response.json()) == (503, {"status": "draining"})
    assert client.get("/livez").status_code == 200


# --- Checks never hang and never pile up


def test_a_check_that_hangs_is_a_no_in_time(monkeypatch) -> None:
    monkeypatch.setattr(health, "PATIENCE_SECONDS", 0.05)
    release = threading.Event()
    started = time.monotonic()
    assert health.Check(lambda: release.wait(10))() is False
    assert time.monotonic() - started < 5
    release.set()


def test_probes_that_come_while_a_check_hangs_share_it(monkeypatch) -> None:
    monkeypatch.setattr(health, "PATIENCE_SECONDS", 0.05)
    release, asked = threading.Event(), []
    check = health.Check(lambda: asked.append(1) or release.wait(10))
    assert [check() for _ in range(5)] == [False] * 5
    release.set()
    assert len(asked) == 1


def test_a_check_recovers_when_what_it_asks_does(monkeypatch) -> None:
    answers = iter([False, True])
    check = health.Check(lambda: next(answers))
    assert [check(), check()] == [False, True]


def test_a_bug_in_a_check_is_no_silent_no() -> None:
    with pytest.raises(ZeroDivisionError):
        health.Check(lambda: bool(1 // 0))()


@pytest.mark.postgres
@pytest.mark.django_db
def test_the_question_to_the_database_has_a_short_time_limit(monkeypatch) -> None:
    monkeypatch.setattr(health, "STATEMENT_TIMEOUT_MS", 50)
    with connection.execute_wrapper(slowly), pytest.raises(OperationalError, match="statement timeout"):
        health._select_one()


def slowly(execute: Callable[..., object], sql: str, *rest: object) -> object:
    return execute(sql.replace("SELECT 1", "SELECT pg_sleep(5)"), *rest)


# --- How probes are answered


@pytest.mark.parametrize("path", ["/livez", "/livez/", "/readyz/", "/health/", "/metrics/"])
@pytest.mark.django_db
def test_probes_answer_with_and_without_the_slash_to_any_host_and_are_not_kept(client, path: str) -> None:
    response = client.get(path, headers={"host": "10.0.0.7:8000"})
    assert response.status_code == 200
    assert response["Cache-Control"] == "no-store"


def test_probes_are_not_redirected_to_https(client, settings) -> None:
    settings.SECURE_SSL_REDIRECT = True
    assert client.get("/livez").status_code == 200


def test_probes_answer_head(client) -> None:
    assert client.head("/livez").status_code == 200


@pytest.mark.parametrize("path", ["/livez", "/readyz", "/health", "/metrics"])
@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS"])
def test_probes_can_only_be_read(client, method: str, path: str) -> None:
    response = client.generic(method, path)
    assert response.status_code == 405
    assert response["Allow"] == "GET, HEAD"
    assert response["Content-Type"] == "application/problem+json"


def test_a_path_that_only_begins_like_a_probe_is_none(client) -> None:
    assert client.get("/livezzz").status_code == 404


# --- /metrics


@pytest.mark.django_db
def test_without_a_token_this_machine_reads_the_metrics(client) -> None:
    for address in ("127.0.0.1", "::1"):
        assert b"catalog_database_pool_size" in client.get("/metrics", REMOTE_ADDR=address).content


@pytest.mark.parametrize("address", ["10.0.0.7", "203.0.113.9", "::ffff:10.0.0.7", ""])
def test_without_a_token_nobody_else_does(client, address: str) -> None:
    response = client.get("/metrics", REMOTE_ADDR=address)
    assert response.status_code == 403
    assert response.json()["code"] == "permission_denied"


@pytest.mark.parametrize("header", ["X-Forwarded-For", "Forwarded", "X-Real-IP", "Via"])
def test_whom_a_proxy_on_this_machine_brings_is_somebody_else(client, header: str) -> None:
    assert client.get("/metrics", headers={header: "127.0.0.1"}).status_code == 403


@pytest.mark.django_db
def test_the_token_opens_the_metrics_from_anywhere(client, settings) -> None:
    settings.METRICS_TOKEN = TOKEN
    response = client.get("/metrics", REMOTE_ADDR="10.0.0.7", headers={"Authorization": f"Bearer {TOKEN}"})
    assert response.status_code == 200


@pytest.mark.parametrize("sent", ["", "Bearer", "Bearer ", "Bearer wrong", f"Basic {TOKEN}", TOKEN, "Bearer wrång"])
def test_where_a_token_is_set_nothing_else_opens_them(client, settings, sent: str) -> None:
    settings.METRICS_TOKEN = TOKEN
    assert client.get("/metrics", headers={"Authorization": sent}).status_code == 403
