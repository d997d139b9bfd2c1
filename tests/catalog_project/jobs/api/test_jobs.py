"""`/jobs/`, `/jobs/{id}/`, their failures and their end."""

from typing import Any

import orjson
import pytest
from django.contrib.auth.models import Permission
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from catalog_project.jobs.models import Job, JobFailure
from tests.answers import faults, problem
from tests.catalog_project.jobs.conftest import client_of, names
from tests.factories.accounts import UserFactory
from tests.jobs import run_all

pytestmark = pytest.mark.django_db
ADDRESSES = [("GET", ""), ("GET", "{}/"), ("GET", "{}/failures/"), ("POST", "{}/cancel/")]


@pytest.fixture
def bob() -> APIClient:
    """Somebody else, who may write everything."""
    return client_of(UserFactory(username="bob", role="catalog_editor"))


@pytest.fixture
def manager() -> APIClient:
    return client_of(UserFactory(username="manager", role="catalog_manager"))


def ids(response: Any) -> list[int]:
    return [row["id"] for row in response.json()["results"]]


def test_a_job_shows_how_far_it_is(as_anna, queued) -> None:
    job = queued("a", "bad", "c", "d")
    address = f"/api/v1/jobs/{job.pk}/"
    before = as_anna.get(address).json()
    assert (before["status"], before["total"], before["processed"], before["started_at"]) == ("queued", None, 0, None)
    run_all()
    body = as_anna.get(address).json()
    assert body.pop("created_at") <= body.pop("started_at") <= body.pop("finished_at") <= body.pop("updated_at")
    assert body == {
        "id": job.pk,
        "kind": "groups",
        "status": "succeeded",
        "owner": "anna",
        "dry_run": False,
        "total": 4,
        "processed": 4,
        "succeeded": 3,
        "failed": 1,
        "summary": {"made": 3},
        "error": None,
        "failures": f"http://testserver{address}failures/",
    }


def test_failed_items_come_as_lines_in_their_order(as_anna, queued) -> None:
    job = queued("bad1", "a", "bad2", "b", "bad3")
    run_all()
    response = as_anna.get(f"/api/v1/jobs/{job.pk}/failures/")
    assert response["Content-Type"] == "application/x-ndjson"
    assert [orjson.loads(line)["line"] for line in b"".join(response).splitlines()] == [1, 3, 5]


def test_without_failures_there_are_no_lines(as_anna, queued) -> None:
    assert not b"".join(as_anna.get(f"/api/v1/jobs/{queued('a').pk}/failures/"))


@pytest.mark.parametrize(("method", "address"), ADDRESSES)
def test_whoever_has_not_signed_in_is_told_so_before_anything_else(queued, method: str, address: str) -> None:
    for ref in (queued("a").pk, 0):
        response = APIClient().generic(method, f"/api/v1/jobs/{address.format(ref)}?nope=1")
        problem(response, "not_authenticated")
        assert response["WWW-Authenticate"].startswith("Bearer")


@pytest.mark.parametrize(("method", "address"), ADDRESSES[1:])
@pytest.mark.parametrize("ref", ["{}", "0", "x", "9" * 30])
def test_somebody_elses_job_is_as_unknown_as_none(bob, queued, method: str, address: str, ref: str) -> None:
    job = queued("a")
    problem(bob.generic(method, f"/api/v1/jobs/{address.format(ref.format(job.pk))}"), "not_found")
    job.refresh_from_db()
    assert job.status == Job.Status.QUEUED


def test_everybody_lists_their_own_and_managers_all(as_anna, bob, manager, queued) -> None:
    jobs = [queued("a"), queued("b"), queued("c", by=UserFactory())]
    assert ids(as_anna.get("/api/v1/jobs/")) == [jobs[1].pk, jobs[0].pk]
    assert ids(bob.get("/api/v1/jobs/")) == []
    assert ids(manager.get("/api/v1/jobs/?ordering=created_at")) == [job.pk for job in jobs]


