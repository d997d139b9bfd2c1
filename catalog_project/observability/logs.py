"""Logs as one JSON object a line, and one line for each request served."""

import json
import logging
import re
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import orjson
from django.http import HttpRequest, HttpResponse
from django.utils.functional import SimpleLazyObject

from catalog_project.observability.request_id import current_request_id
from catalog_project.observability.routes import route_of

access = logging.getLogger("catalog.access")

# Asked every few seconds by machines: news only when they fail.
PROBE_ROUTES = frozenset({"/livez", "/readyz", "/health", "/metrics"})

# What every record has is either shown under our own names or says where in the code it came from. Django adds
# `request`, whose text would hold the query string.
NOT_EXTRA = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName", "request"}

# Beginnings of what gunicorn says of requests, and the part that quotes them.
QUOTING = ("Invalid request from", "Ignored premature client disconnection")
QUOTED = re.compile(r""" b?['"].*""", re.DOTALL)

# JSON escapes newlines. These may stand in JSON as they are, but a terminal obeys some and some readers break the line.
UNSAFE = {code: f"\\u{code:04x}" for code in (*range(0x7F, 0xA0), 0x2028, 0x2029)}


class JSONFormatter(logging.Formatter):
    """Writes `time`, `level`, `logger`, `message`, `request_id` and the extra fields of a record.

    An exception with its trace is one field, `exception`. Whatever a field holds, the output is one line of JSON.
    """

    def format(self, record: logging.LogRecord) -> str:
        """The record as one line."""
        own = {
            "time": _time(record.created),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
            **_request_id(),
            **self._exception(record),
        }
        extra = {name: value for name, value in vars(record).items() if name not in NOT_EXTRA and name not in own}
        line = _dump(own | extra)
        # Most lines are plain, and to translate one takes longer than to write it.
        return line if line.isascii() and "\x7f" not in line else line.translate(UNSAFE)

    def _exception(self, record: logging.LogRecord) -> dict[str, str]:
        return {"exception": self.formatException(record.exc_info)} if record.exc_info else {}


def unquoted(message: str) -> str:
    """A message of gunicorn's without what a caller sent: it quotes lines that it cannot read, secrets and all."""
    return QUOTED.sub(" …", message) if message.startswith(QUOTING) else message


class AccessLogMiddleware:
    """Logs each request once it is served: never its body, its query string or its headers."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Serve the request, then log it with the time this took in milliseconds."""
        started = time.perf_counter()
        response = self.get_response(request)
        log_request(
            request.method,
            request.path,
            response.status_code,
            time.perf_counter() - started,
            route=route_of(request),
            client=request.META.get("REMOTE_ADDR"),
            user_id=_known_user_id(request),
        )
        return response


def log_request(
    method: str | None,
    path: str,
    status: int,
    seconds: float,
    *,
    route: str | None,
    client: str | None,
    user_id: Any = None,
) -> None:
    """Log a request that was served in so many seconds."""
    level = logging.DEBUG if route in PROBE_ROUTES and status < 500 else logging.INFO
    if not access.isEnabledFor(level):
        return
    fields = {
        "method": method,
        "route": route,
        "path": path,
        "client": client,
        "user_id": user_id,
        "status": status,
        "duration_ms": round(seconds * 1000, 3),
    }
    # As `access.log` does, but for looking up which line of code logs: it is always this one.
    message = f"{method} {path} {status}"
    access.handle(access.makeRecord(access.name, level, __file__, 0, message, (), None, extra=fields))


def _known_user_id(request: HttpRequest) -> Any:
    """The user's id where somebody has asked for the user already: a log line is not worth a query."""
    user = getattr(request, "user", None)
    if isinstance(user, SimpleLazyObject):
        # django.contrib.auth keeps the user here once the lazy one was looked at.
        user = getattr(request, "_cached_user", None)
    return getattr(user, "pk", None)


def _time(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def _request_id() -> dict[str, str]:
    request_id = current_request_id()
    return {"request_id": request_id} if request_id else {}


def _dump(fields: dict[str, Any]) -> str:
    try:
        return orjson.dumps(fields, default=str, option=orjson.OPT_NON_STR_KEYS).decode()
    except TypeError:
        # Lone surrogates and huge integers are beyond orjson; a log line must not be lost for them.
        return json.dumps(fields, default=str)
