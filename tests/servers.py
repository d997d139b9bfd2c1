"""Finds the PostgreSQL and the Redis of a test run, and can say where they come from.

In this order: DATABASE_URL and REDIS_URL, a Docker engine, servers answering on localhost. Where no PostgreSQL is
found the run uses SQLite, where no Redis is found the local memory cache. Two variables steer it:

    CATALOG_TEST_DATABASE=sqlite         the embedded run: SQLite and local memory, whatever else there is
    CATALOG_TEST_REQUIRE=postgres,redis  what is missing fails the run

Nothing but a run's own data is ever touched: Django creates a database of the run's own on the PostgreSQL server,
and of a Redis server only a numbered database that is empty is taken.
"""

from __future__ import annotations

import fcntl
import gc
import getpass
import os
import shutil
import tempfile
import warnings
from collections.abc import Callable
from contextlib import ExitStack, closing
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from urllib.parse import quote, urlsplit

import docker  # comes with testcontainers
import psycopg
import redis
from docker.errors import DockerException

PROBE_SECONDS = 1

release = ExitStack()  # closed when the run ends: containers stop, claims and files go


class UnavailableError(Exception):
    """A server cannot be had from one source; the message says why."""


class MissingServerError(Exception):
    """A server that the run must have cannot be had."""


@dataclass(frozen=True)
class Server:
    """A server that answers: its URL, its product with version, and where it was found."""

    url: str
    version: str
    source: str

    def __str__(self) -> str:
        return f"{self.version} at {urlsplit(self.url).netloc.rpartition('@')[2]} ({self.source})"


@dataclass(frozen=True)
class Kind:
    """What is looked for: how it is named, asked for its version, started, and met on localhost."""

    name: str
    variable: str
    scheme: str
    version: Callable[[str], str]
    start: Callable[[], str]
    on_localhost: Callable[[], list[str]]


# --- PostgreSQL


def postgres_version(url: str) -> str:
    """The server's name and version; raises UnavailableError where it refuses us or we may not create databases."""
    question = "SELECT current_setting('server_version'), rolcreatedb OR rolsuper FROM pg_roles WHERE rolname = USER"
    try:
        with psycopg.connect(url, connect_timeout=PROBE_SECONDS) as connection:
            version, may_create = connection.execute(question).fetchone() or ("", False)
    except psycopg.Error as error:
        raise UnavailableError(first_line(error)) from error
    if not may_create:
        raise UnavailableError("the role may not create databases")
    return f"PostgreSQL {version.partition(' ')[0]}"


def start_postgres() -> str:
    from testcontainers.community.postgres import PostgresContainer

    return str(release.enter_context(PostgresContainer("postgres:17", driver=None)).get_connection_url())


def local_postgres() -> list[str]:
    port = os.environ.get("PGPORT", "5432")
    users = dict.fromkeys([os.environ.get("PGUSER") or getpass.getuser(), "postgres"])
    return [f"postgres://{quote(user)}@127.0.0.1:{port}/postgres" for user in users]


def own_database_name(configured: str) -> str:
    """The database that the run creates and drops, beside the one that is configured."""
    if configured.endswith(".sqlite3"):
        return str(Path(configured).with_name("test_catalog.sqlite3"))
    return os.environ.setdefault("TEST_DATABASE_NAME", f"test_catalog_{os.getpid()}")


def sqlite_url() -> str:
    """A file, as in production: threads of a test then meet the locks that real requests meet."""
    folder = Path(tempfile.mkdtemp(prefix="catalog-test-"))
    release.callback(shutil.rmtree, folder, ignore_errors=True)
    return f"sqlite:///{folder / 'catalog.sqlite3'}"


# --- Redis


def redis_version(url: str) -> str:
    """The server's name and version; raises UnavailableError where it does not answer."""
    try:
        with redis.Redis.from_url(url, socket_connect_timeout=PROBE_SECONDS, socket_timeout=PROBE_SECONDS) as client:
            return f"Redis {client.info('server')['redis_version']}"
    except redis.RedisError as error:
        raise UnavailableError(first_line(error)) from error


def start_redis() -> str:
    from testcontainers.community.redis import RedisContainer

    container = release.enter_context(RedisContainer("redis:7"))
    return f"redis://{container.get_container_host_ip()}:{container.get_exposed_port(6379)}/0"


def local_redis() -> list[str]:
    return ["redis://127.0.0.1:6379/0"]


def claim_redis_database(url: str) -> str:
    """Take a numbered database that is empty, for this process alone; returns its URL."""
    for number in range(15, -1, -1):
        candidate = urlsplit(url)._replace(path=f"/{number}").geturl()
        client = release.enter_context(redis.Redis.from_url(candidate, socket_timeout=PROBE_SECONDS))
        if is_ours_alone(number) and is_empty(client):
            release.callback(client.flushdb)
            return candidate
    raise MissingServerError("Redis has no empty database left for this run")


