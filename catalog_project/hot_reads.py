"""The short way: what anonymous callers read before is answered ahead of Django, as long as nothing was committed.

An answer that came the long way, through everything that decides who reads what, may be given again where the
request is the same in all that could change it, the database is in the same state, and no window has opened or
closed. Whatever is in doubt goes the long way. Request id, log line and metrics are those of any request.
"""

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django.http import HttpResponse
from django.utils import timezone

from catalog_project.api.cache_control import public
from catalog_project.api.remembering import READING, Reading
from catalog_project.observability.logs import log_request
from catalog_project.observability.metrics import HotRead, count_cache, hot_reads
from catalog_project.observability.request_id import HEADER, choose_request_id, serving
from catalog_project.reading.cache import generation_if_on
from catalog_project.reading.entries import Entry
from catalog_project.reading.memory import Memory

Environ = dict[str, Any]
StartResponse = Callable[..., Any]
Application = Callable[[Environ, StartResponse], Iterable[bytes]]
Key = tuple[str, ...]

PREFIX = "/api/v1/"
ROOM = 16 * 1024 * 1024
NAME = "hot"

# With any of these the long way decides: they say who asks, or ask for something other than the whole answer.
DOUBTFUL = frozenset(
    f"HTTP_{name}"
    for name in (
        "AUTHORIZATION",
        "COOKIE",
        "EXPECT",
        "IF_MATCH",
        "IF_MODIFIED_SINCE",
        "IF_NONE_MATCH",
        "IF_RANGE",
        "IF_UNMODIFIED_SINCE",
        "PREFER",
        "RANGE",
        "TRANSFER_ENCODING",
    )
)
# What else of a request can change its answer: where links lead, whether it is redirected, refused or shown to a page.
DECIDING = (
    "PATH_INFO",
    "QUERY_STRING",
    "SCRIPT_NAME",
    "wsgi.url_scheme",
    "HTTP_HOST",
    "HTTP_ACCEPT",
    "HTTP_ORIGIN",
    "HTTP_X_FORWARDED_PROTO",
    "HTTP_X_FORWARDED_HOST",
    "HTTP_X_FORWARDED_PORT",
    "HTTP_X_REQUESTED_WITH",
)
# Headers that are the same as long as the body is. An answer with any other is not given again.
HEAD = frozenset(
    {
        "access-control-allow-origin",
        "access-control-expose-headers",
        "allow",
        "content-length",
        "content-type",
        "cross-origin-opener-policy",
        "referrer-policy",
        "strict-transport-security",
        "vary",
        "x-content-type-options",
        "x-frame-options",
    }
)
# These are made anew for each answer.
OWN = frozenset({HEADER.lower(), "cache-control"})


@dataclass(frozen=True, slots=True)
class Answer:
    """What is given again: bytes, the headers that stay, and how logs and metrics know the request."""

    entry: Entry
    head: tuple[tuple[str, str], ...]
    known_as: Reading
    charset: str


answers: Memory[Answer] = Memory(ROOM)


class HotReads:
    """Stands in front of a Django application, which answers what is not known here."""

    def __init__(self, application: Application) -> None:
        self._application = application

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        """Answer from memory, or the long way and learn from that."""
        started = time.perf_counter()
        key = _key(environ)
        if key is None:
            return self._application(environ, start_response)
        known = answers.get(key)
        if known:
            now = _holds_at(known, environ)
            if now:
                return _again(known, now, started, environ, start_response)
        return self._learn(key, environ, start_response)

    def _learn(self, key: Key, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        said: list[Any] = []

        def listen(status: str, headers: list[tuple[str, str]], *rest: Any) -> Any:
            said[:] = status, headers
            return start_response(status, headers, *rest)

        response = self._application(environ, listen)
        reading = environ.get(READING)
        if reading and reading.entry and isinstance(response, HttpResponse) and said[0] == "200 OK":
            answer = _repeatable(reading, response, said[1])
            if answer:
                answers.put(key, answer, sum(map(len, key)) + len(answer.entry.body))
        return response


def _key(environ: Environ) -> Key | None:
    """All that could change the answer to an anonymous read; None for any other request."""
    if not environ["PATH_INFO"].startswith(PREFIX) or environ["REQUEST_METHOD"] not in {"GET", "HEAD"}:
        return None
    if not DOUBTFUL.isdisjoint(environ) or environ.get("CONTENT_LENGTH") not in {None, "", "0"}:
        return None
    get = environ.get
    return tuple([get(name, "") for name in DECIDING])


def _holds_at(known: Answer, environ: Environ) -> float | None:
    """The moment for which an answer was found to hold, after the request came; None where it does not."""
    generation = generation_if_on()
    now = timezone.now().timestamp()
    is_good = generation is not None and known.entry.holds(generation, now)
    if is_good:
        return now
    count_cache(False, NAME)
    # The long way need not ask again.
    environ[READING] = Reading(generation)
    return None


def _again(
    known: Answer, now: float, started: float, environ: Environ, start_response: StartResponse
) -> Iterable[bytes]:
    body, method, of = known.entry.body, environ["REQUEST_METHOD"], known.known_as
    request_id = choose_request_id(environ.get("HTTP_X_REQUEST_ID"))
    start_response("200 OK", [*known.head, ("Cache-Control", public(known.entry.edge - now)), (HEADER, request_id)])
    seconds = time.perf_counter() - started
    hot_reads.add(HotRead(of.route, method, of.scheme, known.charset, len(body)), seconds)
    with serving(request_id):
        log_request(method, of.path, 200, seconds, route=of.route, client=environ.get("REMOTE_ADDR"))
    return [body] if method == "GET" else []


def _repeatable(reading: Reading, response: HttpResponse, headers: list[tuple[str, str]]) -> Answer | None:
    head = tuple((name, value) for name, value in headers if name.lower() not in OWN)
    is_plain = {name.lower() for name, _ in head} <= HEAD
    if reading.entry is None or not is_plain or response.content != reading.entry.body:
        return None
    return Answer(reading.entry, head, reading, response.charset)
