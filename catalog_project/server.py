"""What the HTTP server itself refuses, before the application sees it, told as the application would."""

import re
import socket
from collections.abc import Iterable
from secrets import token_hex

import orjson
from gunicorn import util
from gunicorn.http.errors import InvalidHeader
from gunicorn.http.message import Request

from catalog_project.api.problems import CONTENT_TYPE, PROBLEMS, problem_body
from catalog_project.health import PROBES
from catalog_project.observability.request_id import HEADER
from catalog_project.security import OF_DATA

PORT = re.compile(r":(\d+)$", re.ASCII)
LAST_PORT = 65535
LONGEST_LENGTH = 18  # digits
CODES = {414: "uri_too_long", 431: "headers_too_large", 500: "server_error"}


def answer_refusals_as_problems() -> None:
    """Make gunicorn answer what it cannot parse with a problem document; its own answer is an HTML page.

    gunicorn has no setting for this: every worker calls this one function of its.
    """
    util.write_error = write_problem


def check_head(request: Request) -> None:
    """Refuse what gunicorn and Django let through: no Host, a port that does not exist, lengths beyond all numbers.

    Links are built from Host. Probes are called by address, and their Host is not looked at.
    """
    headers = dict(request.headers)
    if len(headers.get("CONTENT-LENGTH", "")) > LONGEST_LENGTH:
        raise InvalidHeader("CONTENT-LENGTH", req=request)
    if request.path.removesuffix("/") in PROBES:
        return
    if "HOST" not in headers:
        raise InvalidHeader("HOST", req=request)
    port = PORT.search(headers["HOST"])
    if port and (len(port[1]) > 5 or int(port[1]) > LAST_PORT):
        raise InvalidHeader("HOST", req=request)


def write_problem(client: socket.socket, status: int, reason: str, message: str) -> None:  # noqa: ARG001 - as called
    """Write a whole response and close; `message` may quote the request, so it stays in the log."""
    code = CODES.get(status, "malformed")
    # The address is what could not be read; why it could not may quote it, so the register's own sentence it is.
    request_id = token_hex(16)
    content = orjson.dumps(problem_body(code, "", request_id))
    headers = [
        ("Connection", "close"),
        ("Content-Type", CONTENT_TYPE),
        ("Content-Length", str(len(content))),
        ("Cache-Control", "no-store"),
        (HEADER, request_id),
        *OF_DATA,
    ]
    util.write_nonblock(client, response(f"{PROBLEMS[code].status} {reason}", headers, content))


def response(status: str, headers: Iterable[tuple[str, str]], content: bytes) -> bytes:
    """A whole response as it is sent."""
    lines = [f"HTTP/1.1 {status}", *(f"{name}: {value}" for name, value in headers), "", ""]
    return "\r\n".join(lines).encode("latin-1") + content
