"""Processor time belongs to a tree of processes, whoever in it has used it."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.benchmarks.accounting import cpu_seconds, descendants, memory

pytestmark = pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="processor time is read from /proc")

BURN = "import time\nwhile time.process_time() < 0.3: pass\n"


def parent_of(child: str) -> str:
    """A program that starts another one, waits for it, says so, and stays until its input ends."""
    return f"import subprocess, sys\nsubprocess.run([sys.executable, '-c', {child!r}])\nprint(1, flush=True)\ninput()"


@pytest.fixture
def parent() -> Iterator[int]:
    with subprocess.Popen(
        [sys.executable, "-c", parent_of(BURN)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        assert process.stdin
        assert process.stdout
        process.stdout.readline()
        yield process.pid
        process.stdin.close()


def test_the_time_of_a_dead_worker_still_counts(parent: int) -> None:
    assert descendants(parent) == []
    assert 0.25 <= cpu_seconds(parent) < 5


def test_the_time_of_a_living_worker_counts(parent: int) -> None:
    assert parent in descendants(os.getpid())
    assert cpu_seconds(os.getpid()) > cpu_seconds(parent)


def test_a_process_that_has_ended_has_no_time() -> None:
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    with pytest.raises(ProcessLookupError):
        cpu_seconds(process.pid)


def test_memory_is_in_megabytes() -> None:
    held = bytearray(b"x" * 50_000_000)
    assert memory(os.getpid()).resident > len(held) / 1e6
