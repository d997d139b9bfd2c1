"""Redis goes, stands still, forgets everything, holds garbage, or refuses us."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from tests.faults.findings import Finding, Pace, ledger
from tests.faults.stand import PASSWORD, Stand
from tests.faults.traffic import Traffic, percentile, summary

BREAKER_SECONDS = 2.0  # by then the circuit breaker has opened
LEAST_P99 = 0.05  # below this the ratio is about nothing but the machine's noise


def run(stand: Stand, pace: Pace) -> Iterator[Finding]:
    """One after the other, each on a fresh server."""
    yield from _broken(stand, pace, f"Redis down {pace.away:.0f} s", stand.redis.stop, stand.redis.start)
    yield from _broken(stand, pace, f"Redis frozen {pace.away:.0f} s", stand.redis.freeze, stand.redis.thaw)
    short = Pace(pace.calm, pace.stopped, min(pace.away, 10), pace.overload)
    yield from _broken(stand, short, "Redis flushed", lambda: stand.cache().flushall(), _nothing, is_degraded=False)
    with _garbage(stand) as spoil:
        yield from _broken(stand, short, "Redis full of garbage", spoil, _nothing, is_degraded=False)
    yield from _broken(
        stand, short, "Redis with another password", lambda: _password(stand, "other"), lambda: _password(stand, "")
    )


def _broken(
    stand: Stand,
    pace: Pace,
    fault: str,
    leave: Callable[[], object],
    come: Callable[[], object],
    *,
    is_degraded: bool = True,
) -> Iterator[Finding]:
    with stand.serving(RATE_LIMIT_LOGIN_ACCOUNT="10/15m", RATE_LIMIT_LOGIN_ADDRESS="30/15m"):
        traffic = Traffic(stand)
        with traffic.flowing():
            time.sleep(max(pace.calm, 3))
            left = time.monotonic()
            leave()
            time.sleep(pace.away)
            # What follows hashes ten passwords, which takes a processor away from the traffic for a while.
            measured = time.monotonic()
            ready, health = stand.ask("GET", "/readyz"), stand.ask("GET", "/health")
            passed = _attempts(stand, fault)
            come()
            time.sleep(pace.calm)
        failed = [one for one in traffic.sent if not one.is_right]
        normal = percentile([one.seconds for one in traffic.between(0, left)], 0.99)
        broken = percentile([one.seconds for one in traffic.between(left + BREAKER_SECONDS, measured)], 0.99)
        yield Finding(
            fault,
            "0 failures, p99 at most twice the normal one once the breaker is open",
            f"{len(failed)} of {len(traffic.sent)} failed ({summary(failed)}), "
            f"p99 {broken * 1000:.0f} ms, before {normal * 1000:.0f} ms",
            not failed and broken <= max(2 * normal, LEAST_P99),
        )
        said = health[1]["status"]
        yield Finding(
            f"{fault}: probes and login",
            "readyz 200, health degraded, at most 10 wrong passwords tried"
            if is_degraded
            else "readyz 200, at most 10",
            f"readyz {ready[0]}, health {said}, {passed} of 15 wrong passwords tried",
            ready[0] == 200 and said == ("degraded" if is_degraded else "ok") and passed <= 10,
        )
        yield ledger(fault, traffic)


def _attempts(stand: Stand, fault: str) -> int:
    """How many of 15 wrong passwords were looked at before the limit held.

    They come from an address of their own: failures outlive the servers, and would lock out who counts in the end.
    """
    number = abs(hash(fault))
    body = {"username": f"nobody-{number}", "password": f"{PASSWORD}, but wrong"}
    source = f"127.0.{number % 200 + 1}.{number // 200 % 200 + 1}"
    statuses = [stand.ask("POST", "/api/v1/auth/token/", body=body, source=source)[0] for _ in range(15)]
    return statuses.count(401)


@contextmanager
def _garbage(stand: Stand) -> Iterator[Callable[[], None]]:
    """Overwrites whatever stands in Redis again and again."""
    over = threading.Event()

    def spoil() -> None:
        cache = stand.cache()
        while not over.wait(0.05):
            for index, key in enumerate(cache.scan_iter(count=500)):
                if index % 2:
                    cache.set(key, b"\x00garbage\xff", keepttl=True)
                else:
                    # In one step: the catalog writes to the key as well.
                    cache.pipeline().delete(key).rpush(key, b"of another type").execute()

    thread = threading.Thread(target=spoil)
    try:
        yield thread.start
    finally:
        over.set()
        thread.join()
        stand.cache().flushall()


def _password(stand: Stand, password: str) -> None:
    cache = stand.cache() if password else _with_password(stand)
    cache.config_set("requirepass", password)
    if password:
        cache.client_kill_filter(_type="normal", skipme=True)


def _with_password(stand: Stand) -> "object":
    import redis

    return redis.Redis(port=stand.ports["redis"], password="other", socket_timeout=5)


def _nothing() -> None:
    """There is nothing to mend."""
