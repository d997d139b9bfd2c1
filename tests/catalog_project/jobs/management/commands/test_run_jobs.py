"""`manage.py run_jobs`, in processes that are killed."""

import os
import random
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson
import pytest

from tests.catalog_project.jobs.workers import Yard, kill, wait_until, yard

pytestmark = pytest.mark.xdist_group("jobs")

COUNTS = """
import orjson
from django.db.models import Count, Max
from products.models import *
print(orjson.dumps({
    "products": Product.objects.count(), "variants": Variant.objects.count(), "prices": Price.objects.count(),
    "listings": Listing.objects.count(), "version": Product.objects.aggregate(Max("version"))["version__max"],
    "changes": list(
        Change.objects.order_by("entity").values_list("entity", "action", "version", "actor_name", "request_id")
        .annotate(Count("entity_id", distinct=True), Count("pk"))
    ),
}).decode())
"""

MOVED = """
import orjson
from django.db.models import Count
from catalog_project.jobs.models import JobFailure
from products.models import *
logged = Change.objects.filter(request_id="job-2").order_by("entity", "action").values_list("entity", "action")
variants = Variant.objects.order_by("stock", "version").values_list("stock", "version")
print(orjson.dumps({
    "brands": Brand.objects.count(), "variants": list(variants.annotate(Count("pk"))),
    "changes": list(logged.annotate(Count("entity_id", distinct=True), Count("pk"))),
    "failures": list(JobFailure.objects.filter(job=2).order_by("number").values_list("number", flat=True)),
}).decode())
"""


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Yard]:
    with yard(tmp_path) as made:
        yield made


def lines(count: int) -> Iterator[dict[str, Any]]:
    for number in range(count):
        variant = {"sku": f"S{number}", "stock": 1, "prices": {"USD": {"amount": "9.90"}}}
        yield {"external_id": f"{number}", "name": f"Product {number}", "variants": [variant]}


def kill_at_random(place: Yard, *, times: int, within: float, seed: int) -> None:
    """Start a worker and kill it at a random moment of its work, again and again."""
    chance = random.Random(seed)
    for _ in range(times):
        before = place.log().count("job taken") if (place.folder / "worker.log").exists() else 0
        worker = place.worker()
        wait_until(lambda before=before: place.log().count("job taken") > before)  # type: ignore[misc]
        time.sleep(chance.uniform(0, within))
        kill(worker)
        place.expire()


def assert_landed_once(place: Yard, count: int) -> None:
    """Every row is there, once, and was made in one go; the change log tells of just that."""
    job = place.job()
    assert (job["status"], job["total"], job["succeeded"], job["failed"]) == ("succeeded", count, count, 0), place.log()
    assert job["summary"] == {"created": count, "changed": 0, "unchanged": 0, "failed": 0}
    tables = dict.fromkeys(["products", "variants", "prices", "listings"], count)
    logged = [[entity, "create", 1, "anna", "job-1", count, count] for entity in ("product", "variant")]
    assert orjson.loads(place.shell(COUNTS)) == {**tables, "version": 1, "changes": logged}
    assert not list((place.folder / "uploads").glob("*.upload"))


def test_a_worker_that_is_killed_three_times_leaves_nothing_half_done_and_nothing_twice(place: Yard) -> None:
    place.import_lines(lines(4_000))
    kill_at_random(place, times=3, within=1.2, seed=1)
    place.run()
    assert_landed_once(place, 4_000)


def moves(rounds: int) -> Iterator[dict[str, Any]]:
    """In each round one item makes a brand, one moves a stock and one fails: done twice, each of them would show."""
    for number in range(rounds):
        yield {"op": "create", "resource": "brand", "data": {"name": f"Brand {number}"}}
        yield {"op": "set_stock", "resource": "variant", "ref": f"S{number}", "data": {"delta": 1}}
        yield {"op": "delete", "resource": "brand", "ref": "nobody"}


def test_a_bulk_job_whose_worker_is_killed_three_times_does_each_item_once(place: Yard) -> None:
    rounds = 1_200
    place.import_lines(lines(rounds))
    place.run()
    place.queue("bulk", moves(rounds), mode="per_item", format="ndjson")
    kill_at_random(place, times=3, within=0.3, seed=1)
    place.run()
    job = place.job()
    assert (job["status"], job["total"], job["succeeded"]) == ("succeeded", 3 * rounds, 2 * rounds), place.log()
    assert job["summary"] == {"created": rounds, "changed": rounds, "failed": rounds}
    assert orjson.loads(place.shell(MOVED)) == {
        "brands": rounds,
        "variants": [[2, 1, rounds]],
        "changes": [["brand", "create", rounds, rounds], ["variant", "update", rounds, rounds]],
        "failures": list(range(2, 3 * rounds, 3)),
    }


@pytest.mark.long
def test_a_worker_that_is_killed_at_twenty_points_of_100_000_rows_leaves_nothing_twice(place: Yard) -> None:
    place.import_lines(lines(100_000))
    kill_at_random(place, times=20, within=3, seed=int(os.environ.get("CATALOG_TEST_SEED", "1")))
    place.run()
    assert_landed_once(place, 100_000)


def test_a_killed_workers_job_is_taken_over_within_10_seconds(place: Yard) -> None:
    place.import_lines(lines(20_000))
    first = place.worker()
    wait_until(lambda: "job taken" in place.log())
    second = place.worker()
    wait_until(lambda: place.log().count("worker started") == 2)
    time.sleep(1)  # it has looked for work by then
    assert place.log().count("job taken") == 1
    kill(first)
    assert wait_until(lambda: place.log().count("job taken") == 2) < 10
    assert '"takeovers":1' in place.log()
    assert second.poll() is None


def test_sigterm_lets_the_batch_land_and_gives_the_job_back(place: Yard) -> None:
    place.import_lines(lines(8_000))
    worker = place.worker()
    wait_until(lambda: "job taken" in place.log())
    worker.terminate()
    assert worker.wait(timeout=10) == 0
    job = place.job()
    assert job["status"] == "queued"
    assert 0 < job["succeeded"] < 8_000
    assert job["takeovers"] == 0
    place.run()
    assert_landed_once(place, 8_000)
