"""An open loop: requests are sent when their time has come, whether or not earlier ones have been answered."""

import asyncio
import time
from collections import Counter, deque
from dataclasses import dataclass, field

# So many connections at most. When all are waiting, what is due is not sent: it counts as not offered.
CONNECTIONS = 900
PATIENCE_SECONDS = 30


@dataclass
class Flood:
    """What came of it: latencies in seconds by status, how much was due, and the client's own processor time."""

    due: int = 0
    seconds: float = 0.0
    client_seconds: float = 0.0
    latencies: dict[int, list[float]] = field(default_factory=dict)
    broken: Counter[str] = field(default_factory=Counter)

    @property
    def sent(self) -> int:
        """How many were sent."""
        return sum(map(len, self.latencies.values())) + self.broken.total()

    def rate(self, status: int) -> float:
        """Answers of this status a second."""
        return len(self.latencies.get(status, ())) / self.seconds


def flood(port: int, content: bytes, *, rate: float, seconds: float, connections: int = CONNECTIONS) -> Flood:
    """Send a request so many times a second."""
    return asyncio.run(_Flood(port, content, connections).run(rate, seconds))


class _Flood:
    def __init__(self, port: int, content: bytes, connections: int) -> None:
        self._port, self._content = port, content
        self._idle: deque[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = deque()
        self._room = connections
        self._result = Flood()

    async def run(self, rate: float, seconds: float) -> Flood:
        begin, used = time.perf_counter(), time.process_time()
        under_way: set[asyncio.Task[None]] = set()
        while (now := time.perf_counter() - begin) < seconds:
            while self._result.due < now * rate:
                self._result.due += 1
                if self._room or self._idle:
                    task = asyncio.create_task(self._ask())
                    under_way.add(task)
                    task.add_done_callback(under_way.discard)
                    self._room -= not self._idle
            await asyncio.sleep(0.001)
        self._result.seconds = time.perf_counter() - begin
        if under_way:
            await asyncio.wait(under_way, timeout=PATIENCE_SECONDS)
        self._result.client_seconds = time.process_time() - used
        return self._result

    async def _ask(self) -> None:
        begin = time.perf_counter()
        try:
            reader, writer = self._idle.popleft() if self._idle else await self._connect()
            writer.write(self._content)
            head = (await reader.readuntil(b"\r\n\r\n")).lower()
            length = int(head.partition(b"content-length:")[2].partition(b"\r\n")[0])
            await reader.readexactly(length)
        except (OSError, asyncio.IncompleteReadError, ValueError) as error:
            self._result.broken[type(error).__name__] += 1
            self._room += 1
            return
        self._result.latencies.setdefault(int(head[9:12]), []).append(time.perf_counter() - begin)
        if b"connection: close" in head:
            writer.close()
            self._room += 1
        else:
            self._idle.append((reader, writer))

    async def _connect(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        return await asyncio.open_connection("127.0.0.1", self._port)
