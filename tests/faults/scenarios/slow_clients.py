"""Two hundred clients that connect and say nothing, or say it a byte at a time, come through the edge."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.client import HTTPConnection, HTTPException

from tests.faults.edge import edge
from tests.faults.findings import Finding, Pace
from tests.faults.stand import Stand
from tests.faults.traffic import percentile

CROWD, PROBES = 200, 100
PATIENCE = 1.0
HEAD = b"GET /api/v1/products/ HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Slow: " + b"a" * 4000
BODY = b"POST /api/v1/products/ HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 100000\r\n\r\n" + b" " * 4000
WAYS = (b"", HEAD, BODY)


def run(stand: Stand, pace: Pace) -> Iterator[Finding]:
    """Probe while they dawdle."""
    with stand.serving(READ_CACHE="off", TRUSTED_PROXY_HOPS="1"), edge(stand) as port, _dawdling(port):
        time.sleep(1 + pace.calm)
        taken = [_probe(port) for _ in range(PROBES)]
    failed = [outcome for _, outcome in taken if outcome != 200]
    p99 = percentile([seconds for seconds, _ in taken], 0.99)
    yield Finding(
        f"{CROWD} slow clients (idle, slow head, slow body) through the edge",
        f"0 of {PROBES} probes fail, p99 at most {PATIENCE:g} s",
        f"{len(failed)} of {PROBES} failed, p99 {p99 * 1000:.0f} ms",
        not failed and p99 <= PATIENCE,
    )


@contextmanager
def _dawdling(port: int) -> Iterator[None]:
    """The crowd: each sends a few bytes a second, and comes again when it is hung up on."""
    over = threading.Event()
    threads = [threading.Thread(target=_dawdle, args=(port, WAYS[number % 3], over)) for number in range(CROWD)]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        over.set()
        for thread in threads:
            thread.join()


def _dawdle(port: int, content: bytes, over: threading.Event) -> None:
    while not over.is_set():
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=5) as line:
            sent = 0
            start = content.find(b"\r\n\r\n") + 4 if content is BODY else min(60, len(content))
            line.sendall(content[:start])
            while not over.wait(1):
                line.sendall(content[start + sent : start + sent + 5])
                sent += 5
                line.setblocking(False)
                with suppress(BlockingIOError):
                    if not line.recv(4096):
                        break
                line.setblocking(True)


def _probe(port: int) -> tuple[float, int | str]:
    begin = time.monotonic()
    connection = HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        connection.request("GET", "/api/v1/products/?page_size=1")
        answer = connection.getresponse()
        answer.read()
        return time.monotonic() - begin, answer.status
    except (OSError, HTTPException) as error:
        return time.monotonic() - begin, type(error).__name__
    finally:
        connection.close()
