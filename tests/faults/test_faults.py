"""A few faults in their short form: `make faults` has all of them, at their full length."""

import shutil

import pytest

from tests.benchmarks.servers import CannotStartError, postgres_program
from tests.faults.__main__ import run
from tests.faults.findings import SHORT, Finding

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("faults")]


def lacks() -> str:
    """Which server program is missing here; empty where none is."""
    try:
        postgres_program("postgres")
    except CannotStartError as error:
        return str(error)
    return "" if shutil.which("redis-server") else "redis-server is not installed"


@pytest.mark.skipif(bool(lacks()), reason=lacks())
@pytest.mark.parametrize("scenario", ["worker_killed", "postgres_restarted", "postgres_late", "stopped"])
def test_it_costs_no_more_than_it_may(scenario: str) -> None:
    # What it costs too much it costs again; a machine that was busy elsewhere for a moment does not.
    found = too_much(scenario)
    assert not found or not too_much(scenario), found


def too_much(scenario: str) -> list[Finding]:
    return [finding for finding in run([scenario], SHORT) if not finding.is_reached]
