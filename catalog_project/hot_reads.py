"""The short way: what anonymous callers read before is answered ahead of Django, as long as nothing was committed.

An answer that came the long way, through everything that decides who reads what, may be given again where the
request is the same in all that could change it, the database is in the same state, and no window has opened or
closed. While the database cannot be asked, what held a short while ago stands in. Whatever else is in doubt goes the
long way. Request id, log line and metrics are those of any request.
"""

import time
from collections.abc import Callable, Iterable
from typing import Any

from django.http import HttpResponse
from django.utils import timezone

from catalog_project import first_reads
from catalog_project.api.cache_control import public, standing_in
from catalog_project.api.conditional import names
from catalog_project.api.remembering import READING, Reading
from catalog_project.api.throttling import count_anonymous
from catalog_project.observability.logs import log_request
from catalog_project.observability.metrics import Served, count_cache, served
from catalog_project.observability.request_id import HEADER, choose_request_id, serving
from catalog_project.reading.cache import confirm, generation_if_on, is_database_away
from catalog_project.reading.memory import Memory
from catalog_project.repeatable import Answer, Headers, repeatable

Environ = dict[str, Any]
StartResponse = Callable[..., Any]
Application = Callable[[Environ, StartResponse], Iterable[bytes]]
Key = tuple[str, ...]

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
        if answer is None:
            answer = _for_the_first_time(key, environ, start_response)
        return self._learn(key, environ, start_response) if answer is None else answer

    def _learn(self, key: Key, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        said: list[Any] = []

        def listen(status: str, headers: list[tuple[str, str]], *rest: Any) -> Any:
            said[:] = status, headers
            return start_response(status, headers, *rest)

        response = self._application(environ, listen)
        reading: Reading | None = environ.get(READING)
        if reading and isinstance(response, HttpResponse) and said[0][:3] in {"200", "304"}:
            answer = repeatable(reading, response, said[1])
            if answer and reading.entry:
                _keep(key, answer)
            if answer and reading.finder and said[0][:3] == "200":
                first_reads.learn(key, answer)
        return response


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
    # What is beyond its limit is refused the long way.
    if headers is None or not _is_within_limit(known, environ):
        return None
    count_cache(True, NAME)
    return _again(known, headers, started, environ, start_response, is_had=is_had)


def _for_the_first_time(key: Key, environ: Environ, start_response: StartResponse) -> Iterable[bytes] | None:
    """The answer where others like it were given and this one was not, as the database is now."""
    started = time.perf_counter()
    like = first_reads.like(key)
    if like is None or "HTTP_IF_NONE_MATCH" in environ or is_database_away() or not _is_within_limit(like, environ):
        return None
    answer = first_reads.read(key, like, environ[READING])
    if answer is None:
        return None
    if answer.entry.generation:
        _keep(key, answer)
    headers = [("Cache-Control", public(answer.entry.edge - timezone.now().timestamp()))]
    return _again(answer, headers, started, environ, start_response, is_had=False)


def _is_within_limit(known: Answer, environ: Environ) -> bool:
    """Count the request, unless that is done; the long way need not count it again."""
    reading: Reading = environ.setdefault(READING, Reading())
    if reading.limit is None:
        reading.limit = known.known_as.limit
        reading.verdict = count_anonymous(environ, reading.limit)
    return reading.verdict is None or reading.verdict.use.passes


def _keep(key: Key, answer: Answer) -> None:
    memory = deep_answers if answer.known_as.is_deep else answers
    memory.put(key, answer, sum(map(len, key)) + len(answer.entry.body))


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
    environ.setdefault(READING, Reading()).generation = generation
    return None


def _again(
    known: Answer, headers: Headers, started: float, environ: Environ, start_response: StartResponse, *, is_had: bool
) -> Iterable[bytes]:
    method, of = environ["REQUEST_METHOD"], known.known_as
    request_id = choose_request_id(environ.get("HTTP_X_REQUEST_ID"))
    verdict = environ[READING].verdict
    own = *headers, (HEADER, request_id), *(verdict.headers.items() if verdict else ())
    if is_had:
        status, body = 304, b""
        start_response("304 Not Modified", [*known.head, *own])
    else:
        status, body = 200, known.entry.body
        start_response("200 OK", [*known.head_of_body, *known.head, *own])
    seconds = time.perf_counter() - started
    served.add(Served(of.route, method, of.scheme, status, known.charset), seconds, len(body))
    with serving(request_id):
        log_request(method, of.path, status, seconds, route=of.route, client=environ.get("REMOTE_ADDR"))
    return [body] if body and method == "GET" else []
