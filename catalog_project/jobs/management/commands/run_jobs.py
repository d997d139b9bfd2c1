"""`manage.py run_jobs`: the worker behind `/api/v1/jobs/`."""

import signal
import threading
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from catalog_project.garbage import collecting_seldom
from catalog_project.jobs.worker import work


class Command(BaseCommand):
    """Runs jobs, one after the other."""

    help = (
        "Run the jobs of imports and bulk writes. Several workers may run side by side on PostgreSQL; on SQLite one "
        "works and the others wait. SIGTERM lets the batch under way land and gives the job back. See docs/jobs.md."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """When to stop."""
        parser.add_argument("--until-empty", action="store_true", help="stop when no job is waiting or running")

    def handle(self, *args: Any, **options: Any) -> None:
        """Work until told to stop."""
        stop = threading.Event()
        usual = {number: signal.signal(number, lambda *_: stop.set()) for number in (signal.SIGTERM, signal.SIGINT)}
        try:
            with collecting_seldom():
                work(stop, until_empty=options["until_empty"])
        finally:
            for number, handler in usual.items():
                signal.signal(number, handler)
