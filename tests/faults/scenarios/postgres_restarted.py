"""PostgreSQL is restarted, under load and while nobody asks."""

import time
from collections.abc import Iterator

from tests.faults.findings import Finding, Pace, ledger, unavailable, wrong
from tests.faults.stand import Stand
from tests.faults.traffic import CLIENTS, Traffic, summary

FAULT = "PostgreSQL restart"


def run(stand: Stand, pace: Pace) -> Iterator[Finding]:
    """Stop it in good order, as an upgrade does, and start it again at once."""
    with stand.serving():
        traffic = Traffic(stand)
        with traffic.flowing():
            time.sleep(pace.calm)
            stand.postgres.stop()
            stand.postgres.start(wait=False)
            back = stand.postgres.await_answer()
            time.sleep(pace.calm + 2)
        refused, other = unavailable(traffic.sent), wrong(traffic.sent)
        last = max((one.at + one.seconds - back for one in refused), default=0.0)
        yield Finding(
            f"{FAULT} under load",
            "at most 10 x 503, nothing else, the last one within 2 s after it accepts connections",
            f"{len(refused)} of {len(traffic.sent)} x 503, last {last:+.1f} s, other: {summary(other)}",
            len(refused) <= 10 and not other and last <= 2,
        )
        yield ledger(FAULT, traffic)
        yield from _idle(stand, traffic)


def _idle(stand: Stand, traffic: Traffic) -> Iterator[Finding]:
    stand.postgres.stop()
    stand.postgres.start()
    begin = time.monotonic()
    with traffic.flowing():
        time.sleep(2)
    after = traffic.between(begin)
    failed = [one for one in after if not one.is_right]
    yield Finding(
        f"{FAULT} while idle",
        "nothing fails",
        f"{len(failed)} of {len(after)} failed after it, {CLIENTS} clients ({summary(failed)})",
        not failed,
    )
