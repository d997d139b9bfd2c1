"""The products table is locked, as a careless migration does; then all connections are at work for long."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from tests.faults.findings import Finding, Pace
from tests.faults.stand import Stand
from tests.faults.traffic import percentile

CROWD = 50
PATIENCE = 4.0
QUICK = 0.2
OTHERS = ("/api/v1/brands/", "/livez", "/metrics")

Answer = tuple[float, int | str]


def run(stand: Stand, pace: Pace) -> Iterator[Finding]:
    """Lock, then crowd."""
    with stand.serving(READ_CACHE="off"):
        fault = f"products table locked {pace.stopped + 2:.0f} s"
        with stand.database() as connection, connection.transaction():
            connection.execute("LOCK TABLE products_product, products_listing IN ACCESS EXCLUSIVE MODE")
            with _crowd(stand, 8, "/api/v1/products/?page_size=2") as blocked, _probing(stand) as others:
                time.sleep(pace.stopped + 2)
        yield _refused(fault, blocked)
        yield _unmoved(fault, others)
        fault = f"all connections busy {pace.stopped:.0f} s with {CROWD} clients"
        with stand.database() as connection, connection.transaction():
            connection.execute("LOCK TABLE products_listing IN ACCESS EXCLUSIVE MODE")
            with (
                _crowd(stand, CROWD, "/api/v1/products/?page_size=3") as blocked,
                _probing(stand, OTHERS[1:]) as others,
            ):
                time.sleep(pace.stopped)
        yield _refused(fault, blocked)
        yield _unmoved(fault, others)


@contextmanager
def _crowd(stand: Stand, size: int, path: str) -> Iterator[list[Answer]]:
    """So many clients that ask for one address again and again."""
    with _asking(stand, [path] * size, pause=0.05) as answers:
        yield answers


@contextmanager
def _probing(stand: Stand, paths: tuple[str, ...] = OTHERS) -> Iterator[list[Answer]]:
    """Somebody who asks for what has nothing to do with the fault."""
    with _asking(stand, paths, pause=0.1) as answers:
        yield answers


@contextmanager
def _asking(stand: Stand, paths: list[str] | tuple[str, ...], *, pause: float) -> Iterator[list[Answer]]:
    answers: list[Answer] = []
    over = threading.Event()

    def ask(path: str) -> None:
        while not over.wait(pause):
            begin = time.monotonic()
            status = stand.status(path, timeout=30)
            answers.append((time.monotonic() - begin, status))

    threads = [threading.Thread(target=ask, args=[path]) for path in paths]
    _each(threads, threading.Thread.start)
    try:
        yield answers
    finally:
        over.set()
        _each(threads, threading.Thread.join)


def _each(threads: list[threading.Thread], act: Callable[[threading.Thread], None]) -> None:
    for thread in threads:
        act(thread)


def _refused(fault: str, answers: list[Answer]) -> Finding:
    slowest = max((seconds for seconds, _ in answers), default=0.0)
    refused = sum(status == 503 for _, status in answers)
    odd = [status for _, status in answers if status not in {200, 503}]
    return Finding(
        f"{fault}: who needs it",
        f"503 in at most {PATIENCE:g} s",
        f"{refused} of {len(answers)} x 503, slowest {slowest:.1f} s, other: {odd[:5]}",
        bool(answers) and not odd and slowest <= PATIENCE,
    )


def _unmoved(fault: str, answers: list[Answer]) -> Finding:
    p95 = percentile([seconds for seconds, _ in answers], 0.95)
    odd = [status for _, status in answers if status != 200]
    return Finding(
        f"{fault}: other endpoints, livez, metrics",
        f"200 in {QUICK * 1000:.0f} ms (p95)",
        f"{len(answers) - len(odd)} of {len(answers)} x 200, p95 {p95 * 1000:.0f} ms",
        bool(answers) and not odd and p95 <= QUICK,
    )
