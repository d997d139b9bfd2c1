"""How a hostile case is written down: the bytes that are sent, and how they may be answered.

In the bytes `%TOKEN%`, `%CURSOR%`, `%ID%` and `%HOST%` stand for a good access token, a cursor of the product list, the
id of a product and the address of the server.
"""

from dataclasses import dataclass
from typing import Any

import orjson

HOST = b"%HOST%"
TOKEN = b"%TOKEN%"
CURSOR = b"%CURSOR%"
PRODUCT_ID = b"%ID%"
NO_ANSWER = 0
JSON = "application/json"
GOOD = b'{"name": "Acme"}'
# What stands behind the idempotency key "once" before the first case.
KEYED_ONCE = {"name": "Keyed once"}

Text = str | bytes


@dataclass(frozen=True)
class Case:
    """What is sent over one connection and which statuses may come back, one for each answer.

    NO_ANSWER stands for a connection that is closed without a word. `ends`: the client sends no more after this.
    """

    name: str
    sent: bytes
    statuses: tuple[frozenset[int], ...]
    ends: bool = False

    @property
    def method(self) -> bytes:
        return self.sent.partition(b" ")[0]

    @property
    def is_api(self) -> bool:
        return self.sent.split(b" ", 2)[1].startswith(b"/api/") if self.sent.count(b" ") > 1 else False


def case(name: str, sent: bytes, *statuses: int, ends: bool = False) -> Case:
    """A case that is answered once, with one of these statuses."""
    return Case(name, sent, (frozenset(statuses),), ends)


def several(name: str, sent: bytes, *answers: int | tuple[int, ...]) -> Case:
    """A case with several answers."""
    return Case(name, sent, tuple(frozenset([each] if isinstance(each, int) else each) for each in answers))


def request(
    method: Text, target: Text, body: bytes | None = None, *, host: Text | None = HOST, **headers: Text | None
) -> bytes:
    """A request; an underscore in the name of a header is a hyphen, and None leaves a header out."""
    lines = [b" ".join((_bytes(method), _bytes(target), b"HTTP/1.1"))]
    sized = {} if body is None else {"Content_Length": str(len(body))}
    for name, value in {"Host": host, **sized, **headers}.items():
        if value is not None:
            lines.append(_bytes(name.replace("_", "-")) + b": " + _bytes(value))
    return b"\r\n".join(lines) + b"\r\n\r\n" + (body or b"")


def get(target: Text, **headers: Text | None) -> bytes:
    """An anonymous read."""
    return request("GET", target, **headers)


def asked(target: Text, **headers: Text | None) -> bytes:
    """A manager's read."""
    return get(target, Authorization=b"Bearer " + TOKEN, **headers)


def write(method: str, target: Text, body: Any, **headers: Text | None) -> bytes:
    """A manager's write; a body that is no bytes is sent as JSON."""
    raw = body if isinstance(body, bytes) else orjson.dumps(body)
    return request(method, target, raw, **{"Authorization": b"Bearer " + TOKEN, "Content_Type": JSON, **headers})


def post(target: Text, body: Any, **headers: Text | None) -> bytes:
    """A manager's POST."""
    return write("POST", target, body, **headers)


def chunked(target: Text, chunks: bytes, **headers: Text | None) -> bytes:
    """A manager's POST whose body is sent in chunks, which are written out."""
    head = post(target, b"", Content_Length=None, Transfer_Encoding="chunked", **headers)
    return head + chunks


def _bytes(text: Text) -> bytes:
    return text.encode("latin-1") if isinstance(text, str) else text
