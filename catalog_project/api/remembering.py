"""Reads of anonymous callers, remembered below everything that decides who reads and what was asked for."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any

from django.conf import settings
from django.utils import timezone
from rest_framework.request import Request
from rest_framework.response import Response

from catalog_project.api.renderers import ORJSONRenderer
from catalog_project.limits.limiter import Verdict
from catalog_project.reading.cache import Described, ReadCache, is_database_away
from catalog_project.reading.entries import Entry

READING = "catalog.reading"

Handler = Callable[..., Response]


@dataclass(frozen=True, slots=True)
class Finder:
    """How details like one that was shown are found: the body and its tag by an id or slug. Raises Http404."""

    find: Callable[[str], Described]
    cache: ReadCache
    host: str


@dataclass(slots=True)
class Reading:
    """What is known about one request as a read; it travels in `request.META`, which is the WSGI environment.

    `generation` was asked after the request came. `is_public` says that the answer holds what anyone may see, as it
    is until `edge` (seconds since 1970); `entry` is what it was made of, if that may be remembered, and `is_deep` says
    that it is one of very many. `limit` names the limit that the request counts in. `age` says that the answer stands
    in for one that cannot be made, and for how many seconds it has not been known to be right.

    Ahead of Django `verdict` is what the limit said, and `failure` what became of a look for the answer; `finder` says
    how to look for others of its kind.
    """

    generation: bytes | None = None
    is_public: bool = False
    edge: float = math.inf
    entry: Entry | None = None
    is_deep: bool = False
    limit: str | None = None
    verdict: Verdict | None = None
    failure: Exception | None = None
    finder: Finder | None = None
    age: float | None = None
    route: str | None = None
    path: str = ""
    scheme: str = ""

    def tell_failure(self) -> None:
        """Fail as the look ahead of Django did, once: whether it is worth another is decided as for any failure."""
        failure, self.failure = self.failure, None
        if failure:
            raise failure


def remembered(handler: Handler) -> Handler:
    """Decorate a view's list or detail: what anyone may see is made once for each state of the database.

    The view names its `cache`; what is good for a while only is a `PerishableResponse`. Where nothing is remembered
    the view may say that the caller has the answer already, `unchanged`.
    Pages behind a cursor are not kept here: there are too many of them.
    """

    @wraps(handler)
    def answer(view: Any, request: Request, *args: Any, **kwargs: Any) -> Response:
        if not is_anonymous(request):
            return view.unchanged() or handler(view, request, *args, **kwargs)
        reading = request.META.get(READING) or Reading()
        reading.is_public, reading.is_deep = True, "cursor" in request.query_params
        reading.tell_failure()
        reading.finder = view.finder()

        if is_database_away() and (standing := stand_in(view.cache, request)):
            return standing

        def make() -> bytes:
            return _rendered(handler(view, request, *args, **kwargs))

        if reading.is_deep:
            reading.entry = view.cache.passing(make, generation=reading.generation)
        else:
            reading.entry = view.cache.entry(_key(request), make, generation=reading.generation)
        if reading.entry is None:
            reading.edge = view.cache.edge_soon()
            return view.unchanged() or handler(view, request, *args, **kwargs)
        reading.edge = reading.entry.edge
        return _told(reading.entry)

    return answer


def stand_in(cache: ReadCache, request: Request) -> Response | None:
    """The answer to an anonymous read as it was a short while ago, for want of the database, if there is one."""
    entry = cache.standing_in(_key(request)) if is_anonymous(request) else None
    if entry is None:
        return None
    reading = request.META.setdefault(READING, Reading())
    reading.entry, reading.age = None, timezone.now().timestamp() - entry.held_at
    return _told(entry)


def _told(entry: Entry) -> Response:
    return Response(entry.body, headers={"ETag": entry.tag} if entry.tag else None)


class PerishableResponse(Response):
    """An answer that may be given again until `holds_until`, in seconds since 1970, and no longer."""

    holds_until: float = math.inf


def _rendered(response: Response) -> bytes:
    body = Described(ORJSONRenderer().render(response.data))
    body.tag = response.get("ETag", "")
    if isinstance(response, PerishableResponse):
        body.until = response.holds_until
    return body


def is_anonymous(request: Request) -> bool:
    """Whether nothing about a request says who sent it; credentials that mean nothing to us count as such too."""
    # Last who it is: to find out may take the database, which may be what is missing.
    return (
        "HTTP_AUTHORIZATION" not in request.META
        and settings.SESSION_COOKIE_NAME not in request.COOKIES
        and not request.user.is_authenticated
    )


def _key(request: Request) -> str:
    # The query as it was sent: decoded, two different ones could look the same.
    return cache_key(str(request.scheme), request.get_host(), request.path, request.META.get("QUERY_STRING", ""))


def cache_key(scheme: str, host: str, path: str, query: str = "") -> str:
    """Where an answer to anonymous callers is kept: links in it are absolute."""
    return f"{scheme}\n{host}\n{path}\n{query}"
