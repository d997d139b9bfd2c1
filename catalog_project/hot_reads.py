"""The short way: what anonymous callers read before is answered ahead of Django, as long as nothing was committed.

An answer that came the long way, through everything that decides who reads what, may be given again where the
request is the same in all that could change it, the database is in the same state, and no window has opened or
closed. While the database cannot be asked, what held a short while ago stands in. Whatever else is in doubt goes the
long way. Request id, log line and metrics are those of any request.
"""

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django.http import HttpResponse
from django.utils import timezone

from catalog_project.api.cache_control import public, standing_in
from catalog_project.api.conditional import names
from catalog_project.api.remembering import READING, Reading
from catalog_project.api.throttling import count_anonymous
from catalog_project.limits.limiter import Verdict
from catalog_project.observability.logs import log_request
from catalog_project.observability.metrics import HotRead, count_cache, hot_reads
from catalog_project.observability.request_id import HEADER, choose_request_id, serving
from catalog_project.reading.cache import confirm, generation_if_on, is_database_away
from catalog_project.reading.entries import Entry
from catalog_project.reading.memory import Memory

Environ = dict[str, Any]
StartResponse = Callable[..., Any]
Application = Callable[[Environ, StartResponse], Iterable[bytes]]
Key = tuple[str, ...]
Headers = list[tuple[str, str]]

PREFIX = "/api/v1/"
ROOM = 16 * 1024 * 1024
# Pages behind a cursor have their own: who walks through the whole catalog drives nothing out that others read.
DEEP_ROOM = 4 * 1024 * 1024
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
        "content-security-policy",
        "content-type",
        "cross-origin-opener-policy",
        "cross-origin-resource-policy",
        "etag",
        "permissions-policy",
        "referrer-policy",
        "strict-transport-security",
        "vary",
        "x-content-type-options",
        "x-frame-options",
    }
)
# Of a body, which a 304 has none of.
OF_BODY = frozenset({"content-length", "content-type"})
# These are made anew for each answer.
OWN = frozenset({HEADER.lower(), "cache-control", "ratelimit", "ratelimit-policy"})


@dataclass(frozen=True, slots=True)
class Answer:
    """What is given again: bytes, the headers that stay, and how logs and metrics know the request.

    What was learned from a 304 has no headers of the body, and so serves only who needs no body either.
    """

    entry: Entry
    head: tuple[tuple[str, str], ...]
    head_of_body: tuple[tuple[str, str], ...]
    known_as: Reading
    charset: str


answers: Memory[Answer] = Memory(ROOM)
deep_answers: Memory[Answer] = Memory(DEEP_ROOM)


class HotReads:
    """Stands in front of a Django application, which answers what is not known here."""

    def __init__(self, application: Application) -> None:
        self._application = application

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        """Answer from memory, or the long way and learn from that."""
        key = _key(environ)
        if key is None:
            return self._application(environ, start_response)
        answer = _from_memory(key, environ, start_response)
        return self._learn(key, environ, start_response) if answer is None else answer

    def _learn(self, key: Key, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        said: list[Any] = []

        def listen(status: str, headers: list[tuple[str, str]], *rest: Any) -> Any:
            said[:] = status, headers
            return start_response(status, headers, *rest)

        response = self._application(environ, listen)
        reading = environ.get(READING)
        if reading and reading.entry and isinstance(response, HttpResponse) and said[0][:3] in {"200", "304"}:
            answer = _repeatable(reading, response, said[1])
            if answer:
                memory = deep_answers if reading.is_deep else answers
                memory.put(key, answer, sum(map(len, key)) + len(answer.entry.body))
        return response


def _telling(verdict: Verdict, start_response: StartResponse) -> StartResponse:
    def tell(status: str, headers: list[tuple[str, str]]) -> Any:
        return start_response(status, [*headers, *verdict.headers.items()])

    return tell


def at_hand(environ: Environ, start_response: StartResponse) -> Iterable[bytes] | None:
    """The answer from memory alone, for who may not go the long way now; None where there is none."""
    key = _key(environ)
    return None if key is None else _from_memory(key, environ, start_response)


def _from_memory(key: Key, environ: Environ, start_response: StartResponse) -> Iterable[bytes] | None:
    started = time.perf_counter()
    known = answers.get(key) or deep_answers.get(key)
    if known is None:
        return None
    is_had = names(environ.get("HTTP_IF_NONE_MATCH"), known.entry.tag)
    headers = _headers_if_good(known, environ) if is_had or known.head_of_body else None
    verdict = count_anonymous(environ, known.known_as.limit) if headers else None
    # What is beyond its limit is refused the long way.
    if headers is None or (verdict and not verdict.use.passes):
        return None
    tell = _telling(verdict, start_response) if verdict else start_response
    return _again(known, headers, started, environ, tell, is_had=is_had)


def _key(environ: Environ) -> Key | None:
    """All that could change the answer to an anonymous read; None for any other request."""
    if not environ["PATH_INFO"].startswith(PREFIX) or environ["REQUEST_METHOD"] not in {"GET", "HEAD"}:
        return None
    if not DOUBTFUL.isdisjoint(environ) or environ.get("CONTENT_LENGTH") not in {None, "", "0"}:
        return None
    get = environ.get
    return tuple([get(name, "") for name in DECIDING])


def _headers_if_good(known: Answer, environ: Environ) -> Headers | None:
    """The headers that say how good an answer is, found to hold after the request came; None where it does not.

    While the database cannot be asked it may stand in for the right one.
    """
    generation = generation_if_on()
    now = timezone.now().timestamp()
    if generation is not None and known.entry.holds(generation, now):
        confirm(known.entry, now)
        return [("Cache-Control", public(known.entry.edge - now))]
    count_cache(False, NAME)
    if generation is None and is_database_away() and known.entry.stands_in(now):
        return [*standing_in(now - known.entry.held_at).items()]
    # The long way need not ask again.
    environ[READING] = Reading(generation)
    return None


def _again(
    known: Answer, headers: Headers, started: float, environ: Environ, start_response: StartResponse, *, is_had: bool
) -> Iterable[bytes]:
    method, of = environ["REQUEST_METHOD"], known.known_as
    request_id = choose_request_id(environ.get("HTTP_X_REQUEST_ID"))
    own = *headers, (HEADER, request_id)
    if is_had:
        status, body = 304, b""
        start_response("304 Not Modified", [*known.head, *own])
    else:
        status, body = 200, known.entry.body
        start_response("200 OK", [*known.head_of_body, *known.head, *own])
    seconds = time.perf_counter() - started
    hot_reads.add(HotRead(of.route, method, of.scheme, status, known.charset), seconds, len(body))
    with serving(request_id):
        log_request(method, of.path, status, seconds, route=of.route, client=environ.get("REMOTE_ADDR"))
    return [body] if body and method == "GET" else []


def _repeatable(reading: Reading, response: HttpResponse, headers: list[tuple[str, str]]) -> Answer | None:
    head = [(name, value) for name, value in headers if name.lower() not in OWN]
    is_plain = {name.lower() for name, _ in head} <= HEAD
    if reading.entry is None or not is_plain or (response.content or reading.entry.body) != reading.entry.body:
        return None
    of_body = tuple(pair for pair in head if pair[0].lower() in OF_BODY)
    rest = tuple(pair for pair in head if pair not in of_body)
    return Answer(reading.entry, rest, of_body, reading, response.charset)
