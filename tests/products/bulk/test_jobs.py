"""Bulk calls as jobs: portions that can be any run's first, and atomic ones as a whole."""

import threading
from pathlib import Path
from typing import Any

import orjson
import pytest
from django.contrib.auth.models import Group

from catalog_project.jobs.engine import run
from catalog_project.jobs.leases import claim
from catalog_project.jobs.models import Job
from catalog_project.jobs.services import create_job
from catalog_project.jobs.uploads import store
from products.bulk.jobs import KIND
from products.models import Brand, Category, Change, Variant
from tests.factories.accounts import UserFactory
from tests.factories.products import BrandFactory, VariantFactory
from tests.jobs import run_all
from tests.products.bulk.calling import item

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _small_portions(settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.UPLOAD_DIR = tmp_path
    monkeypatch.setattr("products.exchange.records.BATCH_RECORDS", 2)


def create(name: str) -> dict[str, Any]:
    return item("create", "brand", data={"name": name})


def queue(*items: Any, mode: str = "per_item", body_format: str = "ndjson", dry_run: bool = False) -> Job:
    lines = [each if isinstance(each, bytes) else orjson.dumps(each) for each in items]
    body = b"[" + b",".join(lines) + b"]" if body_format == "json" else b"\n\n".join(lines)
    options = {"mode": mode, "format": body_format}
    return create_job(
        by=UserFactory(role="catalog_manager"), kind=KIND, upload=store([body]), options=options, dry_run=dry_run
    )


def finished(job: Job) -> Job:
    run_all()
    job.refresh_from_db()
    return job


def failures(job: Job) -> list[Any]:
    return [orjson.loads(failure.body) for failure in job.failures.order_by("number")]


@pytest.mark.parametrize("body_format", ["ndjson", "json"])
def test_items_land_the_same_whoever_goes_on_with_them(body_format: str) -> None:
    VariantFactory(sku="A", stock=5)
    job = queue(
        create("Acme"),
        item("set_stock", "variant", "A", {"delta": -1}),
        create(""),
        item("update", "brand", "acme", {"name": "Acme Ltd"}),
        item("update", "brand", "acme", {"name": "Acme Ltd"}),
        item("set_stock", "variant", "A", {"delta": -9}),
        create("Gone"),
        item("delete", "brand", "gone"),
        body_format=body_format,
    )
    stop, runs = threading.Event(), 0
    stop.set()  # each portion by another worker
    while claimed := claim():
        run(claimed, stop)
        runs += 1
    job.refresh_from_db()
    assert runs >= 4
    assert (job.status, job.total, job.succeeded, job.failed) == ("succeeded", 8, 6, 2)
    assert job.summary == {"created": 2, "changed": 2, "unchanged": 1, "deleted": 1, "failed": 2}
    assert [brand.name for brand in Brand.objects.filter(slug="acme")] == ["Acme Ltd"]
    assert Variant.objects.get().stock == 4
    assert [(failure["index"], failure["status"]) for failure in failures(job)] == [(2, 400), (5, 409)]


def test_a_failed_item_is_kept_with_its_index_its_problem_and_itself() -> None:
    bad = create("")
    job = finished(queue(create("A"), b'{"op": ', bad, b"5"))
    broken, blank, number = failures(job)
    assert (broken["index"], broken["problem"]["code"], broken["text"]) == (1, "malformed", '{"op": ')
    assert broken["problem"]["detail"].startswith("Line 3 ")
    assert (blank["index"], blank["status"], blank["item"]) == (2, 400, bad)
    assert blank["problem"]["errors"][0]["pointer"] == "/data/name"
    assert (number["index"], number["item"], number["problem"]["code"]) == (3, 5, "invalid")
    assert blank.keys() == {"index", "status", "problem", "item"}


@pytest.mark.parametrize("body_format", ["ndjson", "json"])
def test_an_atomic_call_lands_as_a_whole(body_format: str) -> None:
    items = [create(f"B {number}") for number in range(5)]
    job = finished(queue(*items, mode="atomic", body_format=body_format))
    assert (job.status, job.succeeded, job.summary) == ("succeeded", 5, {"created": 5})


def test_one_failure_is_everybodys_in_an_atomic_call() -> None:
    items = [create("A"), create("B"), create(""), create("C"), item("delete", "brand", "no")]
    job = finished(queue(*items, mode="atomic"))
    assert (job.status, job.succeeded, job.failed) == ("failed", 0, 2)
    assert job.error == "Nothing was written: 2 of 5 items cannot be done."
    assert [failure["index"] for failure in failures(job)] == [2, 4]
    assert not Brand.objects.exists()
    assert not Change.objects.exists()


@pytest.mark.parametrize("mode", ["per_item", "atomic"])
def test_a_dry_run_counts_as_the_later_run_and_changes_nothing(mode: str) -> None:
    items = [create("A"), create("B"), item("update", "brand", "a", {"name": "C"})]
    items += [create("")] if mode == "per_item" else []
    rehearsed = finished(queue(*items, mode=mode, dry_run=True))
    assert not Brand.objects.exists()
    landed = finished(queue(*items, mode=mode))
    assert (rehearsed.status, rehearsed.summary, failures(rehearsed)) == (
        landed.status,
        landed.summary,
        failures(landed),
    )
    assert landed.summary["created"] == 2


@pytest.mark.parametrize("end", ["rights", "active", "gone"])
def test_a_job_without_an_entitled_owner_fails(end: str) -> None:
    job = queue(create("A"))
    if end == "rights":
        job.owner.groups.clear()
    elif end == "active":
        type(job.owner).objects.filter(pk=job.owner_id).update(is_active=False)
    else:
        job.owner.delete()
    assert finished(job).error == "Its owner may not write any more."
    assert not Brand.objects.exists()


def test_each_item_needs_its_own_right_when_it_runs() -> None:
    BrandFactory(slug="acme")
    job = queue(create("A"), item("delete", "brand", "acme"), item("create", "category", data={"name": "Bags"}))
    job.owner.groups.set([Group.objects.get(name="catalog_editor")])
    [failure] = failures(finished(job))
    assert (failure["index"], failure["problem"]["code"]) == (1, "permission_denied")
    assert Brand.objects.count() == 2
    assert Category.objects.count() == 1


def test_an_array_that_cannot_be_read_is_a_failed_job() -> None:
    job = finished(queue(b"5,", body_format="json"))
    assert (job.status, job.total) == ("failed", None)
    assert "not valid JSON" in job.error
