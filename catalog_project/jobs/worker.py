"""The loop of a worker: takes one job after the other."""

import logging
import threading
import time

from django.db import close_old_connections

from catalog_project.jobs.engine import run
from catalog_project.jobs.leases import DATABASE_TROUBLE, POLL_SECONDS, claim, my_turn
from catalog_project.jobs.models import Job
from catalog_project.jobs.uploads import sweep

SWEEP_SECONDS = 300.0

logger = logging.getLogger(__name__)


def work(stop: threading.Event, *, until_empty: bool = False) -> None:
    """Run jobs until `stop` is set, or (`until_empty`) until none is waiting or running, with whichever worker."""
    logger.info("worker started")
    with my_turn(stop) as is_ours:
        if is_ours:
            _work(stop, until_empty=until_empty)


def _work(stop: threading.Event, *, until_empty: bool) -> None:
    swept_at = -SWEEP_SECONDS
    while not stop.is_set():
        try:
            if time.monotonic() - swept_at >= SWEEP_SECONDS:
                swept_at = time.monotonic()
                sweep()
            job = claim()
            if job:
                run(job, stop)
            elif until_empty and not Job.objects.unfinished().exists():
                return
            else:
                stop.wait(POLL_SECONDS)
        except DATABASE_TROUBLE:
            logger.warning("the database is not to be had", exc_info=True)
            stop.wait(1.0)
        finally:
            close_old_connections()
