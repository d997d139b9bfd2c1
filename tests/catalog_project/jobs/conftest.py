"""Uploads in a folder of the test's own, and a kind of job that is about nothing but itself."""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import IO, Any

import pytest
from django.contrib.auth.models import Group
from rest_framework.test import APIClient

from accounts.models import User
from catalog_project.jobs.kinds import Batch, Failure, JobRefused, Landed
from catalog_project.jobs.models import Job
from catalog_project.jobs.positions import Position
from catalog_project.jobs.services import create_job
from catalog_project.jobs.uploads import store
from tests.factories.accounts import UserFactory

BATCH = 3


class Groups:
    """Makes a group of each line, three a batch. `bad…` fails, `refuse…` ends the job, `trouble…` is nobody's fault."""

    def __init__(self, job: Job) -> None:
        self.job = job

    def count(self, file: IO[bytes]) -> int:
        return sum(1 for _ in file)

    def batches(self, file: IO[bytes], start: Position) -> Iterator[Batch]:
        file.seek(start.offset)
        offset, line = start
        items: list[tuple[int, str]] = []
        for text in file:
            offset, line = offset + len(text), line + 1
            items.append((line, text.decode().strip()))
            if len(items) == BATCH:
                yield Batch(items, Position(offset, line))
                items = []
        if items:
            yield Batch(items, Position(offset, line))

    def land(self, items: Sequence[tuple[int, str]]) -> Landed:
        bad = [number for number, name in items if name.startswith("bad")]
        good = [name for _, name in items if not name.startswith("bad")]
        Group.objects.bulk_create(Group(name=name) for name in good)
        failures = [Failure(number, b'{"line":%d}' % number) for number in bad]
        if any(name.startswith("refuse") for name in good):
            raise JobRefused("This will not do.", failures=failures)
        if any(name.startswith("trouble") for name in good):
            raise OSError("secret")
        return Landed(failures, {"made": len(good)})


@pytest.fixture(autouse=True)
def _jobs_of_the_test(settings: Any, tmp_path: Path) -> None:
    settings.UPLOAD_DIR = tmp_path / "uploads"
    settings.JOB_KINDS = {**settings.JOB_KINDS, "groups": f"{__name__}.Groups"}


@pytest.fixture
def anna(db: None) -> User:
    return UserFactory(username="anna")


@pytest.fixture
def as_anna(anna: User) -> APIClient:
    return client_of(anna)


def client_of(user: User) -> APIClient:
    client = APIClient()
    client.force_authenticate(user)
    return client


@pytest.fixture
def queued(anna: User) -> Callable[..., Job]:
    """Queues a job of Anna's over lines."""

    def queue(*lines: str, **options: Any) -> Job:
        upload = store([f"{line}\n".encode() for line in lines])
        return create_job(by=options.pop("by", anna), kind="groups", upload=upload, options={}, **options)

    return queue


def names() -> list[str]:
    """The groups made, in order."""
    return list(Group.objects.exclude(name__startswith="catalog_").order_by("pk").values_list("name", flat=True))
