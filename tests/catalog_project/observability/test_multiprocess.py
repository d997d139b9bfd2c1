import os
import stat
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured
from prometheus_client import CollectorRegistry, Counter, Gauge, values
from prometheus_client.multiprocess import MultiProcessCollector

from catalog_project.observability import multiprocess

VARIABLE = "PROMETHEUS_MULTIPROC_DIR"


@pytest.fixture(autouse=True)
def _as_a_fresh_process(monkeypatch, tmp_path):
    """A process that has prepared nothing yet, and forgets what it prepares."""
    monkeypatch.setattr(multiprocess, "SHARED_MEMORY", tmp_path)
    monkeypatch.setattr(values, "ValueClass", values.ValueClass)
    monkeypatch.setattr(multiprocess._process, "slot", "parent")
    # Set first, so that leaving the test takes back what the code under test sets.
    monkeypatch.setenv(VARIABLE, "")
    monkeypatch.delenv("GUNICORN_PID", raising=False)
    multiprocess.prepare_directory.cache_clear()
    yield
    multiprocess.prepare_directory.cache_clear()


def total(name: str) -> float | None:
    registry = CollectorRegistry()
    MultiProcessCollector(registry)
    return registry.get_sample_value(name)


def test_a_server_gets_a_private_directory_of_its_own(tmp_path) -> None:
    directory = multiprocess.prepare_directory()
    assert directory.parent == tmp_path
    assert stat.S_IMODE(directory.stat().st_mode) == 0o700
    assert os.environ[VARIABLE] == str(directory)


def test_without_shared_memory_the_directory_is_a_temporary_one(monkeypatch, tmp_path) -> None:
    monkeypatch.setattr(multiprocess, "SHARED_MEMORY", tmp_path / "missing")
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    assert multiprocess.prepare_directory().parent == tmp_path


def test_a_named_directory_is_emptied_of_old_metrics_and_of_nothing_else(monkeypatch, tmp_path) -> None:
    for name in ("counter_7.db", "notes.txt"):
        (tmp_path / name).touch()
    monkeypatch.setenv(VARIABLE, str(tmp_path))
    assert multiprocess.prepare_directory() == tmp_path
    assert [path.name for path in tmp_path.iterdir()] == ["notes.txt"]


def test_a_named_directory_is_made_where_it_is_missing(monkeypatch, tmp_path) -> None:
    monkeypatch.setenv(VARIABLE, str(tmp_path / "deep" / "metrics"))
    assert multiprocess.prepare_directory().is_dir()


def test_a_directory_that_cannot_be_had_is_refused_by_the_name_of_the_variable(monkeypatch, tmp_path) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv(VARIABLE, str(tmp_path / "file"))
    with pytest.raises(ImproperlyConfigured, match=VARIABLE):
        multiprocess.prepare_directory()


def test_a_directory_that_cannot_be_written_is_refused_by_the_name_of_the_variable(monkeypatch, tmp_path) -> None:
    monkeypatch.setenv(VARIABLE, str(tmp_path))
    monkeypatch.setattr(os, "access", lambda *_: False)
    with pytest.raises(ImproperlyConfigured, match=VARIABLE):
        multiprocess.prepare_directory()


def test_a_reload_keeps_what_was_counted() -> None:
    directory = multiprocess.prepare_directory()
    (directory / "counter_0.db").touch()
    assert multiprocess.prepare_directory() == directory
    assert (directory / "counter_0.db").exists()


def test_a_server_that_replaces_its_elder_leaves_the_elders_metrics_alone(monkeypatch, tmp_path) -> None:
    elders = tmp_path / "elder"
    elders.mkdir()
    (elders / "counter_0.db").touch()
    monkeypatch.setenv(VARIABLE, str(elders))
    monkeypatch.setenv("GUNICORN_PID", "1")
    assert multiprocess.prepare_directory() != elders
    assert (elders / "counter_0.db").exists()


def test_the_directory_goes_with_the_process_that_made_it(tmp_path) -> None:
    directory = multiprocess.prepare_directory()
    multiprocess._remove(directory, os.getpid() + 1)
    assert directory.exists()
    multiprocess._remove(directory, os.getpid())
    assert not directory.exists()


@pytest.mark.parametrize(("taken", "slot"), [([], "0"), (["0"], "1"), (["0", "2"], "1"), (["2", "1"], "0")])
def test_a_worker_takes_the_lowest_slot_that_nobody_holds(taken: list[str], slot: str) -> None:
    assert multiprocess.free_slot(taken) == slot


def test_counters_survive_a_worker_and_its_successor_counts_on() -> None:
    directory = multiprocess.prepare_directory()
    for _ in range(3):
        multiprocess.take_slot("0")
        Counter("sales", "Sales.", registry=None).inc(2)
        multiprocess.release_slot("0")
        # As if the worker had ended: the next one opens the files anew.
        values.ValueClass = values.MultiProcessValue(process_identifier=lambda: multiprocess._process.slot)
    assert total("sales_total") == 6
    assert len(list(directory.glob("counter_*.db"))) == 1


def test_counters_and_gauges_add_up_over_workers_until_one_is_gone() -> None:
    multiprocess.prepare_directory()
    sales = Counter("sales", "Sales.", registry=None)
    size = Gauge("size", "Size.", registry=None, multiprocess_mode="livesum")
    for slot in ("0", "1"):
        multiprocess.take_slot(slot)
        sales.inc()
        size.set(4)
    assert (total("sales_total"), total("size")) == (2, 8)
    multiprocess.release_slot("1")
    assert (total("sales_total"), total("size")) == (2, 4)


def test_what_is_made_before_the_fork_counts_in_the_slot_of_the_worker(tmp_path) -> None:
    directory = multiprocess.prepare_directory()
    sales = Counter("sales", "Sales.", registry=None)
    multiprocess.take_slot("5")
    sales.inc()
    assert Path(directory, "counter_5.db").exists()
