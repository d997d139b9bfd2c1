"""What caches between us and the callers may keep: `Cache-Control`, decided in one place (RFC 9111, RFC 5861)."""

import math
from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.cache import patch_vary_headers

from catalog_project.api.remembering import READING, Reading
from catalog_project.observability.routes import route_of

PREFIX = "/api/"
# Longest that a shared cache may go on with what it has while we are away.
STALE_IF_ERROR_SECONDS = 600
FOREVER = 1e9
STALE_HEADER = "X-Served-Stale"


class CacheControlMiddleware:
    """Says of every answer of the API who may keep it, unless its view has: `no-store` where tokens are in it.

    Stands before everything that is about sessions, users and views, so that their refusals are marked as well.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Serve the request; views leave word in its `Reading`."""
        if not request.path_info.startswith(PREFIX):
            return self.get_response(request)
        reading: Reading = request.META.setdefault(READING, Reading())
        response = self.get_response(request)
        reading.route, reading.path, reading.scheme = route_of(request), request.path, str(request.scheme)
        _decide(response, reading)
        return response


def public(left: float) -> str:
    """What shared caches may do with what anyone may see, as it is for so many more seconds.

    Browsers ask each time. Shared caches keep it for CACHE_SHARED_SECONDS, and as long again while they ask; where
    we are away they may go on with it. None of that reaches past the moment at which something opens or closes.
    """
    whole = math.floor(min(max(left, 0), FOREVER))
    fresh = min(settings.CACHE_SHARED_SECONDS, whole)
    revalidate = min(settings.CACHE_SHARED_SECONDS, whole - fresh)
    on_error = min(STALE_IF_ERROR_SECONDS, whole - fresh)
    return f"public, max-age=0, s-maxage={fresh}, stale-while-revalidate={revalidate}, stale-if-error={on_error}"


def standing_in(age: float) -> dict[str, str]:
    """The headers of an answer that was right so many seconds ago, given again while the database cannot be asked.

    `Age` is that of RFC 9111. Nobody keeps it: soon there will be a better one.
    """
    return {"Cache-Control": "no-store", "Age": str(math.floor(age)), STALE_HEADER: "true"}


def _decide(response: HttpResponse, reading: Reading) -> None:
    if response.status_code == 304:
        # Django counts the bytes of this answer; the header would have to count those of the body that is spared.
        del response["Content-Length"]
    if reading.age is not None and response.status_code in {200, 304}:
        for name, value in standing_in(reading.age).items():
            response[name] = value
        patch_vary_headers(response, ["Accept", "Authorization"])
    elif reading.is_public and response.status_code in {200, 304}:
        response["Cache-Control"] = public(reading.edge - timezone.now().timestamp())
        # Not Cookie: no cookie changes what the API answers.
        patch_vary_headers(response, ["Accept", "Authorization"])
    elif response.status_code >= 400:
        response["Cache-Control"] = "no-store"
    elif "Cache-Control" not in response:
        response["Cache-Control"] = "private, no-cache"
