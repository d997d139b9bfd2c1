"""What the HTTP server itself refuses, before the application sees it, told as the application would."""

import socket
from uuid import uuid4

import orjson
from gunicorn import util

from catalog_project.api.problems import CONTENT_TYPE, PROBLEMS

CODES = {414: "uri_too_long", 431: "headers_too_large", 500: "server_error"}


def answer_refusals_as_problems() -> None:
    """Make gunicorn answer what it cannot parse with a problem document; its own answer is an HTML page.

    gunicorn has no setting for this: every worker calls this one function of its.
    """
    util.write_error = write_problem


def write_problem(client: socket.socket, status: int, reason: str, message: str) -> None:  # noqa: ARG001 - as called
    """Write a whole response and close; `message` may quote the request, so it stays in the log."""
    problem = PROBLEMS[CODES.get(status, "malformed")]
    body = {
        "type": f"/problems/{problem.code}",
        "title": problem.title,
        "status": problem.status,
        "detail": problem.meaning,
        "instance": "",  # the address is what could not be read
        "code": problem.code,
        "request_id": uuid4().hex,
    }
    content = orjson.dumps(body)
    head = f"HTTP/1.1 {problem.status} {reason}\r\nConnection: close\r\nContent-Type: {CONTENT_TYPE}\r\n"
    util.write_nonblock(client, f"{head}Content-Length: {len(content)}\r\n\r\n".encode("latin-1") + content)
