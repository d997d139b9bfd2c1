"""The service is stopped, reloaded and recycled under load, in good order."""

import signal
import threading
import time
from collections.abc import Iterator

from tests.faults.findings import Finding, Pace, ledger
from tests.faults.stand import WORKERS, Stand
from tests.faults.traffic import Traffic, summary

DRAIN_SECONDS = 3


def run(stand: Stand, pace: Pace) -> Iterator[Finding]:
    """SIGTERM to one of two instances, HUP, and workers that are replaced after some hundred requests."""
    yield from _terminated(stand, pace)
    yield from _reloaded(stand, pace)
    yield from _recycled(stand, pace)


def _terminated(stand: Stand, pace: Pace) -> Iterator[Finding]:
    """Clients obey readiness, as a load balancer would for them: from the first 503 of /readyz on they stay away."""
    with stand.serving(DRAIN_SECONDS=str(DRAIN_SECONDS)) as web:
        traffic = Traffic(stand)
        with traffic.flowing():
            time.sleep(pace.calm)
            web.send(signal.SIGTERM)
            told = time.monotonic()
            while stand.status("/readyz") == 200 and time.monotonic() < told + DRAIN_SECONDS:
                time.sleep(0.05)
            unready = time.monotonic() - told
            time.sleep(DRAIN_SECONDS / 2)
        served = len(traffic.between(told))
        assert web.process
        status = web.process.wait(60)
        took = time.monotonic() - told
        failed = [one for one in traffic.sent if not one.is_right]
        yield Finding(
            "SIGTERM under load",
            "0 failures, not ready at once, exit 0 after draining",
            f"{len(failed)} of {len(traffic.sent)} failed ({summary(failed)}), {served} served while draining, "
            f"not ready after {unready:.1f} s, exit {status} after {took:.1f} s",
            not failed and status == 0 and unready < 1 and took <= DRAIN_SECONDS + 20,
        )
    with stand.serving():
        yield ledger("SIGTERM under load", traffic)  # asked of the instance that runs now


def _reloaded(stand: Stand, pace: Pace) -> Iterator[Finding]:
    with stand.serving() as web:
        traffic = Traffic(stand)
        before = set(web.children)
        with traffic.flowing():
            time.sleep(pace.calm)
            web.send(signal.SIGHUP)
            deadline = time.monotonic() + 40
            while (
                len(set(web.children) - before) < WORKERS or before & set(web.children)
            ) and time.monotonic() < deadline:
                time.sleep(0.1)
            time.sleep(pace.calm)
        yield _nothing_lost("HUP under load", traffic, f"{len(set(web.children) - before)} new workers")
        yield ledger("HUP under load", traffic)


def _recycled(stand: Stand, pace: Pace) -> Iterator[Finding]:
    with stand.serving("--max-requests", "150", "--max-requests-jitter", "50") as web:
        traffic, seen = Traffic(stand), set[int]()
        over = threading.Event()

        def look() -> None:
            while not over.wait(0.1):
                seen.update(web.children)

        thread = threading.Thread(target=look)
        thread.start()
        with traffic.flowing():
            time.sleep(max(pace.calm * 4, 6))
        over.set()
        thread.join()
        yield _nothing_lost("max_requests under load", traffic, f"{len(seen)} workers took turns")
        yield ledger("max_requests under load", traffic)


def _nothing_lost(fault: str, traffic: Traffic, more: str) -> Finding:
    failed = [one for one in traffic.sent if not one.is_right]
    return Finding(
        fault, "0 failures", f"{len(failed)} of {len(traffic.sent)} failed ({summary(failed)}), {more}", not failed
    )
