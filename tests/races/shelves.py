"""A database with commands that work on it, each in a process of its own."""

import os
import secrets
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg

from tests.live import ROOT, fresh_database


@dataclass(frozen=True)
class Shelf:
    """A migrated database, and the commands that work on it."""

    folder: Path
    url: str
    environment: dict[str, str]

    def start(self, *command: str, stderr: int | None = None) -> subprocess.Popen[str]:
        """Start a management command."""
        return subprocess.Popen(
            [sys.executable, "manage.py", *command],
            cwd=ROOT,
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=stderr,
            text=True,
        )

    def manage(self, *command: str) -> str:
        """Run one to its end and return what it printed."""
        process = self.start(*command)
        printed, _ = process.communicate(timeout=120)
        assert process.returncode == 0
        return printed

    def count(self) -> int:
        """How many products there are."""
        return self.ask("SELECT count(*) FROM products_product")

    def ask(self, question: str) -> int:
        """The number that a statement gives."""
        if self.url.startswith("sqlite"):
            with closing(sqlite3.connect(self.url.removeprefix("sqlite:///"))) as connection:
                return int(connection.execute(question).fetchone()[0])
        with psycopg.connect(self.url) as connection:
            return int((connection.execute(question).fetchone() or [0])[0])

    def exported(self) -> list[str]:
        """The catalog, without ids and times."""
        path = self.folder / "catalog.ndjson"
        self.manage("export_catalog", str(path))
        return sorted(path.read_text().splitlines())


@contextmanager
def shelf(folder: Path) -> Iterator[Shelf]:
    with fresh_database(folder) as url:
        keys = {name: secrets.token_urlsafe(48) for name in ("SECRET_KEY", "JWT_SIGNING_KEY")}
        made = Shelf(folder, url, {**os.environ, **keys, "DATABASE_URL": url})
        made.manage("migrate", "--verbosity", "0")
        yield made
