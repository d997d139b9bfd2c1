"""The benchmarks still run: all contestants come up, serve the same products and answer without an error."""

import shutil
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

from tests.benchmarks import report, servers

RIVALS = ("fastapi", "sqlalchemy", "asyncpg", "uvicorn", "uvloop", "httptools")
LIMIT_SECONDS = 300


def missing() -> str:
    """What a run needs and this machine lacks."""
    packages = [name for name in RIVALS if find_spec(name) is None]
    if packages:
        return f"{', '.join(packages)} not installed: requirements/bench.txt has what the benchmarks need"
    if not Path("/proc/self/stat").exists():
        return "processor time is read from /proc"
    if not shutil.which("redis-server"):
        return "redis-server is not installed"
    try:
        servers.postgres_program("initdb")
    except servers.CannotStartError as error:
        return str(error)
    return ""


@pytest.mark.skipif(bool(missing()), reason=missing())
def test_a_tiny_run_measures_all_contestants_without_an_error(tmp_path: Path) -> None:
    file = tmp_path / "benchmarks.md"
    file.write_text(f"The method.\n\n{report.BEGIN}\nan earlier run\n{report.END}\n\nThe end.\n")
    command = [sys.executable, "-m", "tests.benchmarks", "--smoke", "--write", str(file)]
    done = subprocess.run(command, cwd=servers.ROOT, capture_output=True, text=True, timeout=LIMIT_SECONDS, check=False)
    assert done.returncode == 0, done.stderr
    text = file.read_text()
    assert text.startswith("The method.")
    assert text.endswith("The end.\n")
    assert "an earlier run" not in text
    for name in ("catalog", "catalog, cold", "fastapi", "drf", "ceiling"):
        assert f"| {name} |" in text
    assert "`deep page` of catalog, 200" in text
    assert "## Writing" in text
    assert "| catalog, bulk of 1,000 |" in text
    assert "## Memory of a worker" in text
