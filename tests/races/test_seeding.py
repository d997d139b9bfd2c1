"""Seeding by several processes, and seeding that is killed, give the catalog of one process left in peace."""

import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from products.exchange.seeding import BATCH
from tests.live import PATIENCE_SECONDS, ROOT
from tests.races.shelves import Shelf, shelf

PRODUCTS = 5 * BATCH - 100
SEED = ("seed_catalog", "--products", str(PRODUCTS))


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """What one process makes."""
    with shelf(tmp_path_factory.mktemp("undisturbed")) as alone:
        assert alone.manage(*SEED, "--workers", "1") == f"Added {PRODUCTS} products of seed 1.\n"
        return alone.exported()


@pytest.fixture
def catalog(tmp_path: Path) -> Iterator[Shelf]:
    with shelf(tmp_path) as made:
        yield made


def test_workers_make_the_catalog_that_one_process_makes(catalog: Shelf, undisturbed: list[str]) -> None:
    assert catalog.manage(*SEED, "--workers", "2") == f"Added {PRODUCTS} products of seed 1.\n"
    assert catalog.exported() == undisturbed


def test_two_runs_at_once_add_each_product_once(catalog: Shelf, undisturbed: list[str]) -> None:
    runs = [catalog.start(*SEED, "--workers", "2"), catalog.start(*SEED, "--workers", "1")]
    printed = [run.communicate(timeout=120)[0] for run in runs]
    assert [run.returncode for run in runs] == [0, 0]
    assert sum(int(text.split()[1]) for text in printed) == PRODUCTS
    assert catalog.exported() == undisturbed


@pytest.mark.parametrize("workers", ["1", "2"])
def test_a_run_that_is_killed_leaves_whole_batches_and_the_next_completes_them(
    catalog: Shelf, undisturbed: list[str], workers: str
) -> None:
    with catalog.start(*SEED, "--workers", workers) as run:
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not catalog.count():
            assert time.monotonic() < deadline
            time.sleep(0.02)
        run.kill()
    assert catalog.count() in range(BATCH, PRODUCTS, BATCH)
    # Workers may be landing a last batch: the next run waits for its end, and does not add it again.
    assert "were there already" in catalog.manage(*SEED, "--workers", workers)
    assert catalog.exported() == undisturbed
    assert catalog.manage(*SEED).startswith("Added 0 products")


@pytest.mark.postgres
def test_a_key_that_is_taken_ends_all_workers_and_whole_batches_stay(catalog: Shelf) -> None:
    catalog.manage("seed_catalog", "--products", "1")
    catalog.ask("UPDATE products_product SET external_id = 'mine' RETURNING 1")
    command = [sys.executable, "manage.py", *SEED, "--workers", "2"]
    done = subprocess.run(command, cwd=ROOT, env=catalog.environment, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "slug already exists" in done.stderr
    assert "Traceback" not in done.stderr
    added = catalog.count() - 1
    assert f"Stopped after {added} products" in done.stderr if added else "Nothing was added" in done.stderr
    assert added in range(0, PRODUCTS - BATCH, BATCH)
