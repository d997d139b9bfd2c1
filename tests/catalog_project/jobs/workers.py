"""Workers as production runs them, in processes of their own, on a database of their own."""

import os
import secrets
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import orjson

from tests.live import ROOT, Live, fresh_database

PATIENCE_SECONDS = 60


@dataclass
class Yard:
    """A migrated database with a manager, Anna, and a folder for uploads."""

    live: Live
    folder: Path
    workers: list["subprocess.Popen[bytes]"] = field(default_factory=list, repr=False)

    def worker(self, *options: str) -> "subprocess.Popen[bytes]":
        """Start a worker."""
        with (self.folder / "worker.log").open("ab") as log:
            command = [sys.executable, "manage.py", "run_jobs", *options]
            worker = subprocess.Popen(command, cwd=ROOT, env=self.live.environment, stdout=log, stderr=log)
        self.workers.append(worker)
        return worker

    def run(self) -> None:
        """Run a worker until nothing is left to do."""
        assert self.worker("--until-empty").wait(timeout=600) == 0, self.log()

    def import_lines(self, lines: Iterator[dict[str, Any]]) -> int:
        """Queue an import as the API would."""
        return self.queue("import", lines, format="ndjson", mapping=None, create_missing=False)

    def queue(self, kind: str, lines: Iterator[dict[str, Any]], **options: Any) -> int:
        """Queue a job of a kind over NDJSON."""
        path = self.folder / "upload.ndjson"
        with path.open("wb") as file:
            file.writelines(orjson.dumps(line) + b"\n" for line in lines)
        return int(self.shell(QUEUE.format(path=str(path), kind=kind, options=options)))

    def shell(self, code: str) -> str:
        """What a piece of Python prints inside the service."""
        return self.live.manage("shell", "--verbosity", "0", "--command", code).strip()

    def job(self) -> dict[str, Any]:
        """The columns of the newest job."""
        return dict(orjson.loads(self.shell(SHOW)))

    def expire(self) -> None:
        """Let the time pass after which a dead worker's lease has run out."""
        self.shell("from catalog_project.jobs.models import *; Job.objects.update(leased_until=in_seconds(-1))")

    def log(self) -> str:
        """What the workers wrote."""
        return (self.folder / "worker.log").read_text()


QUEUE = """
from accounts.models import User
from catalog_project.jobs.services import create_job
from catalog_project.jobs.uploads import store
upload = store(open({path!r}, "rb"))
print(create_job(by=User.objects.get(), kind={kind!r}, upload=upload, options={options!r}).pk)
"""
SHOW = """
import orjson
from catalog_project.jobs.models import Job
print(orjson.dumps(Job.objects.values().latest("pk"), default=str).decode())
"""


@contextmanager
def yard(folder: Path) -> Iterator[Yard]:
    """A fresh one, gone at the end."""
    with fresh_database(folder) as database_url:
        environment = os.environ | {
            "DATABASE_URL": database_url,
            "SECRET_KEY": secrets.token_urlsafe(48),
            "JWT_SIGNING_KEY": secrets.token_urlsafe(48),
            "UPLOAD_DIR": str(folder / "uploads"),
            "LOG_LEVEL": "INFO",
        }
        live = Live("", environment, folder / "unused.log")
        live.manage("migrate", "--verbosity", "0")
        live.manage("create_staff", "anna", "--role", "catalog_manager", "--password-stdin", stdin=secrets.token_hex())
        made = Yard(live, folder)
        try:
            yield made
        finally:
            for worker in made.workers:
                kill(worker)


def wait_until(condition: Callable[[], bool], seconds: float = PATIENCE_SECONDS) -> float:
    """How long it took until something was so."""
    started = time.monotonic()
    while not condition():
        assert time.monotonic() < started + seconds
        time.sleep(0.05)
    return time.monotonic() - started


def kill(worker: "subprocess.Popen[bytes]") -> None:
    """As a power cut would, and no grace at all."""
    worker.send_signal(signal.SIGKILL)
    worker.wait()
