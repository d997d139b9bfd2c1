"""Running jobs in tests."""

import threading

from catalog_project.jobs.engine import run
from catalog_project.jobs.leases import claim


def run_all() -> None:
    """Do what a worker does, inside the test's transaction, until nothing is due."""
    while job := claim():
        run(job, threading.Event())
