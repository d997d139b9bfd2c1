"""Imports as jobs: batches that can be any run's first."""

import io
import threading
from typing import Any

import orjson
import pytest

from catalog_project.jobs.engine import run
from catalog_project.jobs.leases import claim
from catalog_project.jobs.models import Job
from catalog_project.jobs.services import create_job
from catalog_project.jobs.uploads import store
from products.exchange.jobs import CSV, KIND, NDJSON, ImportKind
from products.models import Product
from tests.factories.accounts import UserFactory

pytestmark = pytest.mark.django_db
SHOP = (
    '[source]\nformat = "ndjson"\ngroup = "handle"\n[product]\nexternal_id = "handle"\nname = "handle"\n'
    '[variants]\neach = { row = "rows" }\nsku = "row.sku"\n'
)


@pytest.fixture(autouse=True)
def _folders(settings: Any, tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.UPLOAD_DIR = settings.MAPPING_DIR = tmp_path
    (tmp_path / "shop.toml").write_text(SHOP)
    monkeypatch.setattr("products.exchange.records.BATCH_RECORDS", 2)


def queue(body: bytes, **options: Any) -> Job:
    given = {"format": NDJSON, "mapping": None, "create_missing": False, **options}
    return create_job(by=UserFactory(role="catalog_manager"), kind=KIND, upload=store([body]), options=given)


def run_batch_by_batch() -> Job:
    """Each batch by another worker."""
    stop, runs = threading.Event(), 0
    stop.set()
    while job := claim():
        run(job, stop)
        runs += 1
        assert runs < 20
    assert runs > 2
    return Job.objects.get()


def test_ndjson_lands_the_same_whoever_goes_on_with_it() -> None:
    records = [{"name": f"P{number}", "external_id": f"{number % 5}"} for number in range(7)]
    queue(b"\n".join([*map(orjson.dumps, records), b"{", b"5"]))
    job = run_batch_by_batch()
    assert (job.status, job.total, job.succeeded, job.failed) == ("succeeded", 9, 7, 2)
    assert job.summary == {"created": 5, "changed": 2, "unchanged": 0, "failed": 2}
    assert [failure.number for failure in job.failures.order_by("pk")] == [8, 9]


def test_csv_lands_the_same_whoever_goes_on_with_it_and_the_media_type_decides_what_it_is() -> None:
    rows = b"handle,sku\n1,A\n1,B\n1\n1,C\n2,D\n3,E\n3\n4,F\n4,G\n5,H\n"
    queue(rows, format=CSV, mapping="shop")
    job = run_batch_by_batch()
    assert (job.status, job.total, job.succeeded, job.failed) == ("succeeded", 7, 5, 2)
    skus = {product.external_id: product.variants.count() for product in Product.objects.all()}
    assert skus == {"1": 3, "2": 1, "3": 1, "4": 2, "5": 1}
    assert [failure.number for failure in job.failures.order_by("number")] == [4, 8]


@pytest.mark.parametrize(
    ("body", "mapping", "expected"),
    [
        (b"sku,sku\n", "shop", "The upload: line 1: two columns are named 'sku'."),
        (b"handle\n1\n", "gone", "No such file"),
        (b"sku\n1\n", "shop", "there is no column 'handle'"),
        (b"sku\n1\n", None, "CSV needs a mapping"),
    ],
)
def test_a_file_that_cannot_be_read_at_all_is_a_failed_job(body: bytes, mapping: str | None, expected: str) -> None:
    queue(body, format=CSV, mapping=mapping)
    run(claim(), threading.Event())
    job = Job.objects.get()
    assert job.status == "failed"
    assert expected in job.error


def test_the_number_of_records_is_known_before() -> None:
    kind = ImportKind(queue(b""))
    assert kind.count(io.BufferedReader(io.BytesIO(b'\n{"a": 1}\r\n \n{\n5'))) == 3
