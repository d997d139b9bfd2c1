"""Metrics that add up over the workers of one server. gunicorn.conf.py calls this; nothing else does.

prometheus_client keeps the numbers of each process in files of its own and adds the files up when asked. It names
them by process id, so each recycled worker would leave a set behind for good and make every later answer slower.
Here a worker takes a numbered slot and its successor counts on in the same files.
"""

import atexit
import os
import shutil
import tempfile
from collections.abc import Iterable
from functools import cache
from itertools import count
from pathlib import Path
from types import SimpleNamespace

from django.core.exceptions import ImproperlyConfigured
from prometheus_client import multiprocess, values

VARIABLE = "PROMETHEUS_MULTIPROC_DIR"
SHARED_MEMORY = Path("/dev/shm")  # noqa: S108  # only asked whether it is there; the directory in it is mkdtemp's

_process = SimpleNamespace(slot="parent")


@cache
def prepare_directory() -> Path:
    """Give this server an empty directory for its metrics and let all metrics made from here on live there.

    Once for the life of the process: a reload must not empty it under the workers.
    """
    named = os.environ.get(VARIABLE, "")
    # A server that replaces its elder by USR2 inherits the variable while the elder's workers still count.
    directory = _empty(Path(named)) if named and "GUNICORN_PID" not in os.environ else _create()
    os.environ[VARIABLE] = str(directory)
    values.ValueClass = values.MultiProcessValue(process_identifier=lambda: _process.slot)  # type: ignore[no-untyped-call]
    return directory


def free_slot(taken: Iterable[str]) -> str:
    """The lowest slot that no living worker holds."""
    held = set(taken)
    return next(slot for slot in map(str, count()) if slot not in held)


def take_slot(slot: str) -> None:
    """Count in this slot from now on. Called in the worker, first of all."""
    _process.slot = slot


def release_slot(slot: str) -> None:
    """Forget the state of a worker that is gone; what it counted stays. Called in the parent."""
    multiprocess.mark_process_dead(slot)  # type: ignore[no-untyped-call]


def _empty(directory: Path) -> Path:
    try:
        directory.mkdir(parents=True, exist_ok=True)
        for leftover in directory.glob("*.db"):
            leftover.unlink()
    except OSError as error:
        raise ImproperlyConfigured(f"{VARIABLE} must name a directory that can be written.") from error
    if not os.access(directory, os.W_OK):
        raise ImproperlyConfigured(f"{VARIABLE} must name a directory that can be written.")
    return directory


def _create() -> Path:
    # In memory where that can be had: every request writes to it, and the root may be read-only.
    parent = SHARED_MEMORY if os.access(SHARED_MEMORY, os.W_OK) else None
    directory = Path(tempfile.mkdtemp(prefix="catalog-metrics-", dir=parent))
    atexit.register(_remove, directory, os.getpid())
    return directory


def _remove(directory: Path, owner: int) -> None:
    # Workers inherit this with the fork, and outlive it.
    if os.getpid() == owner:
        shutil.rmtree(directory, ignore_errors=True)
