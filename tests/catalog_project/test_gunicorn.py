"""The service as production runs it: gunicorn with gunicorn.conf.py, two workers, PostgreSQL through the pool."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from urllib.request import Request, urlopen

import pytest
from django.db import connection
from prometheus_client import CollectorRegistry
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.parser import text_string_to_metric_families

ROOT = Path(__file__).resolve().parents[2]
WORKERS, THREADS = 2, 4
PATIENCE_SECONDS = 20
CLIENT = f"catalog-test-{os.getpid()}"

pytestmark = [pytest.mark.postgres, pytest.mark.django_db]


@dataclass
class Server:
    """A running gunicorn, its address, the file with its log and the directory with its metrics."""

    process: subprocess.Popen[bytes]
    url: str
    log: Path
    metrics: Path

    def get(self, path: str) -> bytes:
        with urlopen(Request(self.url + path, headers={"X-Request-ID": "test"}), timeout=10) as response:
            return bytes(response.read())

    def value(self, name: str, **labels: str) -> float:
        """One number of /metrics; 0 where it is missing."""
        families = text_string_to_metric_families(self.get("/metrics").decode())
        samples = (sample for family in families for sample in family.samples)
        return next((each.value for each in samples if each.name == name and each.labels == labels), 0.0)

    def served(self) -> float:
        return self.value("django_http_responses_total_by_status_view_method_total", **ROUTE)

    def workers(self) -> set[int]:
        """The processes that serve requests."""
        booted = re.findall(r"Booting worker with pid: (\d+)", self.log.read_text())
        return {pid for pid in map(int, booted) if is_alive(pid)}

    def lines(self) -> list[dict[str, object]]:
        return [json.loads(line) for line in self.log.read_text().splitlines()]


PATH = "/api/v1/products/"
ROUTE = {"view": PATH, "method": "GET", "status": "200"}


@pytest.fixture
def server(tmp_path) -> Iterator[Server]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    log, metrics = tmp_path / "log", tmp_path / "metrics"
    command = [sys.executable, "-m", "gunicorn", "--bind", f"127.0.0.1:{port}", "catalog_project.wsgi:application"]
    with log.open("wb") as stream:
        process = subprocess.Popen(command, cwd=ROOT, env=environment(metrics), stderr=stream)
    started = Server(process, f"http://127.0.0.1:{port}", log, metrics)
    try:
        until(lambda: answers(started))
        yield started
    finally:
        process.kill()
        process.wait()


def environment(metrics: Path) -> dict[str, str]:
    """This run's own database, under the settings of production."""
    found = connection.get_connection_params()
    address = f"{found.get('host', 'localhost')}:{found.get('port', 5432)}"
    credentials = f"{found.get('user', '')}:{found.get('password', '')}"
    return os.environ | {
        "DATABASE_URL": f"postgres://{credentials}@{address}/{found['dbname']}?application_name={CLIENT}",
        "DB_POOL_MAX": str(THREADS),
        "LOG_LEVEL": "DEBUG",
        "METRICS_TOKEN": "",
        "PROMETHEUS_MULTIPROC_DIR": str(metrics),
        "READ_CACHE": "off",  # every read then takes a connection from the pool
        "WEB_CONCURRENCY": str(WORKERS),
        "WEB_THREADS": str(THREADS),
    }


def is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def answers(server: Server) -> bool:
    assert server.process.poll() is None, server.log.read_text()
    try:
        return len(server.workers()) == WORKERS and bool(server.get("/livez"))
    except OSError:
        return False


def until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.1)


def drive(server: Server, requests: int) -> None:
    with ThreadPoolExecutor(WORKERS * THREADS) as clients:
        list(clients.map(server.get, [PATH] * requests))


def drive_all_workers(server: Server) -> int:
    """Send requests until each worker has served some and so opened its pool; returns how many that took."""
    sent = 0
    while server.value("catalog_database_pool_max") < WORKERS * THREADS:
        assert sent < 5000, "one worker gets no requests"
        drive(server, 100)
        sent += 100
        time.sleep(1.1)  # workers publish their pools every second
    return sent


def connections_held() -> int:
    """As PostgreSQL sees it. Its view of the others stands still within a transaction unless told otherwise."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_stat_clear_snapshot()")
        cursor.execute("SELECT count(*) FROM pg_stat_activity WHERE application_name = %s", [CLIENT])
        return int(cursor.fetchone()[0])


def stop(server: Server, sent: signal.Signals, *, worker: int | None = None) -> None:
    os.kill(worker or server.process.pid, sent)


def test_metrics_add_up_over_the_workers(server: Server) -> None:
    sent = drive_all_workers(server)
    drive(server, 200)
    until(lambda: server.served() == sent + 200)
    assert server.value("catalog_database_pool_requests_total") >= sent


def test_the_pools_of_all_workers_are_shown(server: Server) -> None:
    drive_all_workers(server)
    until(lambda: server.value("catalog_database_pool_available") == server.value("catalog_database_pool_size"))
    assert WORKERS <= server.value("catalog_database_pool_size") <= server.value("catalog_database_pool_max")
    assert server.value("catalog_database_pool_waiting") == 0


def test_counters_outlive_a_worker_and_its_pool_does_not(server: Server) -> None:
    sent = drive_all_workers(server)
    until(lambda: server.served() == sent)
    victim = min(server.workers())
    stop(server, signal.SIGKILL, worker=victim)
    until(lambda: victim not in server.workers() and len(server.workers()) == WORKERS)
    sent += drive_all_workers(server)
    assert server.value("catalog_database_pool_max") == WORKERS * THREADS
    until(lambda: server.served() == sent)


def test_workers_come_and_go_without_leaving_files_behind(server: Server) -> None:
    for _ in range(3):
        before = server.workers()
        stop(server, signal.SIGHUP)
        until(lambda: len(server.workers()) == WORKERS and not server.workers() & before)  # noqa: B023
    drive(server, 50)
    until(lambda: server.served() == 50)
    # While workers change over, each new one holds a slot beside the old one's.
    assert len(list(server.metrics.glob("counter_[0-9]*.db"))) <= 2 * WORKERS


def test_a_server_that_stops_gives_its_connections_back(server: Server) -> None:
    drive_all_workers(server)
    assert connections_held() >= WORKERS
    stop(server, signal.SIGTERM)
    assert server.process.wait(PATIENCE_SECONDS) == 0
    until(lambda: connections_held() == 0)


def test_a_server_that_stops_publishes_its_last_second(server: Server) -> None:
    drive(server, 100)
    stop(server, signal.SIGTERM)
    server.process.wait(PATIENCE_SECONDS)
    left = CollectorRegistry()
    MultiProcessCollector(left, path=str(server.metrics))
    assert left.get_sample_value("catalog_database_pool_requests_total") >= 100


def test_every_line_of_the_log_is_json_and_each_request_has_one(server: Server) -> None:
    drive(server, 20)
    lines = server.lines()
    assert len([line for line in lines if line["logger"] == "catalog.access" and line["route"] == ROUTE["view"]]) == 20
    assert "gunicorn.access" not in {line["logger"] for line in lines}


def test_a_missing_secret_stops_the_start_with_one_sentence(tmp_path) -> None:
    found = environment(tmp_path) | {"SECRET_KEY": ""}
    command = [sys.executable, "-m", "gunicorn", "catalog_project.wsgi:application"]
    refused = subprocess.run(command, cwd=ROOT, env=found, capture_output=True, text=True, timeout=60, check=False)
    assert refused.returncode == 1
    assert refused.stderr.startswith("catalog: SECRET_KEY is missing")
    assert len(refused.stderr.splitlines()) == 1
