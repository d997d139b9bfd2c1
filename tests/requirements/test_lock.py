"""The lock files follow their sources, and name nothing but packages."""

import re
import shutil
from pathlib import Path

import pytest

from requirements import lock

SOURCES = ["base.in", "dev.in", "bench.in"]
LOCKS = ["base.txt", "dev.txt", "bench.txt"]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in SOURCES + LOCKS:
        shutil.copy(lock.HERE / name, tmp_path)
    monkeypatch.setattr(lock, "HERE", tmp_path)
    return tmp_path


def test_the_locks_are_in_step() -> None:
    assert lock.main(["--check"]) == 0


def test_a_changed_bound_is_out_of_step(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    source = folder / "dev.in"
    source.write_text(source.read_text().replace("pytest-xdist>=3.8 ", "pytest-xdist>=3.7 "))

    assert lock.main(["--check"]) == 1
    assert capsys.readouterr().err == (
        "requirements/dev.txt is older than base.in or dev.in: run `make lock`\n"
        "requirements/bench.txt is older than base.in or dev.in or bench.in: run `make lock`\n"
    )


def test_what_serves_is_part_of_what_tests(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with (folder / "base.in").open("a") as source:
        source.write("one-more-package\n")

    assert lock.main(["--check"]) == 1
    assert re.findall(r"requirements/(\w+\.txt)", capsys.readouterr().err) == LOCKS


def test_a_reworded_reason_stays_in_step(folder: Path) -> None:
    source = folder / "base.in"
    source.write_text(re.sub(r"#.*", "# other words", source.read_text()))

    assert lock.main(["--check"]) == 0


@pytest.mark.parametrize("name", LOCKS)
def test_a_lock_names_packages_and_hashes_alone(name: str) -> None:
    lines = [line for line in (lock.HERE / name).read_text().splitlines() if not line.lstrip().startswith("#")]
    assert not [
        line for line in lines if not re.match(r"[a-z0-9-]+==[\w.]+( ;.*)? \\$|    --hash=sha256:[0-9a-f]{64}", line)
    ]


@pytest.mark.parametrize("name", SOURCES)
def test_every_dependency_carries_its_reason(name: str) -> None:
    wanted = [line for line in (lock.HERE / name).read_text().splitlines() if line and line[0] not in "#-"]
    assert not [line for line in wanted if not re.fullmatch(r"\S+ +# .{10,}", line)]


def test_each_lock_holds_the_one_before_it() -> None:
    pins = [set(re.findall(r"^(\S+==\S+)", (lock.HERE / name).read_text(), re.MULTILINE)) for name in LOCKS]
    assert pins[0] < pins[1] < pins[2]
