"""Files that wait for a worker."""

import hashlib
import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from catalog_project.errors import DomainError
from catalog_project.jobs.models import Job
from catalog_project.jobs.uploads import ORPHAN_SECONDS, discard, folder, path_of, store, sweep

pytestmark = pytest.mark.django_db


def age(path: Path) -> None:
    seconds = path.stat().st_mtime - ORPHAN_SECONDS - 1
    os.utime(path, (seconds, seconds))


def test_a_stream_becomes_a_file_with_its_size_and_digest() -> None:
    upload = store([b"one", b"two"])
    assert path_of(upload.name).read_bytes() == b"onetwo"
    assert (upload.size, upload.sha256) == (6, hashlib.sha256(b"onetwo").hexdigest())


def test_nobody_else_on_the_machine_reads_them() -> None:
    store([b""])
    assert stat.S_IMODE(folder().stat().st_mode) == 0o700


def test_nothing_stays_of_a_stream_that_breaks_off() -> None:
    def stream() -> Iterator[bytes]:
        yield b"one"
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        store(stream())
    assert not list(folder().iterdir())


def test_a_disk_that_refuses_is_told_apart(settings, tmp_path) -> None:
    settings.UPLOAD_DIR = tmp_path / "file"
    settings.UPLOAD_DIR.write_text("")
    with pytest.raises(DomainError) as error:
        store([b"one"])
    assert error.value.error_code == "unavailable"


def test_what_is_gone_may_be_discarded() -> None:
    name = store([b"one"]).name
    discard(name)
    discard(name)


def test_old_files_of_no_unfinished_job_are_swept_away(queued) -> None:
    needed, done, young = queued("a"), queued("b"), store([b"young"])
    orphan, foreign = store([b"orphan"]), folder() / "worker.lock"
    foreign.write_text("")
    Job.objects.filter(pk=done.pk).update(status="succeeded")
    for path in (path_of(needed.upload), path_of(done.upload), path_of(orphan.name), foreign):
        age(path)
    assert sweep() == 2
    assert {path.name for path in folder().iterdir()} == {needed.upload, young.name, foreign.name}


def test_without_a_folder_there_is_nothing_to_sweep() -> None:
    assert sweep() == 0
