"""Whose job is whose: claiming, keeping and giving back.

On PostgreSQL each of several workers holds a lease on its job, renewed by a thread beside the work; one that is not
renewed runs out, and somebody else takes the job over. The lease is a fence as well: what a worker has done commits
only while its lease is still the job's. On SQLite, which has one writer at a time anyway, one worker works at a time.
"""

import fcntl
import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import uuid4

from django.db import DatabaseError, InterfaceError, connection, transaction
from django.utils import timezone
from psycopg_pool import PoolTimeout

from catalog_project.jobs.models import Job, has_leases, in_seconds
from catalog_project.jobs.uploads import folder

# A dead worker's job is taken over within these and a look of the others for work: 10 s at most are promised.
LEASE_SECONDS = 7.0
BEAT_SECONDS = 1.5
POLL_SECONDS = 0.5
LOCK = "worker.lock"
DATABASE_TROUBLE = (DatabaseError, InterfaceError, PoolTimeout)

logger = logging.getLogger(__name__)


class LeaseLost(Exception):
    """The job is not this worker's any more: somebody cancelled it, or took it over."""


@transaction.atomic
def claim() -> Job | None:
    """Take the oldest job that is free, skipping those that others are about to take; None where there is none."""
    job: Job | None = Job.objects.free().select_for_update(skip_locked=True).order_by("pk").first()
    if job is None:
        return None
    job.takeovers += job.status == Job.Status.RUNNING
    job.status, job.lease, job.started_at = Job.Status.RUNNING, uuid4(), job.started_at or timezone.now()
    Job.objects.filter(pk=job.pk).update(
        status=job.status,
        lease=job.lease,
        leased_until=in_seconds(LEASE_SECONDS),
        started_at=job.started_at,
        takeovers=job.takeovers,
    )
    logger.info("job taken", extra={"job": job.pk, "kind": job.kind, "takeovers": job.takeovers})
    return job


def write_held(job: Job, **fields: Any) -> None:
    """Write to a job's row while it is ours. Raises LeaseLost, and the transaction around must be taken back."""
    if not Job.objects.held_by(job).update(**fields):
        raise LeaseLost


def release(job: Job, **fields: Any) -> None:
    """Give a job back to the queue."""
    write_held(job, status=Job.Status.QUEUED, lease=None, leased_until=None, **fields)


@contextmanager
def heartbeat(job: Job) -> Iterator[threading.Event]:
    """Renew the lease on a job for a while. The event is set when it is lost."""
    lost, done = threading.Event(), threading.Event()
    if not has_leases():
        yield lost
        return
    thread = threading.Thread(target=_beat, args=(job, lost, done), name="heartbeat", daemon=True)
    thread.start()
    try:
        yield lost
    finally:
        done.set()
        thread.join()


def _beat(job: Job, lost: threading.Event, done: threading.Event) -> None:
    while not done.wait(BEAT_SECONDS) and not lost.is_set():
        try:
            if not Job.objects.held_by(job).update(leased_until=in_seconds(LEASE_SECONDS)):
                lost.set()
        except DATABASE_TROUBLE:
            logger.warning("a lease could not be renewed", extra={"job": job.pk}, exc_info=True)
        finally:
            connection.close()


@contextmanager
def my_turn(stop: threading.Event) -> Iterator[bool]:
    """Wait until this worker may work. On SQLite until no other one does; False where `stop` came first."""
    if has_leases():
        yield True
        return
    folder().mkdir(mode=0o700, parents=True, exist_ok=True)
    with (folder() / LOCK).open("w") as file:
        yield _locked(file.fileno(), stop)  # the lock goes with the file, however the process ends


def _locked(descriptor: int, stop: threading.Event) -> bool:
    while not stop.is_set():
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            stop.wait(POLL_SECONDS)
        else:
            return True
    return False
