"""Admission control, in front of everything else: so many requests are in work, so many wait, the rest is refused.

Without it a worker takes in whatever comes and answers all of it late. A refusal costs next to nothing, says when to
come again, and leaves the time to those who were let in ("load shedding"; Google's *Site Reliability Engineering*,
chapter 21).

No resource gets all the places of a worker: when everything about products waits for a lock, brands are still
answered (a bulkhead: Nygard, *Release It!*). Probes are no work: they pass.

A queue that moves is worth waiting in: many who want the same row are all served, one after the other. Where nothing
has been answered well for a while, or something could not be answered, waiting would be in vain.
"""

import math
import re
import threading
import time
from collections import Counter, deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

import orjson

from catalog_project.api.cache_control import STALE_HEADER
from catalog_project.api.problems import CONTENT_TYPE, PROBLEMS, problem_body
from catalog_project.health import PROBES
from catalog_project.hot_reads import at_hand
from catalog_project.observability.metrics import count_refusal
from catalog_project.observability.request_id import HEADER, choose_request_id
from catalog_project.postgresql.patience import begin_request, end_request, has_time_left
from catalog_project.reading.cache import is_database_away
from catalog_project.security import OF_DATA
from catalog_project.server import response

Environ = dict[str, Any]
StartResponse = Callable[..., Any]
Application = Callable[[Environ, StartResponse], Iterable[bytes]]

API = "/api/v1/"
LONGEST = 20.0
LOOK_SECONDS = 1.0
OVERLOADED = "overloaded"
STATUS = "503 Service Unavailable"
# A whole request without a body, whose path says what it is about, and headers that would make it more than that.
PLAIN = re.compile(rb"GET (/[^ ?#%]*)[^ ]* HTTP/1\.1\r\n((?:[^\r\n]+\r\n)+)\r\n")
TELLING = re.compile(rb"^(?:content-length|transfer-encoding|connection|upgrade|expect):", re.IGNORECASE | re.MULTILINE)
REQUEST_ID = re.compile(rb"^x-request-id:[ \t]*(.*?)[ \t]*\r$", re.IGNORECASE | re.MULTILINE)


@dataclass(eq=False, slots=True)
class Waiter:
    """A request that waits; whoever gives it a place releases `turn`."""

    resource: str
    turn: threading.Lock = field(default_factory=threading.Lock)


@dataclass(slots=True)
class Fortune:
    """When requests for a resource were last answered well, and when not (`time.monotonic`)."""

    good: float = field(default_factory=time.monotonic)
    bad: float = -math.inf


