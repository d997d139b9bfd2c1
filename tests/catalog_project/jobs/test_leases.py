"""Whose job is whose."""

import threading
import time

import pytest
from django.db import OperationalError, connection

from catalog_project.jobs import leases
from catalog_project.jobs.leases import LeaseLost, claim, heartbeat, my_turn, release, write_held
from catalog_project.jobs.models import Job, in_seconds
from tests.threads import at_once

pytestmark = pytest.mark.django_db


@pytest.mark.postgres
def test_the_oldest_job_is_taken_first_and_by_one_worker(queued) -> None:
    jobs = [queued("a"), queued("b")]
    found = [claim(), claim()]
    assert [job.pk for job in found if job] == [job.pk for job in jobs]
    assert found[0].lease != found[1].lease


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_workers_that_look_at_once_take_different_jobs(queued) -> None:
    jobs = [queued("a") for _ in range(4)]
    found = at_once(6, lambda _: claim())
    assert sorted(job.pk for job in found if job) == [job.pk for job in jobs]


@pytest.mark.postgres
def test_a_job_is_left_to_its_worker_until_the_lease_runs_out(queued) -> None:
    queued("a")
    first = claim()
    assert claim() is None
    Job.objects.update(leased_until=in_seconds(-0.001))
    second = claim()
    assert (second.pk, second.takeovers) == (first.pk, 1)
    assert second.lease != first.lease


@pytest.mark.skipif(connection.vendor == "postgresql", reason="there several workers work at once")
def test_where_one_worker_works_what_runs_has_been_left(queued) -> None:
    queued("a")
    assert claim().lease != claim().lease


def test_a_job_that_is_put_off_waits(queued) -> None:
    queued("a")
    release(claim(), not_before=in_seconds(60))
    assert claim() is None
    Job.objects.update(not_before=in_seconds(-0.001))
    assert claim()


@pytest.mark.parametrize("change", [{"status": "cancelled"}, {"lease": "00000000-0000-0000-0000-000000000001"}])
def test_what_is_not_ours_any_more_cannot_be_written(queued, change) -> None:
    queued("a")
    job = claim()
    write_held(job, succeeded=1)
    Job.objects.update(**change)
    with pytest.raises(LeaseLost):
        write_held(job, succeeded=2)
    assert Job.objects.get().succeeded == 1


@pytest.fixture
def quick(monkeypatch) -> None:
    monkeypatch.setattr(leases, "BEAT_SECONDS", 0.02)


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("quick")
def test_the_heartbeat_renews_the_lease_and_notices_its_loss(queued) -> None:
    queued("a")
    job = claim()
    before = Job.objects.get().leased_until
    with heartbeat(job) as lost:
        assert wait(lambda: Job.objects.get().leased_until > before)
        assert not lost.is_set()
        Job.objects.update(status="cancelled")
        assert lost.wait(5)


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("quick")
def test_the_heart_beats_on_when_the_database_was_away(queued, monkeypatch) -> None:
    queued("a")
    job = claim()
    before = Job.objects.get().leased_until
    calls = []

    def flicker(seconds: float) -> object:
        calls.append(seconds)
        if len(calls) < 3:
            raise OperationalError
        return in_seconds(seconds)

    monkeypatch.setattr(leases, "in_seconds", flicker)
    with heartbeat(job) as lost:
        assert wait(lambda: Job.objects.get().leased_until > before)
        assert not lost.is_set()


def test_a_lease_is_taken_over_within_10_seconds_at_the_worst() -> None:
    assert leases.LEASE_SECONDS + leases.POLL_SECONDS < 9
    assert leases.BEAT_SECONDS * 3 < leases.LEASE_SECONDS


@pytest.mark.skipif(connection.vendor == "postgresql", reason="there several workers work at once")
def test_on_sqlite_the_second_worker_waits_for_the_first() -> None:
    stop, got = threading.Event(), threading.Event()

    def wait_in_line() -> None:
        with my_turn(stop) as is_mine:
            if is_mine:
                got.set()

    with my_turn(threading.Event()) as is_mine:
        assert is_mine
        second = threading.Thread(target=wait_in_line)
        second.start()
        assert not got.wait(0.3)
    assert got.wait(5)
    second.join()


@pytest.mark.skipif(connection.vendor == "postgresql", reason="there several workers work at once")
def test_whoever_is_stopped_in_line_does_not_work() -> None:
    stop = threading.Event()
    stop.set()
    with my_turn(stop) as is_mine:
        assert not is_mine


def wait(condition) -> bool:
    deadline = time.monotonic() + 5
    while time.monotonic() < deadline:
        if condition():
            return True
        time.sleep(0.01)
    return False
