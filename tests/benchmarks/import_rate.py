"""How fast import_catalog is, beside a bare COPY of the same bytes into a table of one column.

    DATABASE_URL=postgres://localhost/postgres python -m tests.benchmarks.import_rate FILE --mapping M.toml

The database in the URL is only where it begins: the run creates one of its own and drops it. Each round empties the
catalog, makes the types that the mapping needs, copies the bytes, imports the file and imports it again; the best round
counts, since whatever else runs on a machine can only slow it down. Rates cover the whole command, from the start of
Python to its end. On SQLite (sqlite:///FILE, which is overwritten) there is no COPY to compare with. docs/imports.md
tells the results.
"""

import argparse
import gzip
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

import psycopg

from tests.benchmarks.accounting import descendants, memory

ROOT = Path(__file__).resolve().parents[2]
# Reads the whole line as one column: neither character stands in any JSON.
COPY = r"COPY bare (line) FROM STDIN (FORMAT csv, DELIMITER E'\x01', QUOTE E'\x02')"
SAMPLED_SECONDS = 0.2
EMPTY = "TRUNCATE products_product, products_category, products_brand CASCADE"


class Cost(NamedTuple):
    """What a command took together with all the processes that it started: processor time, and memory at its peak.

    The memory is a sum in megabytes, sampled; what processes share counts once.
    """

    seconds: float
    peak: float

    def __str__(self) -> str:
        return f"{self.seconds:.1f} s of processors, peak {self.peak:.0f} MB"


class Run(NamedTuple):
    """One import: its seconds, the summary that it printed, and what it cost."""

    seconds: float
    summary: dict[str, int]
    cost: Cost

    def __str__(self) -> str:
        products = sum(self.summary.values())
        said = ", ".join(f"{count:,} {name}" for name, count in self.summary.items() if count)
        return f"{said} in {self.seconds:.1f} s: {products / self.seconds:,.0f} products/s, {self.cost}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file", type=Path)
    parser.add_argument("--mapping", type=Path)
    parser.add_argument("--schemas", type=Path, help="JSON Schemas for the types and attributes that are made first")
    parser.add_argument("--rounds", type=int, default=3)
    wanted = parser.parse_args()
    with database(os.environ["DATABASE_URL"]) as url:
        manage(url, "migrate", "--verbosity", "0")
        rounds = [measure(url, wanted.file, wanted.mapping, wanted.schemas) for _ in range(wanted.rounds)]
    report(rounds)


def measure(url: str, file: Path, mapping: Path | None, schemas: Path | None) -> tuple[float | None, Run, Run]:
    """The seconds of the COPY, the first import, and the second."""
    copied = copy(url, file) if url.startswith("postgres") else None
    if copied is None:
        manage(url, "flush", "--no-input", "--verbosity", "0")
    if mapping:
        options = ["--schemas", str(schemas)] if schemas else []
        manage(url, "infer_attributes", str(file), "--mapping", str(mapping), "--write", *options)
    return copied, run_import(url, file, mapping), run_import(url, file, mapping)


def copy(url: str, file: Path) -> float:
    """Empty the catalog, then copy the file's lines into a table made for them."""
    raw = file.read_bytes()
    content = gzip.decompress(raw) if file.suffix == ".gz" else raw
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(EMPTY)
        connection.execute("DROP TABLE IF EXISTS bare")
        connection.execute("CREATE TABLE bare (line text)")
        connection.execute("CHECKPOINT")
        started = time.perf_counter()
        with connection.cursor().copy(COPY) as lines:
            lines.write(content)
        return time.perf_counter() - started


def run_import(url: str, file: Path, mapping: Path | None) -> Run:
    options = ["--mapping", str(mapping)] if mapping else []
    started = time.perf_counter()
    output, cost = manage(url, "import_catalog", str(file), "--create-missing", "--json", *options)
    return Run(time.perf_counter() - started, json.loads(output), cost)


def manage(url: str, *arguments: str) -> tuple[str, Cost]:
    """Run a command of the catalog; what it printed and what it cost."""
    environment = {**os.environ, "DATABASE_URL": url, "REDIS_URL": ""}
    with subprocess.Popen(
        [sys.executable, "manage.py", *arguments], cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True
    ) as process:
        peak = 0.0
        while not os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT):
            peak = max(peak, held(process.pid))
            time.sleep(SAMPLED_SECONDS)
        output = process.stdout.read() if process.stdout else ""
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode not in {0, 1}:
        sys.exit(f"{' '.join(arguments)} ended with status {process.returncode}.")
    return output, Cost(usage.ru_utime + usage.ru_stime, peak)


def held(root: int) -> float:
    """What a process and all below it hold now."""
    total = 0.0
    for pid in (root, *descendants(root)):
        with suppress(OSError, KeyError):  # it has just ended
            total += memory(pid).proportional
    return total


@contextmanager
def database(url: str) -> Iterator[str]:
    """A database of this run's own."""
    if not url.startswith("postgres"):
        yield url
        return
    name = f"catalog_import_rate_{os.getpid()}"
    with closing(psycopg.connect(url, autocommit=True)) as connection:
        connection.execute(f"CREATE DATABASE {name}")
        try:
            yield urlsplit(url)._replace(path=f"/{name}").geturl()
        finally:
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


def report(rounds: list[tuple[float | None, Run, Run]]) -> None:
    first = min((first for _, first, _ in rounds), key=lambda run: run.seconds)
    again = min((again for _, _, again in rounds), key=lambda run: run.seconds)
    print(f"first run   {first}")
    print(f"second run  {again}")
    copies = [copied for copied, _, _ in rounds if copied is not None]
    if copies:
        print(f"bare COPY   {min(copies):.2f} s; the import takes {first.seconds / min(copies):.0f} times as long")


if __name__ == "__main__":
    main()
