"""Inputs of jobs: files below UPLOAD_DIR, which the servers write and the workers read.

A file is there before its job is, and goes when the job is finished. What a crash leaves in between is swept away.
"""

import hashlib
import logging
import os
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

from django.conf import settings

from catalog_project.errors import DomainError
from catalog_project.jobs.models import Job

SUFFIX = ".upload"
# Nobody is at work any more on a file that no job names and that has not grown for so long.
ORPHAN_SECONDS = 3_600

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Upload:
    """A file that has been received whole: its name below UPLOAD_DIR, its bytes and their SHA-256 in hex."""

    name: str
    size: int
    sha256: str


def store(chunks: Iterable[bytes]) -> Upload:
    """Write a stream to a new file, durably; nothing stays of one that breaks off, whose exception goes on.

    Raises DomainError (`unavailable`) when the disk refuses.
    """
    name, digest, size = f"{uuid4().hex}{SUFFIX}", hashlib.sha256(), 0
    try:
        with _disk():
            folder().mkdir(mode=0o700, parents=True, exist_ok=True)
            file = path_of(name).open("xb")
        with file:
            for chunk in chunks:
                digest.update(chunk)
                size += len(chunk)
                with _disk():
                    file.write(chunk)
            with _disk():
                file.flush()
                os.fsync(file.fileno())
    except BaseException:
        with suppress(OSError):  # what went wrong first is what counts
            discard(name)
        raise
    return Upload(name, size, digest.hexdigest())


def discard(name: str) -> None:
    """Remove a file, if it is there."""
    path_of(name).unlink(missing_ok=True)


def sweep() -> int:
    """Remove the files that no unfinished job needs; answers how many."""
    limit = time.time() - ORPHAN_SECONDS
    old = [path for path in folder().glob(f"*{SUFFIX}") if _changed(path) < limit]
    needed = set(Job.objects.unfinished().values_list("upload", flat=True)) if old else set()
    orphans = [path for path in old if path.name not in needed]
    for path in orphans:
        discard(path.name)
    return len(orphans)


def folder() -> Path:
    """Where the files are."""
    return Path(settings.UPLOAD_DIR)


def path_of(name: str) -> Path:
    """Where a file is."""
    return folder() / name


def _changed(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except FileNotFoundError:  # gone since the folder was read
        return time.time()


@contextmanager
def _disk() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        logger.exception("an upload cannot be written")
        raise DomainError("Uploads cannot be kept now.", code="unavailable") from error
