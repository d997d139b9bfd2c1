"""One run of a job: what lands, what is written about it, and what becomes of trouble."""

import logging
import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.db import OperationalError

from catalog_project.jobs import engine
from catalog_project.jobs.leases import claim, release
from catalog_project.jobs.models import Job
from catalog_project.jobs.services import cancel_job
from catalog_project.jobs.uploads import path_of
from tests.catalog_project.jobs.conftest import Groups, names

pytestmark = pytest.mark.django_db


def taken() -> Job:
    job = claim()
    assert job
    return job


def run(stop: bool = False) -> Job:
    """One run of the job that is next, as its row is after it."""
    job, event = taken(), threading.Event()
    if stop:
        event.set()
    engine.run(job, event)
    job.refresh_from_db()
    return job


def before_batch(monkeypatch: pytest.MonkeyPatch, number: int, act: Callable[[Job], Any]) -> None:
    """Let something happen once the batch with that number has been read."""
    batches = Groups.batches

    def reading(self: Groups, *place: Any) -> Any:
        for index, batch in enumerate(batches(self, *place), start=1):
            if index == number:
                act(self.job)
            yield batch

    monkeypatch.setattr(Groups, "batches", reading)


def test_all_items_land_and_are_counted(queued) -> None:
    queued("a", "bad", "b", "c", "d")
    job = run()
    assert names() == ["a", "b", "c", "d"]
    assert (job.status, job.total, job.succeeded, job.failed, job.summary) == ("succeeded", 5, 4, 1, {"made": 4})
    assert [failure.number for failure in job.failures.all()] == [2]
    assert job.finished_at
    assert job.lease is None


def test_a_run_that_is_stopped_gives_the_job_back_behind_its_batch(queued) -> None:
    queued("a", "b", "c", "d")
    job = run(stop=True)
    assert (job.status, job.offset, job.line, job.lease, job.takeovers) == ("queued", 6, 3, None, 0)
    assert names() == ["a", "b", "c"]
    assert run().status == "succeeded"
    assert names() == ["a", "b", "c", "d"]


def test_a_job_that_was_cancelled_meanwhile_does_not_get_its_batch(queued, anna, monkeypatch) -> None:
    queued(*"abcdef")
    before_batch(monkeypatch, 2, lambda job: cancel_job(by=anna, job=Job.objects.get(pk=job.pk)))
    job = run()
    assert (job.status, job.succeeded) == ("cancelled", 3)
    assert names() == ["a", "b", "c"]


def test_a_job_that_was_taken_over_meanwhile_does_not_get_its_batch(queued, monkeypatch) -> None:
    queued(*"abcdef")
    other = "00000000-0000-0000-0000-000000000001"
    before_batch(monkeypatch, 2, lambda job: Job.objects.filter(pk=job.pk).update(lease=other))
    job = run()
    assert (job.status, str(job.lease), job.succeeded) == ("running", other, 3)
    assert names() == ["a", "b", "c"]


def test_a_dry_run_counts_keeps_failures_and_takes_everything_back(queued) -> None:
    queued("a", "bad", "b", "c", dry_run=True)
    job = run()
    assert (job.status, job.total, job.succeeded, job.failed, job.summary) == ("succeeded", 4, 3, 1, {"made": 3})
    assert job.failures.get().number == 2
    assert not names()


def test_a_dry_run_that_is_stopped_begins_anew(queued) -> None:
    queued(*"abcdef", dry_run=True)
    job = run(stop=True)
    assert (job.status, job.offset, job.succeeded) == ("queued", 0, 0)
    assert run().succeeded == 6


def test_a_kind_may_refuse_the_whole_job_and_say_why(queued) -> None:
    queued("a", "b", "c", "d", "bad", "refuse")
    job = run()
    assert (job.status, job.error) == ("failed", "This will not do.")
    assert (job.succeeded, job.failed, job.failures.get().number) == (3, 1, 5)
    assert names() == ["a", "b", "c"]


def test_an_input_without_items_fails(queued) -> None:
    queued()
    job = run()
    assert (job.status, job.error) == ("failed", "There is nothing in it.")


def test_an_upload_that_is_gone_fails(queued) -> None:
    path_of(queued("a").upload).unlink()
    assert run().error == "Its upload is gone."


def test_a_kind_that_is_gone_fails(queued, settings) -> None:
    queued("a")
    settings.JOB_KINDS = {}
    assert run().error == "This kind of job is not known any more."


def test_trouble_takes_its_batch_back_and_is_tried_again_later(queued) -> None:
    queued("a", "b", "c", "trouble")
    job = run()
    assert (job.status, job.errors, job.succeeded, job.offset) == ("queued", 1, 3, 6)
    assert names() == ["a", "b", "c"]
    assert claim() is None
    Job.objects.update(not_before=None)
    assert run().errors == 2


def test_trouble_that_stays_ends_the_job_and_its_text_stays_inside(queued, caplog) -> None:
    queued("trouble")
    for _ in range(engine.MAX_ERRORS):
        Job.objects.update(not_before=None)
        job = run()
    assert job.status == "failed"
    assert "trouble 5 times" in job.error
    assert "secret" not in job.error
    assert "secret" in caplog.text


def test_a_batch_that_lands_forgets_the_trouble_before_it(queued, monkeypatch) -> None:
    queued("a", "b", "c", "trouble")
    Job.objects.update(errors=4, takeovers=4)
    job = run()
    assert (job.status, job.errors, job.takeovers) == ("queued", 1, 0)


def test_a_job_that_kills_every_worker_ends(queued) -> None:
    queued("a")
    Job.objects.update(takeovers=engine.MAX_TAKEOVERS + 1)
    assert run().error == "Every worker that took it up died at the same place."


def test_a_verdict_that_cannot_be_written_is_left_to_the_lease(queued, monkeypatch, caplog) -> None:
    def lose(*args: Any, **fields: Any) -> None:
        raise OperationalError

    queued("trouble")
    monkeypatch.setattr(engine, "release", lose)
    with caplog.at_level(logging.WARNING):
        assert run().status == "running"
    assert "left to its lease" in caplog.text


def test_the_upload_goes_when_the_job_is_finished(queued, django_capture_on_commit_callbacks) -> None:
    path = path_of(queued("a").upload)
    with django_capture_on_commit_callbacks(execute=True):
        job = taken()
        release(job)
        assert path.exists()
        run()
    assert not path.exists()
