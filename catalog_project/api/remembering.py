"""Reads of anonymous callers, remembered below everything that decides who reads and what was asked for."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any

from django.conf import settings
from rest_framework.request import Request
from rest_framework.response import Response

from catalog_project.api.renderers import ORJSONRenderer
from catalog_project.reading.cache import Perishable
from catalog_project.reading.entries import Entry

READING = "catalog.reading"

Handler = Callable[..., Response]


@dataclass(slots=True)
class Reading:
    """What is known about one request as a read; it travels in `request.META`, which is the WSGI environment.

    `generation` was asked after the request came. `is_public` says that the answer holds what anyone may see, as it
    is until `edge` (seconds since 1970); `entry` is what it was made of, if that is remembered.
    """

    generation: bytes | None = None
    is_public: bool = False
    edge: float = math.inf
    entry: Entry | None = None
    route: str | None = None
    path: str = ""
    scheme: str = ""


def remembered(handler: Handler) -> Handler:
    """Decorate a view's list or detail: what anyone may see is made once for each state of the database.

    The view names its `cache`; what is good for a while only is a `PerishableResponse`.
    Pages behind a cursor are made each time: there are too many of them.
    """

    @wraps(handler)
    def answer(view: Any, request: Request, *args: Any, **kwargs: Any) -> Response:
        if not is_anonymous(request):
            return handler(view, request, *args, **kwargs)
        reading = request.META.get(READING) or Reading()
        reading.is_public = True
        if "cursor" not in request.query_params:
            reading.entry = view.cache.entry(
                _key(request),
                lambda: _rendered(handler(view, request, *args, **kwargs)),
                generation=reading.generation,
            )
        if reading.entry is None:
            reading.edge = view.cache.edge_soon()
            return handler(view, request, *args, **kwargs)
        reading.edge = reading.entry.edge
        return Response(reading.entry.body)

    return answer


class PerishableResponse(Response):
    """An answer that may be given again until `holds_until`, in seconds since 1970, and no longer."""

    holds_until: float = math.inf


def _rendered(response: Response) -> bytes:
    body = Perishable(ORJSONRenderer().render(response.data))
    if isinstance(response, PerishableResponse):
        body.until = response.holds_until
    return body


def is_anonymous(request: Request) -> bool:
    """Whether nothing about a request says who sent it; credentials that mean nothing to us count as such too."""
    return (
        not request.user.is_authenticated
        and "HTTP_AUTHORIZATION" not in request.META
        and settings.SESSION_COOKIE_NAME not in request.COOKIES
    )


def _key(request: Request) -> str:
    # Links in the answer are absolute. The query as it was sent: decoded, two different ones could look the same.
    return "\n".join((str(request.scheme), request.get_host(), request.path, request.META.get("QUERY_STRING", "")))
