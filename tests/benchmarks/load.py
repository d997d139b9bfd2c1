"""The client: a fixed number of kept connections, each with one request under way, over loopback alone.

Not wrk or another program: here every answer is checked (its status and that all of it came), many addresses take
turns, every latency is kept, and nothing has to be installed. It is one process; its own cost is reported.

A connection is closed and opened again after RECYCLE answers. Otherwise the spread of the connections over the workers,
which is chance, would stay for a whole round and decide its throughput.
"""

import selectors
import socket
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import cycle

RECYCLE = 100
PATIENCE_SECONDS = 10
CHUNK = 1 << 18


@dataclass(frozen=True)
class Request:
    """One request, ready to be sent, and the status that is right for it."""

    content: bytes
    status: int = 200


@dataclass
class Load:
    """What came of a load: latencies in seconds and bytes of right answers, and how many were wrong in which way."""

    seconds: float = 0.0
    client_seconds: float = 0.0
    latencies: list[float] = field(default_factory=list)
    received: int = 0
    errors: dict[str, int] = field(default_factory=dict)

    @property
    def answers(self) -> int:
        """How many answers were right."""
        return len(self.latencies)

    def fail(self, reason: str) -> None:
        """Count a wrong answer."""
        self.errors[reason] = self.errors.get(reason, 0) + 1


def get(path: str, *, status: int = 200) -> Request:
    """A GET of an address without credentials."""
    return request("GET", path, status=status)


def request(method: str, path: str, *, status: int = 200, token: str = "", body: bytes = b"") -> Request:
    """A request with what a client of a JSON API sends."""
    lines = [f"{method} {path} HTTP/1.1", "Host: 127.0.0.1", "Accept: application/json", "User-Agent: benchmark"]
    if token:
        lines.append(f"Authorization: Bearer {token}")
    if body:
        lines += ["Content-Type: application/json", f"Content-Length: {len(body)}"]
    return Request("\r\n".join([*lines, "", ""]).encode() + body, status)


def drive(
    port: int,
    requests: Iterable[Request],
    *,
    connections: int,
    seconds: float = float("inf"),
    count: float = float("inf"),
) -> Load:
    """Send the requests in turn until the seconds are over or so many are sent, and wait for the last answers."""
    load, supply = Load(), cycle(requests)
    begin, used = time.perf_counter(), time.process_time()
    with selectors.DefaultSelector() as selector:
        driver = _Driver(port, supply, selector, load, begin + seconds, count)
        driver.run(connections)
    load.seconds, load.client_seconds = time.perf_counter() - begin, time.process_time() - used
    return load


def fetch(port: int, path: str) -> bytes:
    """The body at an address. Raises WrongAnswerError."""
    return exchange(port, get(path))


def exchange(port: int, asked: Request) -> bytes:
    """The body that answers one request. Raises WrongAnswerError when its status is not the right one."""
    connection = _Connection(port)
    with connection.socket:
        connection.send(asked)
        while not connection.read():
            pass
    if connection.status != asked.status:
        raise WrongAnswerError(f"{asked.content[:200]!r} answered {connection.status}: {connection.body[:500]!r}")
    return connection.body


class WrongAnswerError(Exception):
    """An answer with another status than the right one."""


class BrokenAnswerError(Exception):
    """An answer that cannot be read as HTTP/1.1 with a known length."""


class _Connection:
    """A kept connection with at most one request under way."""

    def __init__(self, port: int) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=PATIENCE_SECONDS)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.answers = 0

    def send(self, request: Request) -> None:
        self.request, self.sent = request, time.perf_counter()
        self.received, self.body_at, self.expected = bytearray(), 0, 0
        self.socket.sendall(request.content)

    def read(self) -> bool:
        """Take what has come; whether the answer is complete. Raises BrokenAnswerError or OSError."""
        chunk = self.socket.recv(CHUNK)
        if not chunk:
            raise BrokenAnswerError("closed by the server")
        self.received += chunk
        if not self.body_at:
            self._read_head()
        return bool(self.body_at) and len(self.received) >= self.expected

    def _read_head(self) -> None:
        end = self.received.find(b"\r\n\r\n")
        if end < 0:
            return
        head = bytes(self.received[:end]).lower()
        self.status = int(head[9:12])
        self.closes = b"\r\nconnection: close" in head
        self.body_at = end + 4
        self.expected = self.body_at + _length(head, self.status)

    @property
    def body(self) -> bytes:
        return bytes(self.received[self.body_at :])


def _length(head: bytes, status: int) -> int:
    _, found, rest = head.partition(b"\r\ncontent-length:")
    if not found:
        if status in {204, 304}:
            return 0
        raise BrokenAnswerError("no Content-Length")
    return int(rest.partition(b"\r\n")[0])


@dataclass
class _Driver:
    """Keeps the connections busy until there is nothing left to send, then until nothing is under way."""

    port: int
    supply: Iterator[Request]
    selector: selectors.BaseSelector
    load: Load
    deadline: float
    left: float

    def run(self, connections: int) -> None:
        for _ in range(connections):
            self._open()
        while self.selector.get_map():
            ready = self.selector.select(PATIENCE_SECONDS)
            for key, _ in ready:
                self._receive(key.data)
            if not ready:
                self._give_up()

    def _open(self) -> None:
        if self._is_over():
            return
        connection = _Connection(self.port)
        self.selector.register(connection.socket, selectors.EVENT_READ, connection)
        self._send(connection)

    def _is_over(self) -> bool:
        return self.left <= 0 or time.perf_counter() >= self.deadline

    def _send(self, connection: _Connection) -> None:
        self.left -= 1
        try:
            connection.send(next(self.supply))
        except OSError as error:
            self._replace(connection, f"not sent: {type(error).__name__}")

    def _receive(self, connection: _Connection) -> None:
        try:
            complete = connection.read()
        except (OSError, BrokenAnswerError, ValueError) as error:
            self._replace(connection, str(error) or type(error).__name__)
            return
        if complete:
            self._take(connection)

    def _take(self, connection: _Connection) -> None:
        if connection.status != connection.request.status:
            self.load.fail(f"status {connection.status}")
        elif len(connection.received) > connection.expected:
            self.load.fail("more than Content-Length")
        else:
            self.load.latencies.append(time.perf_counter() - connection.sent)
            self.load.received += connection.expected
        connection.answers += 1
        if connection.closes or connection.answers >= RECYCLE or self._is_over():
            self._replace(connection)
        else:
            self._send(connection)

    def _replace(self, connection: _Connection, reason: str = "") -> None:
        if reason:
            self.load.fail(reason)
        self._close(connection)
        self._open()

    def _close(self, connection: _Connection) -> None:
        self.selector.unregister(connection.socket)
        connection.socket.close()

    def _give_up(self) -> None:
        """What has not answered by now counts as an error, and ends the load."""
        self.left = 0
        for key in list(self.selector.get_map().values()):
            self.load.fail("no answer in time")
            self._close(key.data)
