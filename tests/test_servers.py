"""Which servers a test run uses, and what it says about them."""

import os
from dataclasses import replace

import pytest
from django.conf import settings

from tests import servers
from tests.servers import MissingServerError, Server, UnavailableError

CLAIMED = os.environ["REDIS_URL"]
LOCAL = Server("postgres://someone@127.0.0.1:5432/postgres", "PostgreSQL 17.0", "answering on localhost")


def refuse(url: str) -> str:
    raise UnavailableError("connection refused")


def answer(url: str) -> str:
    return "PostgreSQL 17.0"


KIND = replace(servers.POSTGRES, version=answer, on_localhost=lambda: [LOCAL.url])
DEAD = replace(servers.POSTGRES, version=refuse, on_localhost=lambda: [LOCAL.url])


@pytest.fixture(autouse=True)
def _bare_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("DATABASE_URL", "REDIS_URL", "CATALOG_TEST_DATABASE", "CATALOG_TEST_REQUIRE", "TEST_DATABASE_NAME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(servers, "docker_refusal", lambda: "no Docker engine answers")


def test_a_named_server_comes_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://db.internal/any")
    assert servers.find(KIND) == Server("postgresql://db.internal/any", "PostgreSQL 17.0", "DATABASE_URL")


def test_a_named_server_that_is_down_fails_the_run(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgres://db.internal/any")
    with pytest.raises(MissingServerError, match="DATABASE_URL names cannot be used: connection refused"):
        servers.find(DEAD)


def test_a_docker_engine_comes_before_localhost(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(servers, "docker_refusal", str)
    started = "postgres://test:test@127.0.0.1:49153/test"
    assert servers.find(replace(KIND, start=lambda: started)) == Server(started, "PostgreSQL 17.0", "Docker engine")


def test_an_engine_that_cannot_start_the_image_is_passed_over(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(servers, "docker_refusal", str)

    def start() -> str:
        raise TimeoutError("pull took too long")

    assert servers.find(replace(KIND, start=start)) == LOCAL


def test_localhost_comes_last() -> None:
    assert servers.find(KIND) == LOCAL


def test_nothing_found_says_what_each_source_said() -> None:
    with pytest.raises(UnavailableError) as caught:
        servers.find(DEAD)
    assert str(caught.value) == "DATABASE_URL names none; no Docker engine answers; localhost: connection refused"


def test_without_a_server_the_run_says_what_stands_in_and_why() -> None:
    line = servers.pick(DEAD, "SQLite", embedded=False)
    assert str(line).startswith("SQLite (DATABASE_URL names none;")


def test_a_required_server_that_is_missing_fails_the_run(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CATALOG_TEST_REQUIRE", "postgres, redis")
    with pytest.raises(MissingServerError, match=r"CATALOG_TEST_REQUIRE asks for postgres: .*connection refused"):
        servers.pick(DEAD, "SQLite", embedded=False)


def test_requiring_a_server_in_an_embedded_run_fails_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CATALOG_TEST_REQUIRE", "postgres")
    with pytest.raises(MissingServerError, match="shall do without"):
        servers.pick(KIND, "SQLite", embedded=True)


def test_requiring_the_unknown_fails_the_run(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CATALOG_TEST_REQUIRE", "postgres,mysql")
    with pytest.raises(MissingServerError, match="not mysql"):
        servers.pick(KIND, "SQLite", embedded=False)


def test_the_header_never_shows_a_password() -> None:
    server = Server("postgres://someone:hunter2@db.internal:5432/any", "PostgreSQL 17.0", "DATABASE_URL")
    assert str(server) == "PostgreSQL 17.0 at db.internal:5432 (DATABASE_URL)"


def test_a_run_never_works_in_the_database_that_is_named() -> None:
    assert servers.own_database_name("catalog").startswith("test_catalog_")
    assert servers.own_database_name("/data/catalog.sqlite3") == "/data/test_catalog.sqlite3"


@pytest.mark.redis
def test_two_claims_never_get_the_same_redis_database() -> None:
    url = servers.find(servers.REDIS).url
    assert servers.claim_redis_database(url) != servers.claim_redis_database(url)


@pytest.mark.redis
def test_django_works_in_the_redis_database_that_this_process_has_claimed() -> None:
    assert settings.CACHES["reads"]["LOCATION"] == CLAIMED
