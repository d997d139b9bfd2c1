"""One connection to a server: bytes out, answers in, and whether it is still good for another request."""

import socket
import time
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from tests.contract.hostile.cases import Case

NEXT = b"GET /livez HTTP/1.1\r\nHost: localhost\r\n\r\n"
CONTINUE = 100


@dataclass
class Answer:
    """A response as it came."""

    status: int
    headers: dict[str, str]
    body: bytes


@dataclass
class Exchange:
    """What came back, after how many seconds, and how the connection was left."""

    answers: list[Answer]
    seconds: float
    is_closed: bool
    following: list[Answer] = field(default_factory=list)
    rest: bytes = b""


def exchange(url: str, sent: bytes, case: Case, patience: float) -> Exchange:
    """Send a case's bytes and read its answers; then ask for one thing more where the connection is still open."""
    address = urlsplit(url)
    with socket.create_connection((str(address.hostname), int(address.port or 0)), timeout=patience) as connection:
        started = time.monotonic()
        _send(connection, sent, ends=case.ends)
        answers, rest, is_closed = _read(connection, b"", len(case.statuses), patience, is_head=case.method == b"HEAD")
        found = Exchange(answers, time.monotonic() - started, is_closed, [], rest)
        if not is_closed and not case.ends:
            _send(connection, NEXT)
            found.following, found.rest, found.is_closed = _read(connection, rest, 1, patience, is_head=False)
        return found


def _send(connection: socket.socket, sent: bytes, *, ends: bool = False) -> None:
    try:
        connection.sendall(sent)
        if ends:
            connection.shutdown(socket.SHUT_WR)
    except (BrokenPipeError, ConnectionResetError):
        pass  # it has said what it had to say, and reads no more


def _read(
    connection: socket.socket, buffer: bytes, wanted: int, patience: float, *, is_head: bool
) -> tuple[list[Answer], bytes, bool]:
    """So many answers, bytes behind them, and whether the connection was closed; fewer where no more come in time."""
    answers: list[Answer] = []
    end = time.monotonic() + patience
    while True:
        while len(answers) < wanted and (parsed := _parse(buffer, is_head=is_head)):
            answer, buffer = parsed
            if answer.status != CONTINUE:
                answers.append(answer)
        if len(answers) == wanted and not any(_closes(answer) for answer in answers):
            return answers, buffer, False
        connection.settimeout(max(0.01, end - time.monotonic()))
        try:
            piece = connection.recv(65536)
        except TimeoutError:
            return answers, buffer, False
        except ConnectionResetError:
            return answers, buffer, True
        if not piece:
            return answers, buffer, True
        buffer += piece


def _closes(answer: Answer) -> bool:
    return answer.headers.get("connection", "").lower() == "close"


def _parse(buffer: bytes, *, is_head: bool) -> tuple[Answer, bytes] | None:
    head, found, rest = buffer.partition(b"\r\n\r\n")
    if not found:
        return None
    first, *lines = head.decode("latin-1").split("\r\n")
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    status = int(first.split(" ")[1])
    bodiless = is_head or status in {100, 204, 304}
    length = 0 if bodiless else int(headers.get("content-length", 0))
    return (Answer(status, headers, rest[:length]), rest[length:]) if len(rest) >= length else None
