"""Runs one claimed job, batch by batch.

What a batch does and the job's progress past it commit in one transaction, which also checks that the job is still
ours. So a worker may die at any point: the next one goes on where the last commit stands.
"""

import logging
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import partial
from itertools import islice
from typing import IO, Any

from django.db import reset_queries, transaction
from django.utils import timezone

from catalog_project.jobs.kinds import Batch, Failure, JobRefused, Landed, kind_of
from catalog_project.jobs.leases import DATABASE_TROUBLE, LeaseLost, heartbeat, release, write_held
from catalog_project.jobs.models import REASON_LENGTH, Job, JobFailure, in_seconds
from catalog_project.jobs.positions import START
from catalog_project.jobs.uploads import discard, folder, path_of
from catalog_project.observability.request_id import serving

# Runs in a row that may end badly without one more batch landed. A worker that dies says less against the job.
MAX_ERRORS = 5
MAX_TAKEOVERS = 50
FAILURES_AT_ONCE = 500

logger = logging.getLogger(__name__)


def run(job: Job, stop: threading.Event) -> None:
    """Work on a claimed job until it is finished, lost, or `stop` is set and the batch under way has landed.

    Log lines and the change log know it as `job-ID` where they know others by their request's id.
    """
    try:
        with serving(f"job-{job.pk}"), heartbeat(job) as lost:
            _Run(job, stop, lost).work()
    except LeaseLost:
        logger.info("job is not ours any more", extra={"job": job.pk})
    except JobRefused as refusal:
        _write_verdict(job, partial(_fail, job, refusal.reason, refusal.failures))
    except Exception as error:  # whatever a kind may raise must not end the worker
        logger.warning("job met trouble", extra={"job": job.pk}, exc_info=error)
        _write_verdict(job, partial(_put_off, job))


class _Run:
    """One run of a job. The job's counters are those of its row, which nobody else moves while the lease holds."""

    def __init__(self, job: Job, stop: threading.Event, lost: threading.Event) -> None:
        self._job, self._stop, self._lost = job, stop, lost
        self._counts = Counter(job.summary)

    def work(self) -> None:
        if self._job.takeovers > MAX_TAKEOVERS:
            raise JobRefused("Every worker that took it up died at the same place.")
        self._kind = kind_of(self._job)
        with _opened(self._job) as file:
            self._count(file)
            started, before = time.perf_counter(), self._job.processed
            is_done = self._rehearse(file) if self._job.dry_run else self._land_all(file)
        _log_rate(self._job, self._job.processed - before, time.perf_counter() - started, is_done)

    def _count(self, file: IO[bytes]) -> None:
        if self._job.total is None:
            total = self._kind.count(file)
            if not total:
                raise JobRefused("There is nothing in it.")
            write_held(self._job, total=total)
            self._job.total = total
        file.seek(0)

    def _land_all(self, file: IO[bytes]) -> bool:
        for batch in self._kind.batches(file, self._job.position):
            with transaction.atomic():
                landed = self._kind.land(batch.items)
                self._note(batch, landed)
                _keep(self._job, landed.failures)
                self._write_progress()
            reset_queries()  # with DEBUG on, Django would keep every statement
            if self._stop.is_set():
                release(self._job)
                return False
        _finish(self._job, Job.Status.SUCCEEDED)
        return True

    def _rehearse(self, file: IO[bytes]) -> bool:
        """A dry run: all of it in one transaction, which is taken back. What it found is written after that."""
        with tempfile.TemporaryFile(dir=folder()) as found:
            with transaction.atomic():
                for batch in self._kind.batches(file, START):
                    landed = self._kind.land(batch.items)
                    self._note(batch, landed)
                    found.writelines(b"%d %s\n" % (failure.number, failure.body) for failure in landed.failures)
                    reset_queries()
                    if self._stop.is_set() or self._lost.is_set():
                        break
                transaction.set_rollback(True)
            if self._stop.is_set():
                release(self._job)
                return False
            found.seek(0)
            with transaction.atomic():
                _keep(self._job, map(_read_failure, found))
                self._write_progress()
                _finish(self._job, Job.Status.SUCCEEDED)
        return True

    def _note(self, batch: Batch, landed: Landed) -> None:
        job = self._job
        job.offset, job.line = batch.end
        job.failed += len(landed.failures)
        job.succeeded += len(batch.items) - len(landed.failures)
        self._counts.update(landed.summary)
        job.summary = dict(self._counts)

    def _write_progress(self) -> None:
        fields = ("offset", "line", "succeeded", "failed", "summary")
        self._job.takeovers = self._job.errors = 0
        write_held(self._job, **{name: getattr(self._job, name) for name in fields}, takeovers=0, errors=0)


@contextmanager
def _opened(job: Job) -> Iterator[IO[bytes]]:
    try:
        file = path_of(job.upload).open("rb")
    except FileNotFoundError as error:
        raise JobRefused("Its upload is gone.") from error
    with file:
        yield file


def _read_failure(line: bytes) -> Failure:
    number, _, body = line.rstrip(b"\n").partition(b" ")
    return Failure(int(number), body)


def _keep(job: Job, failures: Iterable[Failure]) -> None:
    rows = (JobFailure(job=job, number=failure.number, body=failure.body.decode()) for failure in failures)
    while some := list(islice(rows, FAILURES_AT_ONCE)):
        JobFailure.objects.bulk_create(some)


def _write_verdict(job: Job, write: Callable[[], Any]) -> None:
    """Say what became of a run that ended badly, if it can be said; else the lease runs out by itself."""
    try:
        write()
    except LeaseLost:
        logger.info("job is not ours any more", extra={"job": job.pk})
    except DATABASE_TROUBLE as error:
        logger.warning("job is left to its lease", extra={"job": job.pk}, exc_info=error)


@transaction.atomic
def _fail(job: Job, reason: str, failures: Iterable[Failure] = ()) -> None:
    kept = list(failures)
    _keep(job, kept)
    job.refresh_from_db(fields=["failed"])  # what has been counted in a batch that was taken back does not count
    _finish(job, Job.Status.FAILED, error=reason[:REASON_LENGTH], failed=job.failed + len(kept))


@transaction.atomic
def _put_off(job: Job) -> None:
    """Try again in a while, each time a longer one; in the end give up."""
    job.errors += 1
    if job.errors < MAX_ERRORS:
        release(job, errors=job.errors, not_before=in_seconds(2.0 ** (job.errors - 2)))
    else:
        reason = f"It met trouble {MAX_ERRORS} times at the same place, which no item of its input is guilty of."
        _finish(job, Job.Status.FAILED, error=reason)


@transaction.atomic
def _finish(job: Job, status: Job.Status, **fields: Any) -> None:
    write_held(job, status=status, lease=None, leased_until=None, finished_at=timezone.now(), **fields)
    transaction.on_commit(partial(discard, job.upload))
    logger.info("job finished", extra={"job": job.pk, "kind": job.kind, "status": status.value})


def _log_rate(job: Job, items: int, seconds: float, is_done: bool) -> None:
    facts = {"job": job.pk, "kind": job.kind, "items": items, "seconds": round(seconds, 3), "is_done": is_done}
    logger.info("job worked on", extra={**facts, "items_per_second": round(items / max(seconds, 1e-6))})
