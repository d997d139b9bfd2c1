"""Makes the catalogs that a run reads: the service's own tables, filled by its own command."""

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass

import psycopg

from tests.benchmarks import servers
from tests.benchmarks.accounting import descendants, memory
from tests.benchmarks.contestants import Backing, database_name, environment
from tests.benchmarks.servers import ROOT, CannotStartError

SEED = 1
LOOK_SECONDS = 0.2  # how often memory is looked at


@dataclass(frozen=True)
class Filling:
    """How long `seed_catalog` took and the most memory it held; None where the catalog was there already."""

    rows: int
    seconds: float | None = None
    megabytes: float | None = None


def fill(backing: Backing, *, rows: int) -> Filling:
    """Make a catalog of so many products, or bring the tables of the one that is there up to date."""
    if _is_filled(backing, rows):
        _manage(backing, rows, "migrate", "--verbosity", "0")
        return Filling(rows)
    _execute(backing, f'DROP DATABASE IF EXISTS "{database_name(rows)}"', f'CREATE DATABASE "{database_name(rows)}"')
    _manage(backing, rows, "migrate", "--verbosity", "0")
    seconds, megabytes = _manage(backing, rows, "seed_catalog", "--products", str(rows), "--seed", str(SEED))
    # as autovacuum would have left it after a while, so that it does not set in during a round
    _execute(backing, "VACUUM (FREEZE, ANALYZE)", "CHECKPOINT", database=database_name(rows))
    _execute(backing, f"COMMENT ON DATABASE \"{database_name(rows)}\" IS '{_mark(rows)}'")
    return Filling(rows, seconds, megabytes)


@contextmanager
def copied(backing: Backing, rows: int, copy: str) -> Iterator[str]:
    """A copy of a filled catalog that nobody is connected to, for as long as this lasts; yields its name."""
    name = database_name(rows, copy)
    drop = f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)'
    _execute(backing, drop, f'CREATE DATABASE "{name}" TEMPLATE "{database_name(rows)}"')
    try:
        yield copy
    finally:
        _execute(backing, drop)


def _mark(rows: int) -> str:
    return f"seed_catalog --products {rows} --seed {SEED}"


def _is_filled(backing: Backing, rows: int) -> bool:
    question = "SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = %s"
    with psycopg.connect(servers.database_url(backing.database.port, "postgres")) as connection:
        return connection.execute(question, [database_name(rows)]).fetchone() == (_mark(rows),)


def _execute(backing: Backing, *statements: str, database: str = "postgres") -> None:
    with psycopg.connect(servers.database_url(backing.database.port, database), autocommit=True) as connection:
        for statement in statements:
            connection.execute(statement)


def _manage(backing: Backing, rows: int, *command: str) -> tuple[float, float]:
    """Run a management command; returns its seconds and the most memory it held, in megabytes."""
    begin = time.perf_counter()
    log = backing.folder / f"{command[0]}.log"
    with log.open("wb") as stream:
        process = subprocess.Popen(
            [sys.executable, "manage.py", *command],
            cwd=ROOT,
            env=environment(backing, rows=rows),
            stdout=stream,
            stderr=stream,
        )
        most = _watch(process)
    if process.returncode:
        raise CannotStartError(f"{command[0]} failed:\n{log.read_text(errors='replace')[-2000:]}")
    return time.perf_counter() - begin, most


def _watch(process: subprocess.Popen[bytes]) -> float:
    """Wait for the end of a process; returns the most memory that it and those below it held together."""
    most = 0.0
    while process.poll() is None:
        with suppress(OSError, IndexError, KeyError):  # one of them has just ended
            pids = [process.pid, *descendants(process.pid)]
            most = max(most, sum(memory(pid).proportional for pid in pids))
        time.sleep(LOOK_SECONDS)
    return most
