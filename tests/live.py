"""The service as production runs it, in processes of its own: gunicorn on a fresh database of this run's kind."""

import os
import secrets
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.error import URLError
from urllib.request import Request, urlopen

import orjson
import psycopg

ROOT = Path(__file__).resolve().parents[1]
PATIENCE_SECONDS = 30
PASSWORD = "correct horse battery staple"


@dataclass
class Live:
    """A running catalog: where it answers, what its commands need to reach its database, and its processes."""

    url: str
    environment: dict[str, str]
    log: Path
    process: subprocess.Popen[bytes] | None = field(default=None, repr=False)

    def manage(self, *command: str, stdin: str = "") -> str:
        """Run a management command on the same database and return what it printed."""
        done = subprocess.run(
            [sys.executable, "manage.py", *command],
            cwd=ROOT,
            env=self.environment,
            input=stdin,
            text=True,
            capture_output=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    def start(self, log: Path | None = None) -> None:
        """Start gunicorn and wait until it answers; `log` is written in place of its own."""
        port = self.url.rpartition(":")[2]
        command = [sys.executable, "-m", "gunicorn", "--bind", f"127.0.0.1:{port}", "catalog_project.wsgi:application"]
        with (log or self.log).open("ab") as stream:
            self.process = subprocess.Popen(command, cwd=ROOT, env=self.environment, stdout=stream, stderr=stream)
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not self.answers():
            assert self.process.poll() is None, self.log.read_text()
            assert time.monotonic() < deadline, self.log.read_text()
            time.sleep(0.1)

    def stop(self) -> None:
        """End it as an operator would."""
        if self.process and self.process.poll() is None:
            self.process.terminate()
            self.process.wait(timeout=PATIENCE_SECONDS)

    def answers(self) -> bool:
        """Whether it serves."""
        try:
            with urlopen(f"{self.url}/livez", timeout=2):
                return True
        except (URLError, OSError):
            return False


@dataclass(frozen=True)
class Manager:
    """Somebody who may do everything."""

    live: Live
    username: str
    password: str

    def token(self) -> str:
        """A fresh access token."""
        body = orjson.dumps({"username": self.username, "password": self.password})
        request = Request(f"{self.live.url}/api/v1/auth/token/", body, {"Content-Type": "application/json"})
        with urlopen(request, timeout=10) as response:
            return str(orjson.loads(response.read())["access"])


def employ_manager(live: Live) -> Manager:
    """Make one in a running catalog."""
    live.manage("create_staff", "manager", "--role", "catalog_manager", "--password-stdin", stdin=PASSWORD)
    return Manager(live, "manager", PASSWORD)


@contextmanager
def serve(folder: Path, **settings: str) -> Iterator[Live]:
    """A catalog on a new, migrated database, gone at the end; `settings` are environment variables."""
    with fresh_database(folder) as database_url:
        environment = os.environ | {
            "DATABASE_URL": database_url,
            "SECRET_KEY": secrets.token_urlsafe(48),
            "JWT_SIGNING_KEY": secrets.token_urlsafe(48),
            "ALLOWED_HOSTS": "127.0.0.1,localhost",
            "WEB_CONCURRENCY": "2",
            "WEB_THREADS": "4",
            "DRAIN_SECONDS": "0",
            "DB_POOL_MAX": "4",
            "LOG_LEVEL": "WARNING",
            "UPLOAD_DIR": str(folder / "uploads"),
            # Whoever fuzzes fails at signing in, and must not lock the others out.
            "RATE_LIMIT_LOGIN_ACCOUNT": "off",
            "RATE_LIMIT_LOGIN_ADDRESS": "off",
            "PROMETHEUS_MULTIPROC_DIR": str(folder / "metrics"),
            **settings,
        }
        live = Live(f"http://127.0.0.1:{free_port()}", environment, folder / "gunicorn.log")
        try:
            live.manage("migrate", "--verbosity", "0")
            live.start()
            yield live
        finally:
            live.stop()


@contextmanager
def fresh_database(folder: Path) -> Iterator[str]:
    """The URL of a database of its own, on the server of this run or in a file."""
    server = os.environ["DATABASE_URL"]
    if not server.startswith("postgres"):
        yield f"sqlite:///{folder / 'live.sqlite3'}"
        return
    name = f"test_live_{os.getpid()}_{secrets.token_hex(4)}"
    with psycopg.connect(server, autocommit=True) as admin:
        admin.execute(f"CREATE DATABASE {name}")
    try:
        yield f"{server.rpartition('/')[0]}/{name}"
    finally:
        with psycopg.connect(server, autocommit=True) as admin:
            admin.execute(f"DROP DATABASE {name} WITH (FORCE)")


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
