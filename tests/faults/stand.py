"""What a scenario stands on: PostgreSQL, Redis and gunicorn, all of its own, and a small catalog in them."""

import json
import os
import secrets
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import Any

import psycopg
import redis

from tests.benchmarks.servers import ROOT, database_url, free_port, postgres_command, redis_command
from tests.faults.daemons import Daemon

PRODUCTS = 2_000
WORKERS, THREADS = 2, 4
STAFF, PASSWORD = "fault-runner", "correct horse battery staple"
DATABASE = "catalog"


@dataclass
class Stand:
    """Servers under test. A scenario does to them what it wants, and `settled` mends them before the next."""

    folder: Path
    postgres: Daemon
    redis: Daemon
    ports: dict[str, int]
    secrets: dict[str, str] = field(default_factory=lambda: {name: secrets.token_urlsafe(48) for name in SECRETS})
    web: Daemon = field(init=False)

    @property
    def port(self) -> int:
        """Where the catalog answers."""
        return self.ports["web"]

    def environment(self, **settings: str) -> dict[str, str]:
        """The settings of a catalog on these servers."""
        return os.environ | self.secrets | {
            "DATABASE_URL": database_url(self.ports["postgres"], DATABASE),
            "REDIS_URL": f"redis://127.0.0.1:{self.ports['redis']}/0",
            "ALLOWED_HOSTS": "127.0.0.1",
            "BEHIND_TLS": "false",
            "WEB_CONCURRENCY": str(WORKERS),
            "WEB_THREADS": str(THREADS),
            "DB_POOL_MAX": str(THREADS),
            "DB_POOL_TIMEOUT": "2",  # as it comes; the environment of a test run has more patience
            "LOG_LEVEL": "INFO",
            **UNLIMITED,
            **settings,
        }  # fmt: skip

    def manage(self, *command: str, stdin: str = "") -> str:
        """Run a management command and return what it printed."""
        done = subprocess.run(
            [sys.executable, "manage.py", *command],
            cwd=ROOT, env=self.environment(), input=stdin, text=True, capture_output=True, check=False,
        )  # fmt: skip
        if done.returncode:
            raise RuntimeError(done.stderr)
        return done.stdout

    @contextmanager
    def serving(self, *arguments: str, **settings: str) -> Iterator[Daemon]:
        """Gunicorn with these settings, for as long as this lasts."""
        port = self.ports["web"] = free_port()
        command = [sys.executable, "-m", "gunicorn", "--bind", f"127.0.0.1:{port}", *arguments]
        self.web = Daemon(
            "gunicorn", [*command, "catalog_project.wsgi:application"], self.folder / "gunicorn.log",
            lambda: self.status("/livez") == 200, str(ROOT), self.environment(**settings),
        )  # fmt: skip
        self.web.start()
        try:
            yield self.web
        finally:
            self.web.stop()

    def settled(self) -> None:
        """Bring back whatever a scenario left down."""
        for daemon in (self.postgres, self.redis):
            if daemon.process is None or daemon.process.poll() is not None:
                daemon.start()
            daemon.thaw()
            daemon.await_answer()

    # --- Asking -----------------------------------------------------------------------------------------------

    def ask(
        self,
        method: str,
        path: str,
        *,
        token: str = "",
        body: Any = None,
        timeout: float = 10,
        source: str = "127.0.0.1",
    ) -> tuple[int, Any]:
        """The status and the JSON of one answer, on a connection of its own. Raises OSError and HTTPException.

        `source` is the address that asks, any of 127.0.0.0/8.
        """
        headers = {"Content-Type": "application/json"} | ({"Authorization": f"Bearer {token}"} if token else {})
        connection = HTTPConnection("127.0.0.1", self.port, timeout=timeout, source_address=(source, 0))
        try:
            connection.request(method, path, None if body is None else json.dumps(body), headers)
            answer = connection.getresponse()
            content = answer.read()
            is_json = "json" in answer.headers.get("Content-Type", "")
            return answer.status, json.loads(content) if content and is_json else content
        finally:
            connection.close()

    def status(self, path: str, *, timeout: float = 5) -> int | str:
        """The status of an address, or the name of what went wrong."""
        try:
            return self.ask("GET", path, timeout=timeout)[0]
        except (OSError, HTTPException) as error:
            return type(error).__name__

    def token(self) -> str:
        """An access token of somebody who may do everything."""
        status, body = self.ask("POST", "/api/v1/auth/token/", body={"username": STAFF, "password": PASSWORD})
        assert status == 200, body
        return str(body["access"])

    def database(self, **options: Any) -> psycopg.Connection[Any]:
        """A connection to the catalog's tables, past the catalog."""
        return psycopg.connect(database_url(self.ports["postgres"], DATABASE), autocommit=True, **options)

    def cache(self) -> redis.Redis:
        """A connection to Redis."""
        return redis.Redis(port=self.ports["redis"], socket_timeout=5)


SECRETS = ("SECRET_KEY", "JWT_SIGNING_KEY")
# The scenarios about limits set their own.
UNLIMITED = {f"RATE_LIMIT_{name}": "off" for name in ("READ", "WRITE", "SEARCH")}


@contextmanager
def stand() -> Iterator[Stand]:
    """A filled catalog on servers of its own; all of it is gone at the end."""
    with tempfile.TemporaryDirectory(prefix="catalog-faults-") as name, ExitStack() as stack:
        folder = Path(name)
        folder.chmod(0o755)  # PostgreSQL runs as another user
        made = _servers(folder)
        for daemon in (made.postgres, made.redis):
            daemon.start()
            stack.callback(daemon.stop)
        _fill(made)
        yield made


def _servers(folder: Path) -> Stand:
    ports = {name: free_port() for name in ("postgres", "redis")}
    command, whom = postgres_command(folder, ports["postgres"])
    postgres = Daemon(
        "PostgreSQL", command, folder / "postgres.log", lambda: _has_database(ports["postgres"]), whom=whom
    )
    cache = Daemon("Redis", redis_command(folder, ports["redis"]), folder / "redis.log", lambda: _pongs(ports["redis"]))
    return Stand(folder, postgres, cache, ports)


def _fill(made: Stand) -> None:
    with psycopg.connect(database_url(made.ports["postgres"], "postgres"), autocommit=True) as admin:
        admin.execute(f"CREATE DATABASE {DATABASE}")
    made.manage("migrate", "--verbosity", "0")
    made.manage("seed_catalog", "--products", str(PRODUCTS), "--seed", "1")
    made.manage("create_staff", STAFF, "--role", "catalog_manager", "--password-stdin", stdin=PASSWORD)


def _has_database(port: int) -> bool:
    try:
        psycopg.connect(database_url(port, "postgres"), connect_timeout=1).close()
    except psycopg.OperationalError:
        return False
    return True


def _pongs(port: int) -> bool:
    try:
        return bool(redis.Redis(port=port, socket_timeout=1, socket_connect_timeout=1).ping())
    except redis.AuthenticationError:
        return True
    except redis.RedisError:
        return False
