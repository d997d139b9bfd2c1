"""The state of the database pool, published by every worker for whichever worker is asked for the metrics.

A thread samples it: a worker whose requests all wait for a connection ends none, and is the one we want to hear of.
"""

import threading

from django.db import DEFAULT_DB_ALIAS, connections
from prometheus_client import Counter, Gauge
from psycopg_pool import ConnectionPool

SAMPLE_SECONDS = 1.0


def _gauge(name: str, documentation: str) -> Gauge:
    # The sum over the workers that live: a dead worker holds no connection.
    return Gauge(f"catalog_database_pool_{name}", documentation, multiprocess_mode="livesum")


# By their names in `ConnectionPool.get_stats()`.
GAUGES = {
    "pool_max": _gauge("max", "Connections that the pools may hold at most."),
    "pool_size": _gauge("size", "Connections that the pools hold."),
    "pool_available": _gauge("available", "Connections that are idle in their pool."),
    "requests_waiting": _gauge("waiting", "Requests that wait for a connection now."),
}
COUNTERS = {
    "requests_num": Counter("catalog_database_pool_requests", "Connections asked for."),
    "requests_queued": Counter("catalog_database_pool_queued", "Connections that had to be waited for."),
    "requests_errors": Counter("catalog_database_pool_errors", "Connections that were not had, mostly in time."),
    "connections_lost": Counter("catalog_database_pool_connections_lost", "Connections found broken."),
}
WAIT_SECONDS = Counter("catalog_database_pool_wait_seconds", "Time spent waiting for a connection, in seconds.")


def sample_pool() -> None:
    """Publish this process' pool as it is now. Without a pool (SQLite) everything stays at 0."""
    pool = _open_pool()
    # Cumulative numbers since the last sample: the counters add them up.
    stats = pool.pop_stats() if pool else {}
    for name, gauge in GAUGES.items():
        gauge.set(stats.get(name, 0))
    for name, counter in COUNTERS.items():
        counter.inc(stats.get(name, 0))
    WAIT_SECONDS.inc(stats.get("requests_wait_ms", 0) / 1000)


def start_sampling() -> None:
    """Sample the pool every second for as long as the process lives."""
    threading.Thread(target=_sample_forever, name="pool-metrics", daemon=True).start()


def finish_sampling() -> None:
    """Publish what happened since the last sample, then give the connections back to the server in good order."""
    sample_pool()
    if pool := _open_pool():
        pool.close()


def _sample_forever() -> None:
    pause = threading.Event()
    while not pause.wait(SAMPLE_SECONDS):
        sample_pool()


def _open_pool() -> ConnectionPool | None:
    pool: ConnectionPool | None = getattr(connections[DEFAULT_DB_ALIAS], "pool", None)
    # One that nobody has asked for a connection yet already reports its future size.
    return pool if pool and not pool.closed else None
