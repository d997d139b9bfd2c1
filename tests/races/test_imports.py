"""Importing by several processes, and imports that are killed, give what one process gives that is left in peace."""

import json
import os
import signal
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from products.exchange.records import BATCH_RECORDS
from tests.benchmarks.accounting import descendants
from tests.live import PATIENCE_SECONDS
from tests.products.exchange import unruly
from tests.races.shelves import Shelf, shelf

pytestmark = pytest.mark.postgres

UNRULY = unruly.lines(1, BATCH_RECORDS + 300, products=300)
ORDERLY = [
    {"external_id": f"{n}", "name": f"Cup {n % 9}", "brand": f"brand-{n // 40}", "variants": [{"sku": f"S{n}"}]}
    for n in range(6 * BATCH_RECORDS)
]


@dataclass(frozen=True)
class Told:
    """What an import said, and what it left."""

    status: int
    counts: dict[str, int]
    reasons: list[str]
    rejected: str
    catalog: list[str]


@pytest.fixture
def catalog(tmp_path: Path) -> Iterator[Shelf]:
    with shelf(tmp_path) as made:
        yield made


def written(folder: Path, lines: list[Any]) -> str:
    path = folder / "lines.ndjson"
    path.write_text("".join(f"{json.dumps(line)}\n" for line in lines))
    return str(path)


def imported(catalog: Shelf, file: str, *options: str) -> Told:
    """Import a file to its end."""
    errors = catalog.folder / "errors.ndjson"
    run = begin(catalog, file, "--json", "--errors", str(errors), *options)
    said, reasons = run.communicate(timeout=240)
    place = reasons.replace(str(catalog.folder), "").splitlines()
    return Told(run.returncode, json.loads(said), place, errors.read_text(), catalog.exported())


def begin(catalog: Shelf, file: str, *options: str) -> subprocess.Popen[str]:
    return catalog.start("import_catalog", file, "--create-missing", *options, stderr=subprocess.PIPE)


def await_products(catalog: Shelf, run: subprocess.Popen[str]) -> None:
    """Wait until something has landed."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not catalog.count():
        assert run.poll() is None
        assert time.monotonic() < deadline
        time.sleep(0.02)


def workers_of(run: subprocess.Popen[str]) -> list[int]:
    """The processes that land batches; another one watches over what processes share."""
    found = descendants(run.pid)
    return [pid for pid in found if b"spawn_main" in Path(f"/proc/{pid}/cmdline").read_bytes()]


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """What one process makes of the orderly file."""
    folder = tmp_path_factory.mktemp("undisturbed")
    with shelf(folder) as alone:
        return imported(alone, written(folder, ORDERLY), "--workers", "1").catalog


def test_several_processes_say_and_leave_what_one_does(
    catalog: Shelf, tmp_path_factory: pytest.TempPathFactory
) -> None:
    file = written(catalog.folder, UNRULY)
    several = imported(catalog, file, "--workers", "3")
    folder = tmp_path_factory.mktemp("alone")
    with shelf(folder) as alone:
        file = written(folder, UNRULY)
        assert several == imported(alone, file, "--workers", "1")
    assert several.counts["failed"] > 50 < several.counts["changed"]


def test_a_run_that_is_killed_leaves_whole_batches_and_the_next_completes_them(
    catalog: Shelf, undisturbed: list[str]
) -> None:
    file = written(catalog.folder, ORDERLY)
    with begin(catalog, file, "--workers", "2") as run:
        await_products(catalog, run)
        run.kill()
    told = imported(catalog, file, "--workers", "2")
    assert (told.status, told.counts["failed"], told.catalog) == (0, 0, undisturbed)
    assert 0 < told.counts["unchanged"] < len(ORDERLY) == told.counts["unchanged"] + told.counts["created"]


def test_workers_that_are_killed_end_the_run_with_a_sentence(catalog: Shelf, undisturbed: list[str]) -> None:
    file = written(catalog.folder, ORDERLY)
    run = begin(catalog, file, "--workers", "2")
    await_products(catalog, run)
    for pid in workers_of(run):
        os.kill(pid, signal.SIGKILL)
    _, said = run.communicate(timeout=PATIENCE_SECONDS)
    assert run.returncode == 1
    assert "A worker process ended before its time after line " in said
    assert "run it again for the rest" in said
    assert "Traceback" not in said
    assert imported(catalog, file, "--workers", "2").catalog == undisturbed


def test_a_run_that_is_stopped_says_how_far_it_came(catalog: Shelf, undisturbed: list[str]) -> None:
    file = written(catalog.folder, ORDERLY)
    run = begin(catalog, file, "--workers", "2")
    await_products(catalog, run)
    for pid in (run.pid, *workers_of(run)):  # as a terminal does
        os.kill(pid, signal.SIGINT)
    _, said = run.communicate(timeout=PATIENCE_SECONDS)
    assert run.returncode == 1
    assert "stopped after line " in said
    assert "Traceback" not in said
    line = int(said.partition("after line ")[2].partition(";")[0])
    landed = catalog.ask(f"SELECT count(*) FROM products_product WHERE external_id::int < {line}")
    assert landed == line
    assert imported(catalog, file, "--workers", "2").catalog == undisturbed