class Gate:
    """Places for `places` requests at work, all but one of them for any one resource, and `waiting` that wait.

    Of those that wait at most half are for one resource. Who has waited for `patience` seconds goes, unless the
    resource was answered well within so many seconds, and never badly; at LONGEST seconds everybody goes.
    """

    def __init__(self, *, places: int, waiting: int, patience: float) -> None:
        self._places, self._each = places, max(1, places - 1)
        self._waiting, self._waiting_each = waiting, max(1, waiting // 2)
        self.patience = patience
        self._lock = threading.Lock()
        self._busy = 0
        self._at_work: Counter[str] = Counter()
        self._fortunes: dict[str, Fortune] = {}
        self._queue: deque[Waiter] = deque()
        self._queued: Counter[str] = Counter()

    def enter(self, resource: str) -> bool:
        """A place, now or after a wait; False where there is none. Whoever got one leaves."""
        if self.refuses(resource):
            return False
        with self._lock:
            if self._has_place(resource):
                self._take_place(resource)
                return True
            if self._is_full(resource):
                return False
            waiter = Waiter(resource)
            waiter.turn.acquire()
            self._queue.append(waiter)
            self._queued[resource] += 1
        return self._waits(waiter) or not self._gives_up(waiter)

    @property
    def inside(self) -> int:
        """How many are at work or wait."""
        return self._busy + len(self._queue)

    def refuses(self, resource: str, *, coming: int = 0) -> bool:
        """Whether one more would be refused, when so many are on their way that may be before it.

        Takes no lock: very many at once would stand in line for it.
        """
        return self._is_full(resource, coming) and not self._has_place(resource)

    def leave(self, resource: str, *, is_well: bool = True) -> None:
        """Give a place to the first in the queue who may have it; `is_well` says how it was answered."""
        with self._lock:
            self._note(resource, is_well=is_well)
            following = next((waiter for waiter in self._queue if self._has_place(waiter.resource)), None)
            if following:
                self._forget(following)
                self._take_place(following.resource)
                following.turn.release()

    def _forget(self, waiter: Waiter) -> None:
        self._queue.remove(waiter)
        self._queued[waiter.resource] -= 1
        if not self._queued[waiter.resource]:  # clients choose the names: none stays that nobody asks for
            del self._queued[waiter.resource]

    def _take_place(self, resource: str) -> None:
        self._busy += 1
        self._at_work[resource] += 1
        self._fortunes.setdefault(resource, Fortune())

    def _note(self, resource: str, *, is_well: bool) -> None:
        self._busy -= 1
        self._at_work[resource] -= 1
        if is_well:
            self._fortunes[resource].good = time.monotonic()
        else:
            self._fortunes[resource].bad = time.monotonic()
        if not self._at_work[resource]:
            del self._at_work[resource]
            if resource not in self._queued:
                del self._fortunes[resource]

    def _waits(self, waiter: Waiter) -> bool:
        end = time.monotonic() + LONGEST
        if waiter.turn.acquire(timeout=self.patience):
            return True
        while self._moves(waiter.resource) and time.monotonic() < end:
            if waiter.turn.acquire(timeout=LOOK_SECONDS):
                return True
        return False

    def _moves(self, resource: str) -> bool:
        fortune, since = self._fortunes.get(resource), time.monotonic() - self.patience
        return fortune is not None and fortune.good > since > fortune.bad

    def _has_place(self, resource: str) -> bool:
        return self._busy < self._places and self._at_work[resource] < self._each

    def _is_full(self, resource: str, coming: int = 0) -> bool:
        return len(self._queue) + coming >= self._waiting or self._queued[resource] + coming >= self._waiting_each

    def _gives_up(self, waiter: Waiter) -> bool:
        with self._lock:
            if waiter not in self._queue:  # a place came at the last moment
                return False
            self._forget(waiter)
            return True


class Admission:
    """Lets requests through to an application as its gate allows."""

    def __init__(self, application: Application, gate: Gate) -> None:
        self._application, self._gate = application, gate

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        """Answer, or refuse at once."""
        if environ["PATH_INFO"].removesuffix("/") in PROBES:
            return self._application(environ, start_response)
        begin_request(self._gate.patience)
        try:
            return self._admit(environ, start_response)
        finally:
            end_request()

    def turned_away(self, head: bytes, *, given: int) -> bytes | None:
        """The whole refusal of a request that has not been parsed, when threads were given so many others.

        None where it may be admitted, or is no plain read.
        """
        request = PLAIN.fullmatch(head)
        if request is None or TELLING.search(request[2]):
            return None
        path, coming = request[1].decode("latin-1"), max(0, given - self._gate.inside)
        if path.removesuffix("/") in PROBES or not self._gate.refuses(resource_of(path), coming=coming):
            return None
        if is_database_away():
            return None
        offered = REQUEST_ID.search(request[2])
        return response(STATUS, *_refusal(path, offered and offered[1].decode("latin-1")))

    def _admit(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        # Those who wait for a database that does not answer must not keep out who needs none.
        answer = at_hand(environ, start_response) if is_database_away() else None
        if answer is not None:
            return answer
        resource = resource_of(environ["PATH_INFO"])
        if not self._gate.enter(resource):
            # To look costs little after a wait, and too much where very many are refused at once.
            answer = None if has_time_left() else at_hand(environ, start_response)
            return _refuse(environ, start_response) if answer is None else answer
        return self._serve(resource, environ, start_response)

    def _serve(self, resource: str, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        said = "500"

        def listen(status: str, headers: list[tuple[str, str]], *rest: Any) -> Any:
            nonlocal said
            # An answer of old does not show that anything is served well.
            said = STATUS if (STALE_HEADER, "true") in headers else status
            return start_response(status, headers, *rest)

        try:
            return self._application(environ, listen)
        finally:
            self._gate.leave(resource, is_well=said < "500")


def resource_of(path: str) -> str:
    """What a path is about: the collection of the API that it names, or everything else."""
    return path[len(API) :].partition("/")[0] if path.startswith(API) else ""


def _refusal(path: str, offered: str | None) -> tuple[list[tuple[str, str]], bytes]:
    count_refusal(OVERLOADED)
    request_id = choose_request_id(offered)
    content = orjson.dumps(problem_body(OVERLOADED, path, request_id))
    headers = [
        ("Content-Type", CONTENT_TYPE),
        ("Content-Length", str(len(content))),
        ("Cache-Control", "no-store"),
        ("Retry-After", str(PROBLEMS[OVERLOADED].retry_after)),
        (HEADER, request_id),
        *OF_DATA,
    ]
    return headers, content


def _refuse(environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
    headers, content = _refusal(environ["PATH_INFO"], environ.get("HTTP_X_REQUEST_ID"))
    start_response(STATUS, headers)
    return [] if environ["REQUEST_METHOD"] == "HEAD" else [content]