def test_a_list_may_be_narrowed_and_walked(as_anna, queued) -> None:
    first, second, third = queued("a"), queued("b"), queued("c")
    as_anna.post(f"/api/v1/jobs/{second.pk}/cancel/")
    assert ids(as_anna.get("/api/v1/jobs/?status=queued,running&count=exact")) == [third.pk, first.pk]
    page = as_anna.get("/api/v1/jobs/?page_size=2")
    assert ids(as_anna.get(page.json()["next"])) == [first.pk]
    assert faults(as_anna.get("/api/v1/jobs/?status=done&kind=x")) == {
        "status": "unknown_value",
        "kind": "unknown_parameter",
    }


def test_a_cursor_is_its_readers_alone(as_anna, manager, queued) -> None:
    queued("a"), queued("b")
    following = as_anna.get("/api/v1/jobs/?page_size=1").json()["next"]
    assert faults(manager.get(following)) == {"cursor": "invalid_cursor"}


@pytest.mark.parametrize(("address", "expected"), [("", 1), ("{}/", 1), ("{}/failures/", 2)])
def test_the_number_of_queries_is_the_same_for_one_and_for_many(as_anna, queued, address: str, expected: int) -> None:
    found = []
    for _ in range(2):
        jobs = [queued("a") for _ in range(5)]
        JobFailure.objects.bulk_create(JobFailure(job=jobs[0], number=number, body="{}") for number in range(5))
        as_anna.handler._force_user = type(as_anna.handler._force_user).objects.get()  # nothing remembered of rights
        with CaptureQueriesContext(connection) as queries:
            b"".join(as_anna.get(f"/api/v1/jobs/{address.format(jobs[0].pk)}"))
        found.append(len([query for query in queries if '"jobs_' in query["sql"]]))
    assert found == [expected, expected]


def test_cancelling_ends_a_job_and_may_be_repeated(as_anna, queued) -> None:
    job = queued("a")
    answers = [as_anna.post(f"/api/v1/jobs/{job.pk}/cancel/") for _ in range(2)]
    assert [(answer.status_code, answer.json()["status"]) for answer in answers] == [(200, "cancelled")] * 2
    assert answers[0].content == answers[1].content
    run_all()
    assert not names()


def test_a_job_that_has_finished_cannot_be_cancelled(as_anna, queued) -> None:
    job = queued("a")
    run_all()
    body = problem(as_anna.post(f"/api/v1/jobs/{job.pk}/cancel/"), "job_finished")
    assert body["detail"] == "The job has succeeded already."


def test_a_manager_cancels_what_others_asked_for(manager, queued) -> None:
    assert manager.post(f"/api/v1/jobs/{queued('a').pk}/cancel/").json()["owner"] == "anna"


def test_to_see_everybodys_jobs_is_not_to_cancel_them(queued) -> None:
    user = UserFactory()
    user.user_permissions.add(Permission.objects.get(codename="view_job"))
    problem(client_of(user).post(f"/api/v1/jobs/{queued('a').pk}/cancel/"), "permission_denied")


def test_cancelling_takes_no_body(as_anna, queued) -> None:
    assert faults(as_anna.post(f"/api/v1/jobs/{queued('a').pk}/cancel/", {"why": "x"})) == {"/why": "unknown_field"}


@pytest.mark.parametrize(("accept", "status"), [("*/*", 200), ("application/x-ndjson", 200), ("application/json", 406)])
def test_failures_are_lines_and_nothing_else(as_anna, queued, accept: str, status: int) -> None:
    response = as_anna.get(f"/api/v1/jobs/{queued('a').pk}/failures/", HTTP_ACCEPT=accept)
    assert response.status_code == status


def test_a_job_outlives_its_owner(manager, anna, queued) -> None:
    job = queued("a")
    anna.delete()
    assert manager.get(f"/api/v1/jobs/{job.pk}/").json()["owner"] is None
