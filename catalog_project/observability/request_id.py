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
        request_id = _choose(request.META.get("HTTP_X_REQUEST_ID"))
        request.request_id = request_id  # type: ignore[attr-defined]
        token = _current.set(request_id)
        try:
            response = self.get_response(request)
        finally:
            _current.reset(token)
        response[HEADER] = request_id
        return response


def _choose(offered: str | None) -> str:
    return offered if offered and ACCEPTED.fullmatch(offered) else token_hex(16)
