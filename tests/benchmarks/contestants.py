"""Who is measured, and how each is started: two worker processes each, on the same rows of the same PostgreSQL."""

import os
import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from tests.benchmarks import servers
from tests.benchmarks.servers import Server

RIVALS = "tests.benchmarks.rivals"
WORKERS, THREADS = 2, 4
# A deployment's own settings must not reach the servers of a run: what is not named here gets its default.
INHERITED = ("HOME", "LANG", "PATH", "TMPDIR")
LIMITED = ("READ", "WRITE", "SEARCH", "LOGIN_ACCOUNT", "LOGIN_ADDRESS")


@dataclass(frozen=True)
class Contestant:
    """One way to serve the catalog: its name in tables, its command, and what it needs in its environment."""

    name: str
    command: tuple[str, ...]
    driver: str = "postgres"
    settings: Mapping[str, str] = field(default_factory=dict, hash=False)


def _gunicorn(application: str, *flags: str) -> tuple[str, ...]:
    return ("gunicorn", *flags, "--bind", "127.0.0.1:{port}", application)


_SERVICE = _gunicorn("catalog_project.wsgi:application")
_RIVAL = ("--config", "tests/benchmarks/rivals/gunicorn.conf.py")
_UVICORN = ("--host", "127.0.0.1", "--port", "{port}", "--workers", str(WORKERS), "--no-access-log")
_TUNED = ("--loop", "uvloop", "--http", "httptools", "--log-level", "warning")

# This service, what it caches in Redis and warm.
CATALOG = Contestant("catalog", _SERVICE)
# This service without any cache of reads.
COLD = Contestant("catalog, cold", _SERVICE, settings={"REDIS_URL": "", "READ_CACHE": "off"})
# FastAPI with async SQLAlchemy, asyncpg and Pydantic, under uvicorn.
FASTAPI = Contestant(
    "fastapi", ("uvicorn", f"{RIVALS}.fastapi_app:app", *_UVICORN, *_TUNED), driver="postgresql+asyncpg"
)
# A DRF ModelViewSet with page numbers, under the same gunicorn.
DRF = Contestant(
    "drf",
    _gunicorn("django.core.wsgi:get_wsgi_application()", *_RIVAL),
    settings={"DJANGO_SETTINGS_MODULE": f"{RIVALS}.drf_settings"},
)
# A bare WSGI function with the same bytes, under the same gunicorn.
CEILING = Contestant("ceiling", _gunicorn(f"{RIVALS}.ceiling:application", *_RIVAL))


@dataclass(frozen=True)
class Backing:
    """The servers that stand behind all contestants, and where a run keeps its files."""

    database: Server
    cache: Server
    folder: Path


@contextmanager
def serving(
    contestant: Contestant, backing: Backing, *, rows: int, copy: str = "", **settings: str
) -> Iterator[Server]:
    """The contestant on the database with so many products or a copy of it, about to come up (`servers.await_all`).

    `settings` are further environment variables.
    """
    found = environment(backing, rows=rows, copy=copy, driver=contestant.driver)
    variables = found | dict(contestant.settings) | settings
    name = f"{contestant.name} on {database_name(rows, copy)}"
    with servers.http(name, contestant.command, variables, backing.folder) as server:
        yield server


def environment(backing: Backing, *, rows: int, copy: str = "", driver: str = "postgres") -> dict[str, str]:
    """What servers and commands find in their environment: production's settings, with limits on clients lifted."""
    return {name: os.environ[name] for name in INHERITED if name in os.environ} | {
        "DATABASE_URL": servers.database_url(backing.database.port, database_name(rows, copy), driver=driver),
        # one database of Redis for each catalog: what is cached of one must never answer for the other
        "REDIS_URL": f"redis://127.0.0.1:{backing.cache.port}/{_redis_number(database_name(rows, copy))}",
        "SECRET_KEY": _secret("SECRET_KEY"),
        "JWT_SIGNING_KEY": _secret("JWT_SIGNING_KEY"),
        "ALLOWED_HOSTS": "127.0.0.1",
        "BEHIND_TLS": "false",
        "DEBUG": "false",
        "LOG_LEVEL": "INFO",
        "DEFAULT_CURRENCY": "USD",
        "WEB_CONCURRENCY": str(WORKERS),
        "WEB_THREADS": str(THREADS),
        "DB_POOL_MAX": str(THREADS),
        **{f"RATE_LIMIT_{what}": "off" for what in LIMITED},
        "BENCHMARK_POOL": str(WORKERS * THREADS),
    }


def database_name(rows: int, copy: str = "") -> str:
    """The database with so many products, or a copy of it."""
    return "_".join(filter(None, [f"catalog_{rows}", copy]))


@cache
def _redis_number(database: str) -> int:
    return next(_numbers)


_numbers = iter(range(16))


@cache
def _secret(name: str) -> str:
    """The same for all servers of a run, so that a cursor of one is a cursor of all."""
    return secrets.token_urlsafe(48)
