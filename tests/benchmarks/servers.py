"""The processes of a run: a PostgreSQL cluster and a Redis of its own, and the HTTP servers; all on loopback.

Nothing that runs already is used or touched, and all that is started here ends with the run.
"""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from types import MappingProxyType
from typing import Any

import psycopg

ROOT = Path(__file__).resolve().parents[2]
PORTS = range(8200, 8300)
START_SECONDS = 60
STOP_SECONDS = 30

# What a small production server would have; the rest is PostgreSQL's default, durability included.
POSTGRES_SETTINGS = {
    "shared_buffers": "512MB",
    "effective_cache_size": "2GB",
    "work_mem": "16MB",
    "maintenance_work_mem": "256MB",
    "max_wal_size": "4GB",
    "checkpoint_timeout": "15min",
    "random_page_cost": "1.1",
    "effective_io_concurrency": "200",
    "jit": "off",
    "max_connections": "100",
}
REDIS_SETTINGS = {"save": "", "appendonly": "no", "maxmemory": "256mb", "maxmemory-policy": "allkeys-lru"}

AS_POSTGRES = {"user": "postgres", "group": "postgres", "extra_groups": []}


class CannotStartError(Exception):
    """A server that the run needs is missing or does not come up; the message says which and why."""


@dataclass
class Server:
    """A running server: its name in the report, its process, its port and the file with what it says."""

    name: str
    process: subprocess.Popen[bytes]
    port: int
    log: Path

    @property
    def pid(self) -> int:
        """The root of its processes."""
        return self.process.pid


@contextmanager
def postgres(folder: Path) -> Iterator[Server]:
    """A cluster in this folder, made where there is none, run as `postgres` where we are root."""
    port = free_port()
    command, whom = postgres_command(folder, port)
    with _running("PostgreSQL", command, port, folder, whom=whom) as server:
        _await(server, lambda: psycopg.connect(database_url(port, "postgres"), connect_timeout=1).close())
        yield server


def postgres_command(folder: Path, port: int) -> tuple[list[str], Mapping[str, Any]]:
    """How the cluster in this folder is started, made where there is none, and as whom."""
    data = folder / "postgres"
    whom = AS_POSTGRES if os.geteuid() == 0 else {}  # it refuses to run as root
    if not (data / "PG_VERSION").exists():
        data.mkdir(mode=0o700, parents=True, exist_ok=True)
        if whom:
            shutil.chown(data, "postgres", "postgres")
        flags = ["--auth=trust", "--username=postgres", "--encoding=UTF8", "--locale=C.UTF-8"]
        _run([postgres_program("initdb"), "--pgdata", str(data), *flags], whom)
    settings = POSTGRES_SETTINGS | {
        "port": str(port),
        "listen_addresses": "127.0.0.1",
        "unix_socket_directories": "",
    }
    flags = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
    return [postgres_program("postgres"), "-D", str(data), *flags], whom


@contextmanager
def redis(folder: Path) -> Iterator[Server]:
    """A Redis that keeps nothing."""
    port = free_port()
    with _running("Redis", redis_command(folder, port), port, folder) as server:
        _await(server, lambda: _connect(port))
        yield server


def redis_command(folder: Path, port: int) -> list[str]:
    """How a Redis that keeps nothing is started."""
    program = shutil.which("redis-server")
    if not program:
        raise CannotStartError("redis-server is not installed; the runs with a warm cache need it")
    settings = REDIS_SETTINGS | {"port": str(port), "bind": "127.0.0.1", "dir": str(folder)}
    return [program, *(part for name, value in settings.items() for part in (f"--{name}", value))]


@contextmanager
def http(name: str, command: Sequence[str], environment: Mapping[str, str], folder: Path) -> Iterator[Server]:
    """An HTTP server of this Python that is about to come up (`await_all`).

    `{port}` in its command stands for the port that it gets.
    """
    port = free_port()
    words = [word.format(port=port) for word in command]
    with _running(name, [sys.executable, "-m", *words], port, folder, environment=environment) as server:
        yield server


def await_all(started: Iterable[Server]) -> None:
    """Wait until all of them accept connections. Raises CannotStartError."""
    for server in started:
        _await(server, partial(_connect, server.port))


def database_url(port: int, database: str, *, driver: str = "postgres") -> str:
    """Where a database of the run's cluster is reached."""
    return f"{driver}://postgres@127.0.0.1:{port}/{database}"


_ports = iter(PORTS)


def free_port() -> int:
    """A port that nobody listens on, and that this run has not given away: who got it may still be coming up."""
    for port in _ports:
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise CannotStartError(f"no port from {PORTS.start} to {PORTS.stop - 1} is free")


def postgres_program(name: str) -> str:
    """A program of the newest PostgreSQL installed: distributions keep its servers' programs off the PATH."""
    debian = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"), key=lambda path: int(path.parts[-3]))
    if debian:
        return str(debian[-1])
    pg_config = shutil.which("pg_config")
    where = [subprocess.check_output([pg_config, "--bindir"], text=True).strip()] if pg_config else []
    program = shutil.which(name, path=os.pathsep.join([*where, os.environ.get("PATH", "")]))
    if not program:
        raise CannotStartError(f"{name} is not installed: the run needs a PostgreSQL server of its own")
    return program


def _run(command: Sequence[str], whom: Mapping[str, Any]) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd="/", **whom)
    if done.returncode:
        raise CannotStartError(f"{command[0]} failed: {done.stderr.strip()}")


@contextmanager
def _running(
    name: str,
    command: Sequence[str],
    port: int,
    folder: Path,
    *,
    environment: Mapping[str, str] | None = None,
    whom: Mapping[str, Any] = MappingProxyType({}),
) -> Iterator[Server]:
    log = folder / f"{name.lower().replace(' ', '-')}.log"
    where = ROOT if environment is not None else "/"
    with log.open("wb") as stream:
        process = subprocess.Popen(command, cwd=where, env=environment, stdout=stream, stderr=stream, **whom)
    try:
        yield Server(name, process, port, log)
    finally:
        process.send_signal(signal.SIGINT)  # at once and in good order, to every one of them
        try:
            process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _await(server: Server, attempt: Callable[[], object]) -> None:
    deadline = time.monotonic() + START_SECONDS
    while True:
        try:
            attempt()
        except (OSError, psycopg.OperationalError):
            if server.process.poll() is not None or time.monotonic() > deadline:
                said = server.log.read_text(errors="replace")[-2000:]
                raise CannotStartError(f"{server.name} does not come up:\n{said}") from None
            time.sleep(0.1)
        else:
            return


def _connect(port: int) -> None:
    socket.create_connection(("127.0.0.1", port), timeout=1).close()
