"""PostgreSQL is gone for a while, or stands still without closing a connection."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from tests.faults.findings import Finding, Pace, ledger
from tests.faults.stand import Stand
from tests.faults.traffic import ANONYMOUS, Sent, Traffic, summary

SETTLE_SECONDS = 5.0


def run(stand: Stand, pace: Pace) -> Iterator[Finding]:
    """Stop it, then freeze it."""
    yield from _away(stand, pace, "stopped", stand.postgres.stop, stand.postgres.start, patience=3.0)
    yield from _away(stand, pace, "frozen", stand.postgres.freeze, stand.postgres.thaw, patience=4.5)


def _away(
    stand: Stand, pace: Pace, how: str, leave: Callable[[], object], come: Callable[[], object], *, patience: float
) -> Iterator[Finding]:
    fault = f"PostgreSQL {how} {pace.stopped:.0f} s"
    with stand.serving():
        traffic = Traffic(stand)
        # The others spend an outage waiting; these read on.
        readers = Traffic(stand, mix=[ANONYMOUS])
        with traffic.flowing(), readers.flowing(), _watching(stand) as seen:
            time.sleep(pace.calm + 1)
            leave()
            left = time.monotonic()
            time.sleep(pace.stopped)
            came = time.monotonic()
            come()
            back = time.monotonic()
            time.sleep(SETTLE_SECONDS + pace.calm)
        during = traffic.between(left, came - patience)
        yield _reads(fault, [*during, *readers.between(left, came - patience)])
        yield _rest(fault, during, patience)
        yield _probes(fault, seen, left, came)
        settled = back + SETTLE_SECONDS
        after = [*traffic.between(settled), *readers.between(settled)]
        late = [one for one in after if not one.is_right or one.is_stale]
        yield Finding(
            f"{fault}: after it is back",
            f"normal within {SETTLE_SECONDS:.0f} s",
            f"{len(late)} not right after that ({summary(late)})",
            not late,
        )
        yield ledger(fault, traffic)


def _reads(fault: str, sent: list[Sent]) -> Finding:
    reads = [one for one in sent if one.kind == ANONYMOUS]
    unread = [one for one in reads if one.outcome != 200]
    return Finding(
        f"{fault}: anonymous reads of the last 60 s",
        "all 200",
        f"{len(reads) - len(unread)} of {len(reads)} x 200 ({sum(one.is_stale for one in reads)} marked stale), "
        f"other: {summary(unread)}",
        bool(reads) and not unread,
    )


def _rest(fault: str, sent: list[Sent], patience: float) -> Finding:
    rest = [one for one in sent if one.kind != ANONYMOUS]
    odd = [one for one in rest if one.outcome != 503 or not one.retry_after]
    slowest = max((one.seconds for one in rest), default=0.0)
    return Finding(
        f"{fault}: the rest",
        f"503 in at most {patience:g} s",
        f"{len(rest)} answers, slowest {slowest:.1f} s, other than 503: {summary(odd)}",
        not odd and slowest <= patience,
    )


Seen = list[tuple[float, float, str, int | str]]


@contextmanager
def _watching(stand: Stand) -> Iterator[Seen]:
    """Ask /livez and /readyz again and again, as an orchestrator does."""
    seen: Seen = []
    over = threading.Event()

    def watch(path: str) -> None:
        while not over.wait(0.25):
            begin = time.monotonic()
            status = stand.status(path, timeout=8)
            seen.append((begin, time.monotonic() - begin, path, status))

    threads = [threading.Thread(target=watch, args=[path]) for path in ("/livez", "/readyz")]
    for thread in threads:
        thread.start()
    try:
        yield seen
    finally:
        over.set()
        for thread in threads:
            thread.join()


def _probes(fault: str, seen: Seen, left: float, came: float) -> Finding:
    alive = [status for at, _, path, status in seen if path == "/livez" and left <= at < came]
    # One that was asked just before may be the first to learn of it.
    said_no = [
        at + took - left for at, took, path, status in seen if path == "/readyz" and status == 503 and at + took > left
    ]
    slowest = max(took for at, took, *_ in seen)
    first = min(said_no, default=float("inf"))
    return Finding(
        f"{fault}: probes",
        "livez 200, readyz 503 within 5 s",
        f"livez {alive.count(200)} of {len(alive)} x 200, readyz 503 after {first:.1f} s, slowest {slowest:.1f} s",
        alive.count(200) == len(alive) and first <= 5,
    )
