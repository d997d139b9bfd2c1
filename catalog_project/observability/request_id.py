"""One id for each request: in its log lines, its answer's `X-Request-ID` and its problem documents."""

import re
from collections.abc import Callable
from contextvars import ContextVar
from secrets import token_hex

from django.http import HttpRequest, HttpResponse

HEADER = "X-Request-ID"
# What a client may choose: nothing that could forge a log line or a header.
ACCEPTED = re.compile(r"[A-Za-z0-9._-]{1,128}")

_current: ContextVar[str] = ContextVar("request_id", default="")


def current_request_id() -> str:
    """The id of the request being served in this context; empty outside of one."""
    return _current.get()


class RequestIDMiddleware:
    """Keeps the client's well-formed `X-Request-ID` or makes one. Stands first, so that every answer carries it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Serve the request under its id."""
        request_id = choose_request_id(request.META.get("HTTP_X_REQUEST_ID"))
        request.request_id = request_id  # type: ignore[attr-defined]
        with serving(request_id):
            response = self.get_response(request)
        response[HEADER] = request_id
        return response


class serving:  # noqa: N801  # a context manager, written as a class since it stands around every request
    """Make an id the current one for a while."""

    def __init__(self, request_id: str) -> None:
        self._request_id = request_id

    def __enter__(self) -> None:
        self._token = _current.set(self._request_id)

    def __exit__(self, *_: object) -> None:
        _current.reset(self._token)


def choose_request_id(offered: str | None) -> str:
    """The client's id where it is well-formed, a new one otherwise."""
    return offered if offered and ACCEPTED.fullmatch(offered) else token_hex(16)
