"""What the HTTP server refuses before the application sees it, and what it leaves to the application."""

import socket
from urllib.parse import urlsplit

import orjson
import pytest

from tests.live import Manager

pytestmark = pytest.mark.xdist_group("contract")


@pytest.mark.parametrize(
    ("request_text", "status", "code"),
    [
        (b"GET /api/v1/products/?x=" + b"a" * 9000 + b" HTTP/1.1\r\nHost: localhost\r\n\r\n", 414, "uri_too_long"),
        (b"GET / HTTP/1.1\r\nHost: localhost\r\nX: " + b"a" * 9000 + b"\r\n\r\n", 431, "headers_too_large"),
        (b"GET / HTTP/1.1\r\nHost: localhost\r\nBad Header: 1\r\n\r\n", 400, "malformed"),
        (b"nonsense\r\n\r\n", 400, "malformed"),
    ],
)
def test_it_answers_with_a_problem_document(manager: Manager, request_text: bytes, status: int, code: str) -> None:
    head, _, body = converse(manager.live.url, request_text).partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 %d " % status)
    assert b"Content-Type: application/problem+json" in head
    problem = orjson.loads(body)
    assert (problem["status"], problem["code"], len(problem["request_id"])) == (status, code, 32)


@pytest.mark.parametrize("scheme", ["Bearer", "Api-Key"])
def test_credentials_of_8_kilobytes_reach_the_application_which_refuses_them(manager: Manager, scheme: str) -> None:
    head = f"GET /api/v1/brands/ HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nAuthorization: {scheme} "
    answer = converse(manager.live.url, head.encode() + b"a" * 8_192 + b"\r\n\r\n")
    assert answer.startswith(b"HTTP/1.1 401 ")
    assert b"authentication_failed" in answer


def converse(url: str, request_text: bytes) -> bytes:
    address = urlsplit(url)
    with socket.create_connection((str(address.hostname), int(address.port or 0)), timeout=5) as connection:
        connection.sendall(request_text)
        return b"".join(iter(lambda: connection.recv(65536), b""))
