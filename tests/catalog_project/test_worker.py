"""The worker's loop, on a connection of two ends."""

import socket
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest

from catalog_project.worker import Worker

REQUEST = b"GET /api/v1/products/ HTTP/1.1\r\nHost: localhost\r\n\r\n"
REFUSAL = b"HTTP/1.1 503 Service Unavailable\r\n\r\n"


@pytest.fixture
def ends() -> Iterator[tuple[socket.socket, socket.socket]]:
    """The server's end of a connection, and the client's."""
    server, client = socket.socketpair()
    with server, client:
        client.settimeout(2)
        yield server, client


def worker(answer: bytes | None) -> Any:
    loop = Worker.__new__(Worker)
    loop.cfg, loop.wsgi = SimpleNamespace(is_ssl=False), SimpleNamespace(turned_away=lambda head, given: answer)  # noqa: ARG005
    loop._given = 100
    return loop


def test_what_is_refused_is_read_and_answered(ends: tuple[socket.socket, socket.socket]) -> None:
    server, client = ends
    client.sendall(REQUEST)
    assert worker(REFUSAL)._turns_away(SimpleNamespace(is_http2=False), server)
    assert client.recv(1000) == REFUSAL
    with pytest.raises(BlockingIOError):
        server.recv(1, socket.MSG_DONTWAIT)


def test_what_is_not_refused_stays_to_be_read(ends: tuple[socket.socket, socket.socket]) -> None:
    server, client = ends
    client.sendall(REQUEST)
    assert not worker(None)._turns_away(SimpleNamespace(is_http2=False), server)
    assert server.recv(1000) == REQUEST


def test_a_client_that_has_gone_is_left_to_a_thread(ends: tuple[socket.socket, socket.socket]) -> None:
    server, client = ends
    client.sendall(REQUEST)
    client.close()
    assert not worker(REFUSAL)._turns_away(SimpleNamespace(is_http2=False), server)
