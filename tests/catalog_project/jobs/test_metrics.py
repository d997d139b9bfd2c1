"""Jobs in the metrics."""

import pytest
from prometheus_client import REGISTRY

from catalog_project.jobs.metrics import sample_jobs
from catalog_project.jobs.models import Job
from tests.jobs import run_all

pytestmark = pytest.mark.django_db


def test_jobs_are_counted_by_kind_and_status_and_their_items_by_result(queued) -> None:
    queued("a", "bad")
    sample_jobs()
    assert count("catalog_jobs", status="queued") == 1
    run_all()
    queued("b")
    Job.objects.filter(status="queued").update(status="cancelled")
    sample_jobs()
    found = {status: count("catalog_jobs", status=status) for status in Job.Status.values}
    assert found == {"queued": 0, "running": 0, "succeeded": 1, "failed": 0, "cancelled": 1}
    assert [count("catalog_job_items", result=result) for result in ("succeeded", "failed")] == [1, 1]


def count(name: str, **labels: str) -> float | None:
    return REGISTRY.get_sample_value(name, {"kind": "groups", **labels})
