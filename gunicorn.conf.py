"""How gunicorn runs the catalog: `gunicorn catalog_project.wsgi:application`, which reads this file by itself.

Flags on the command line win over it. Containers pass `--bind 0.0.0.0:8000`.
"""

import sys
from importlib import import_module
from pathlib import Path
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from gunicorn.arbiter import Arbiter
from gunicorn.glogging import Logger
from gunicorn.http.message import Request
from gunicorn.workers.base import Worker

from catalog_project import draining, garbage
from catalog_project.observability import multiprocess
from catalog_project.postgresql import patience

try:
    from catalog_project import settings
    from catalog_project.settings.logging import LOGGING

    # Before the application is loaded: its metrics are made there.
    multiprocess.prepare_directory()
except ImproperlyConfigured as error:
    sys.exit(f"catalog: {error}")

from catalog_project.observability import pool  # makes metrics, which need their directory
from catalog_project.observability.logs import unquoted


class ServerLog(Logger):  # type: ignore[misc]  # published without types
    """gunicorn's own messages only: the application logs each request, with its route and its user."""

    def warning(self, msg: str, *args: Any, **options: Any) -> None:
        """Tell of refused requests without quoting them."""
        super().warning("%s", unquoted(msg % args if args else msg), **options)

    def debug(self, msg: str, *args: Any, **options: Any) -> None:
        """Tell of requests that broke off without quoting them."""
        super().debug("%s", unquoted(msg % args if args else msg), **options)

    def access(self, *args: Any) -> None:
        """Write nothing, and spare the work of describing the request."""


# --- Workers ---------------------------------------------------------------------------------------------------
# Threads wait for the database side by side, and idle keep-alive connections cost none of them. gunicorn's own worker
# with threads, which refuses from its loop.
worker_class = "catalog_project.worker.Worker"
workers = settings.WEB_CONCURRENCY
# Made when they are needed: one for each request at work and each that waits its turn (catalog_project.admission), and
# some that answer probes and refuse the rest meanwhile.
threads = settings.WEB_THREADS + settings.WEB_WAITING + 8
# Loaded once, before the fork: workers share its memory, a recycled one is back at once, and a faulty
# configuration stops the start instead of every worker. New code therefore takes a restart, not a reload.
preload_app = True
# Bounds what a slow leak can take. High and scattered, so that recycling is rare and never hits all at once.
max_requests = 100_000
max_requests_jitter = 20_000
# Of a worker whose main loop is silent, not of a request: threads do not hold up the loop.
timeout = 30
# For requests under way when the server stops. With the seconds of draining before it, this stays below the 30 that
# orchestrators allow; whoever allows less (Docker: 10) cuts requests off.
graceful_timeout = 20
# The heartbeat of a worker is a file: on a disk that stalls it would look dead.
if Path("/dev/shm").is_dir():  # noqa: S108  # gunicorn makes an unnamed file in it
    worker_tmp_dir = "/dev/shm"  # noqa: S108  # as above

# --- Connections -----------------------------------------------------------------------------------------------
# This machine only, unless the command line says otherwise: nothing is public by accident.
bind = "127.0.0.1:8000"
# Longer than load balancers keep an idle connection (commonly 60 s), so that it is never us who closes one just as
# a request comes down it.
keepalive = 75
# A list with a hundred ids, a cursor and a dozen attributes fits; beyond that it is 414.
limit_request_line = 8190
# Clients send a dozen; each one costs parsing before anything is known of the request.
limit_request_fields = 64
# Bytes of one header, its name included: a token of 8 KB is no good, but that is for us to say (401, not 431).
limit_request_field_size = 8_300
# No peer may set the scheme or the script name. Behind TLS Django reads X-Forwarded-Proto, by the BEHIND_TLS setting.
forwarded_allow_ips = ""
# A socket on which gunicorn takes commands, at a path that all services of one user share.
control_socket_disable = True

# --- Logs ------------------------------------------------------------------------------------------------------
logger_class = ServerLog
logconfig_dict = LOGGING


def on_starting(_server: Arbiter) -> None:
    """Load the views as well, which Django leaves to the first request of each worker."""
    import_module(settings.ROOT_URLCONF)
    import_module("catalog_project.server").answer_refusals_as_problems()


def when_ready(server: Arbiter) -> None:
    """Drain before the end."""
    draining.before_the_end(server, settings.DRAIN_SECONDS)


# --- Metrics: a numbered slot for each worker ------------------------------------------------------------------
# Their directory is a private one in memory, or the one that PROMETHEUS_MULTIPROC_DIR names, emptied at the start.
def pre_fork(server: Arbiter, worker: Worker) -> None:
    """Find the new worker a slot, in the parent, which knows who lives."""
    worker.slot = multiprocess.free_slot(sibling.slot for sibling in server.WORKERS.values())


def pre_request(_worker: Worker, request: Request) -> None:
    """Look at the head of each request, in the worker."""
    import_module("catalog_project.server").check_head(request)


def post_fork(_server: Arbiter, worker: Worker) -> None:
    """Count in that slot, in the worker, and wait for the database as requests do."""
    multiprocess.take_slot(worker.slot)
    patience.serve_requests()


def post_worker_init(_worker: Worker) -> None:
    """Watch the database pool and set the interpreter up, in the worker, once the application is loaded."""
    pool.start_sampling()
    garbage.collect_seldom()
    # The loop, which refuses what is too much, must not wait long for threads that compute. Python's own is 5 ms.
    sys.setswitchinterval(0.0005)


def worker_exit(_server: Arbiter, _worker: Worker) -> None:
    """Publish the last numbers and close the pool, in the worker, when its requests are done."""
    import_module("catalog_project.observability.metrics").flush()
    pool.finish_sampling()


def child_exit(_server: Arbiter, worker: Worker) -> None:
    """Drop the gauges of a worker that is gone, in the parent."""
    multiprocess.release_slot(worker.slot)