def is_ours_alone(number: int) -> bool:
    """Runs side by side on one machine keep off each other's database by a lock that ends with the process."""
    path = Path(tempfile.gettempdir(), f"catalog-test-redis-{number}.lock")
    try:
        lock = os.open(path, os.O_CREAT | os.O_RDWR)
        release.callback(os.close, lock)
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def is_empty(client: redis.Redis) -> bool:
    try:
        return client.dbsize() == 0
    except redis.ResponseError:
        return False  # a server may be set up with fewer databases


POSTGRES = Kind("postgres", "DATABASE_URL", "postgres", postgres_version, start_postgres, local_postgres)
REDIS = Kind("redis", "REDIS_URL", "redis", redis_version, start_redis, local_redis)


# --- Where to look


def find(kind: Kind) -> Server:
    """The first server of this kind that answers; raises UnavailableError with what each source said."""
    reasons = []
    for source in (from_environment, from_docker, from_localhost):
        try:
            return source(kind)
        except UnavailableError as error:
            reasons.append(str(error))
    raise UnavailableError("; ".join(reasons))


def from_environment(kind: Kind) -> Server:
    url = os.environ.get(kind.variable, "")
    if not url.startswith(kind.scheme):
        raise UnavailableError(f"{kind.variable} names none")
    try:
        return Server(url, kind.version(url), kind.variable)
    except UnavailableError as error:
        # whoever names a server wants that one and no other
        raise MissingServerError(f"the server that {kind.variable} names cannot be used: {error}") from error


def from_docker(kind: Kind) -> Server:
    if reason := docker_refusal():
        raise UnavailableError(reason)
    try:
        url = kind.start()
    except (DockerException, TimeoutError) as error:
        raise UnavailableError(f"the Docker engine did not start it: {first_line(error)}") from error
    return Server(url, kind.version(url), "Docker engine")


def from_localhost(kind: Kind) -> Server:
    reason = ""
    for url in kind.on_localhost():
        try:
            return Server(url, kind.version(url), "answering on localhost")
        except UnavailableError as error:
            reason = str(error)
    raise UnavailableError(f"localhost: {reason}")


@cache
def docker_refusal() -> str:
    """Why no Docker engine can be used; empty where one answers."""
    with warnings.catch_warnings(action="ignore", category=ResourceWarning):
        try:
            with closing(docker.from_env(timeout=PROBE_SECONDS)) as engine:
                engine.ping()
        except DockerException:
            pass
        else:
            return ""
        gc.collect()  # the client leaves its socket open when nothing answers
    return "no Docker engine answers"


def first_line(error: Exception) -> str:
    return str(error).strip().partition("\n")[0]


# --- What a run uses


def choose() -> list[str]:
    """Point DATABASE_URL and REDIS_URL at what the run uses, and return a line about each.

    Raises MissingServerError where a required server cannot be had.
    """
    database = pick(POSTGRES, "SQLite", embedded=is_embedded() or is_sqlite_named())
    memory = pick(REDIS, "local memory", embedded=is_embedded())
    os.environ["DATABASE_URL"] = database.url if isinstance(database, Server) else sqlite_url()
    os.environ["REDIS_URL"] = memory.url if isinstance(memory, Server) else ""
    return [f"database: {database}", f"cache: {memory}"]


def pick(kind: Kind, stand_in: str, *, embedded: bool) -> Server | str:
    is_required = kind.name in required()
    if embedded and is_required:
        raise MissingServerError(f"CATALOG_TEST_REQUIRE asks for {kind.name} in a run that shall do without")
    if embedded:
        return f"{stand_in} (asked for)"
    try:
        return find(kind)
    except UnavailableError as error:
        if is_required:
            raise MissingServerError(f"CATALOG_TEST_REQUIRE asks for {kind.name}: {error}") from error
        return f"{stand_in} ({error})"


def required() -> set[str]:
    names = set(os.environ.get("CATALOG_TEST_REQUIRE", "").replace(" ", "").split(",")) - {""}
    if unknown := names - {"postgres", "redis"}:
        raise MissingServerError(f"CATALOG_TEST_REQUIRE knows postgres and redis, not {', '.join(sorted(unknown))}")
    return names


def is_embedded() -> bool:
    return os.environ.get("CATALOG_TEST_DATABASE") == "sqlite"


def is_sqlite_named() -> bool:
    return os.environ.get("DATABASE_URL", "").startswith("sqlite:")
