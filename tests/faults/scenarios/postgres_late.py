"""The service is started before its PostgreSQL is up, as happens where a whole machine or cluster starts."""

import time
from collections.abc import Iterator
from http.client import HTTPConnection

from tests.faults.findings import Finding, Pace, ledger
from tests.faults.stand import Stand
from tests.faults.traffic import Traffic, summary

FAULT = "started before PostgreSQL"
READY_SECONDS = 5.0
PATIENCE_SECONDS = 3.0
PATHS = ("/api/v1/products/", "/api/v1/products/1/", "/api/v1/categories/", "/api/v1/products/?search=a")
PROBLEM = "application/problem+json"


def run(stand: Stand, pace: Pace) -> Iterator[Finding]:
    """Start it on a port where nobody listens yet, and ask."""
    with stand.serving():
        token = stand.token()
    stand.postgres.stop()
    stand.cache().flushall()  # what an earlier instance remembers would stand in
    with stand.serving() as web:
        yield from _waits(stand, token)
        time.sleep(pace.calm)
        before = web.children
        stand.postgres.start(wait=False)
        back = stand.postgres.await_answer()
        while stand.status("/readyz") != 200 and time.monotonic() < back + 4 * READY_SECONDS:
            time.sleep(0.05)
        ready = time.monotonic() - back
        traffic = Traffic(stand)
        with traffic.flowing():
            time.sleep(pace.calm)
        failed = [one for one in traffic.sent if not one.is_right]
        new = len(set(web.children) - set(before))
        yield Finding(
            f"{FAULT}: once it is up",
            f"ready within {READY_SECONDS:.0f} s by itself, nothing fails after that",
            f"ready after {ready:.1f} s, {new} workers replaced, "
            f"{len(failed)} of {len(traffic.sent)} requests failed ({summary(failed)})",
            ready <= READY_SECONDS and not new and bool(traffic.sent) and not failed,
        )
        yield ledger(FAULT, traffic)


def _waits(stand: Stand, token: str) -> Iterator[Finding]:
    probes = [(path, stand.status(path)) for path in ("/livez", "/readyz") * 4]  # of each worker, most likely
    yield Finding(
        f"{FAULT}: probes",
        "livez 200, readyz 503",
        ", ".join(f"{path} {status}" for path, status in dict.fromkeys(probes)),
        set(probes) == {("/livez", 200), ("/readyz", 503)},
    )
    asked = [_ask(stand, path, sent) for path in PATHS for sent in ("", token)]
    wrong = [(status, kind, wait) for status, kind, wait, _ in asked if (status, kind) != (503, PROBLEM) or not wait]
    slowest = max(seconds for *_, seconds in asked)
    yield Finding(
        f"{FAULT}: reads",
        f"503 problem documents with Retry-After in at most {PATIENCE_SECONDS:g} s",
        f"{len(asked) - len(wrong)} of {len(asked)} so, slowest {slowest:.1f} s, other: {wrong or 'none'}",
        not wrong and slowest <= PATIENCE_SECONDS,
    )


def _ask(stand: Stand, path: str, token: str) -> tuple[int, str | None, str | None, float]:
    """The status, the media type and the wait that a read is answered with, and how long that took."""
    begin = time.monotonic()
    connection = HTTPConnection("127.0.0.1", stand.port, timeout=10)
    try:
        connection.request("GET", path, headers={"Authorization": f"Bearer {token}"} if token else {})
        answer = connection.getresponse()
        answer.read()
    finally:
        connection.close()
    return answer.status, answer.headers["Content-Type"], answer.headers["Retry-After"], time.monotonic() - begin
