"""Twenty times as much is asked for as can be answered: a staff member's list of a hundred, which nobody remembers."""

from collections.abc import Iterator

from tests.benchmarks.accounting import memory
from tests.benchmarks.load import drive, request
from tests.faults.findings import Finding, Pace
from tests.faults.flood import flood
from tests.faults.stand import Stand
from tests.faults.traffic import percentile

PATH = "/api/v1/products/?page_size=100&status=active,draft"
TIMES = 20
QUICK = 0.1
SHARE = 0.75
FLAT_MB = 15.0


def run(stand: Stand, pace: Pace) -> Iterator[Finding]:
    """Measure what can be sustained, then offer twenty times that in an open loop."""
    with stand.serving(LOG_LEVEL="WARNING") as web:
        asked = request("GET", PATH, token=stand.token())
        drive(stand.port, [asked], connections=8, seconds=2)
        sustained = drive(stand.port, [asked], connections=8, seconds=min(8.0, pace.overload))
        rate = sustained.answers / sustained.seconds
        # Threads are made when they are first needed, and stay: what is asked is whether memory grows from then on.
        flood(stand.port, asked.content, rate=TIMES * rate, seconds=pace.overload)
        before = max(memory(pid).resident for pid in web.children)
        found = flood(stand.port, asked.content, rate=TIMES * rate, seconds=pace.overload)
        after = max(memory(pid).resident for pid in web.children)
    goodput, refused = found.rate(200), found.latencies.get(503, [])
    p95, p50 = percentile(refused, 0.95), percentile(found.latencies.get(200, []), 0.5)
    odd = {status: len(seconds) for status, seconds in found.latencies.items() if status not in {200, 503}}
    yield Finding(
        f"overload for {pace.overload:.0f} s: {TIMES} times the sustainable {rate:.0f} requests/s",
        f"goodput at least {SHARE:.0%} of it, refusals in {QUICK * 1000:.0f} ms (p95), memory flat",
        f"offered {found.sent / found.seconds / rate:.0f} times, goodput {goodput / rate:.0%} (p50 {p50:.1f} s), "
        f"{len(refused)} refused, p95 {p95 * 1000:.0f} ms, memory {before:.0f} to {after:.0f} MB, "
        f"client {found.client_seconds / found.seconds:.0%} of a core, other: {odd} {dict(found.broken)}",
        goodput >= SHARE * rate and p95 <= QUICK and after - before <= FLAT_MB and not odd and not found.broken,
    )
