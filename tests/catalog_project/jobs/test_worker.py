"""The loop of a worker."""

import threading

import pytest
from django.db import OperationalError

from catalog_project.jobs import worker
from catalog_project.jobs.models import Job
from catalog_project.jobs.worker import work
from tests.catalog_project.jobs.conftest import names

pytestmark = pytest.mark.django_db(transaction=True)


def test_it_works_until_nothing_is_left(queued) -> None:
    for name in "abc":
        queued(name)
    work(threading.Event(), until_empty=True)
    assert names() == ["a", "b", "c"]
    assert set(Job.objects.values_list("status", flat=True)) == {"succeeded"}


def test_a_job_that_meets_trouble_does_not_end_it(queued, monkeypatch) -> None:
    monkeypatch.setattr("catalog_project.jobs.engine.MAX_ERRORS", 1)
    queued("trouble")
    queued("a")
    work(threading.Event(), until_empty=True)
    assert list(Job.objects.order_by("pk").values_list("status", flat=True)) == ["failed", "succeeded"]


def test_it_outlives_a_database_that_is_away(queued, monkeypatch) -> None:
    queued("a")
    claim, calls = worker.claim, []

    def flicker() -> object:
        calls.append(1)
        if len(calls) == 1:
            raise OperationalError
        return claim()

    monkeypatch.setattr(worker, "claim", flicker)
    work(threading.Event(), until_empty=True)
    assert names() == ["a"]


def test_whoever_is_told_to_stop_takes_nothing(queued) -> None:
    queued("a")
    stop = threading.Event()
    stop.set()
    work(stop)
    assert Job.objects.get().status == "queued"
