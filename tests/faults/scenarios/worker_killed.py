"""One worker is killed under load, as the kernel does when memory runs out."""

import os
import signal
import time
from collections.abc import Iterator

from tests.faults.findings import Finding, Pace, ledger
from tests.faults.stand import THREADS, Stand
from tests.faults.traffic import Traffic, summary

FAULT = "kill -9 one worker"


def run(stand: Stand, pace: Pace) -> Iterator[Finding]:
    """Kill one of two."""
    with stand.serving() as web:
        traffic = Traffic(stand)
        with traffic.flowing():
            time.sleep(pace.calm)
            before = web.children
            os.kill(before[0], signal.SIGKILL)
            killed = time.monotonic()
            while set(web.children) <= set(before) and time.monotonic() < killed + 20:
                time.sleep(0.02)
            replaced = time.monotonic() - killed
            time.sleep(pace.calm)
        lost = [one for one in traffic.sent if not one.is_right]
        errors = [one for one in lost if isinstance(one.outcome, int)]
        yield Finding(
            FAULT,
            f"at most {THREADS} requests lost, no 5xx, replaced in 3 s",
            f"{len(lost)} of {len(traffic.sent)} lost ({summary(lost)}), replaced in {replaced:.1f} s",
            len(lost) <= THREADS and not errors and replaced <= 3,
        )
        yield ledger(FAULT, traffic)
