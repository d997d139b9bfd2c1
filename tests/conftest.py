"""Prepares a run: its servers, its environment, then Django, before any test module is read."""

import os
import secrets
from collections.abc import Iterator
from unittest import mock

import django
import environ
import hypothesis
import pytest
from django.conf import settings
from django.core.cache import cache, caches

from tests import servers

IS_WORKER = "PYTEST_XDIST_WORKER" in os.environ
ENVIRONMENT = {
    "ALLOWED_HOSTS": "testserver,localhost,127.0.0.1",
    "BEHIND_TLS": "false",
    "DEBUG": "false",
    "SECRET_KEY": secrets.token_urlsafe(48),
    "JWT_SIGNING_KEY": secrets.token_urlsafe(48),
    "JWT_ACCEPTED_KEY": "",
    "JWT_ALGORITHM": "HS256",
    "RATE_LIMIT_LOGIN_ACCOUNT": "10/15m",
    "RATE_LIMIT_LOGIN_ADDRESS": "30/15m",
    "RATE_LIMIT_READ": "off",
    "RATE_LIMIT_WRITE": "off",
    "RATE_LIMIT_SEARCH": "off",
    "TRUSTED_PROXY_HOPS": "0",
    # tests of concurrency open more connections at once than a worker has threads
    "DB_POOL_MAX": "25",
    "DB_POOL_TIMEOUT": "10",
}
header: list[str] = []
missing_server = ""


def prepare_environment() -> None:
    """Choose the servers once; the workers of a parallel run inherit the choice, each with a Redis of its own."""
    if not IS_WORKER:
        os.environ.update(ENVIRONMENT)
        header.extend(servers.choose())
    if os.environ["REDIS_URL"]:
        os.environ["REDIS_URL"] = servers.claim_redis_database(os.environ["REDIS_URL"])


def prepare_django() -> None:
    os.environ["DJANGO_SETTINGS_MODULE"] = "catalog_project.settings"
    # the .env of whoever runs the tests must not decide what they find
    with mock.patch.object(environ.Env, "read_env"):
        django.setup()
    # a worker of a parallel run would read the settings at once, before it has chosen its own Redis here
    del os.environ["DJANGO_SETTINGS_MODULE"]
    # argon2 is slow on purpose; a test of it asks for catalog_project.settings.PASSWORD_HASHERS
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    # every test client loads the middleware anew, and whitenoise would look through all static files each time
    settings.WHITENOISE_AUTOREFRESH = True
    database = settings.DATABASES["default"]
    # its other defaults are there by now: the first model has asked for them
    database["TEST"]["NAME"] = servers.own_database_name(str(database["NAME"]))


try:
    prepare_environment()
except servers.MissingServerError as error:
    missing_server = str(error)
else:
    prepare_django()

hypothesis.settings.register_profile("catalog", deadline=None)
hypothesis.settings.register_profile("ci", parent=hypothesis.settings.get_profile("catalog"), derandomize=True)
hypothesis.settings.load_profile("ci" if os.environ.get("CI") else "catalog")


def pytest_configure() -> None:
    if missing_server:
        raise pytest.UsageError(missing_server)


def pytest_unconfigure() -> None:
    servers.release.close()


def pytest_report_header() -> list[str]:
    return header


def pytest_collection_finish(session: pytest.Session) -> None:
    """What shares a server must stay with one worker: pytest-xdist says nothing where it cannot keep it there."""
    if getattr(session.config.option, "loadgroup", False):
        apart = [
            item.nodeid for item in session.items if item.get_closest_marker("xdist_group") and "@" not in item.nodeid
        ]
        if apart:
            raise pytest.UsageError(f"pytest-xdist does not keep the group of {apart[0]} together")


def pytest_runtest_setup(item: pytest.Item) -> None:
    if item.get_closest_marker("postgres") and not os.environ["DATABASE_URL"].startswith("postgres"):
        pytest.skip("needs PostgreSQL; this run is on SQLite")
    if item.get_closest_marker("redis") and not os.environ["REDIS_URL"]:
        pytest.skip("needs Redis; this run caches in local memory")
    if item.get_closest_marker("long") and not os.environ.get("CATALOG_TEST_LONG"):
        pytest.skip("takes minutes; `make long` runs it")
    if item.get_closest_marker("slow") and not os.environ.get("CATALOG_TEST_SLOW"):
        pytest.skip("takes most of a minute; CATALOG_TEST_SLOW=1 runs it")


@pytest.fixture(autouse=True)
def _empty_cache() -> Iterator[None]:
    """No test finds what another one left in the cache."""
    # They read the settings.
    from catalog_project.first_reads import likes
    from catalog_project.hot_reads import answers, deep_answers
    from catalog_project.limits.limiter import local
    from catalog_project.reading.cache import forget
    from catalog_project.reading.generation import source

    yield
    local.clear()
    cache.clear()
    caches["reads"].clear()
    forget()
    answers.clear()
    likes.clear()
    deep_answers.clear()
    # Its connection would keep the test database from being dropped.
    source.close()
