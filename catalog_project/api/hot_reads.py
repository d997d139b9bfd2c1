"""The short way for what anonymous callers asked before, and the one place that says what caches may keep.

A read that was answered in full is known by everything in its request that could change the answer. The same
request again costs one question to the database, whether anything was committed since; nothing is answered where
that is in doubt, and every request that is not exactly like the former one takes the long way.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import ResolverMatch
from django.utils import timezone
from django.utils.cache import patch_vary_headers

from catalog_project.api.remembering import Reading, seconds_left
from catalog_project.observability.metrics import count_cache
from catalog_project.reading.cache import generation_if_on
from catalog_project.reading.entries import Entry
from catalog_project.reading.memory import Memory

PREFIX = "/api/"
ROOM = 16 * 1024 * 1024
NAME = "hot"

# Any of these may change the answer: the long way knows how. A body of a read is refused there.
DOUBTFUL = frozenset(
    f"HTTP_{name}"
    for name in (
        "AUTHORIZATION",
        "COOKIE",
        "IF_MATCH",
        "IF_NONE_MATCH",
        "IF_MODIFIED_SINCE",
        "IF_UNMODIFIED_SINCE",
        "IF_RANGE",
        "RANGE",
        "PREFER",
        "TRANSFER_ENCODING",
    )
)
# Headers that are the same whenever the body is; an answer with others is not for the short way.
HEAD = frozenset({"allow", "content-length", "content-type", "vary", "x-frame-options"})
# Longest that a shared cache may go on with what it has while we are away.
STALE_IF_ERROR_SECONDS = 600

Key = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Hot:
    """An answer to be given again: its bytes, its headers without Cache-Control, and the route it came by."""

    entry: Entry
    head: dict[str, str]
    match: ResolverMatch | None


answers: Memory[Hot] = Memory(ROOM)


class HotReadsMiddleware:
    """Stands before everything that is about sessions, users and views, and behind what is about any request."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer from memory, or the long way and remember that."""
        if not request.path_info.startswith(PREFIX):
            return self.get_response(request)
        reading = Reading()
        request.reading = reading  # type: ignore[attr-defined]
        key = _key(request)
        if key and (known := answers.get(key)) and (answer := _again(request, reading, known)):
            return answer
        response = self.get_response(request)
        _set_cache_control(response, reading)
        if key:
            _learn(key, request, response, reading)
        return response


def _key(request: HttpRequest) -> Key | None:
    meta = request.META
    # DRF's test client signs in without a header.
    if request.method not in {"GET", "HEAD"} or not DOUBTFUL.isdisjoint(meta) or hasattr(request, "_force_auth_user"):
        return None
    if meta.get("CONTENT_LENGTH") not in {None, "", "0"}:
        return None
    # The host was found to be one of ours when the answer was made; links in it depend on it and on the scheme.
    return (
        request.path_info,
        meta.get("QUERY_STRING", ""),
        meta.get("HTTP_HOST", ""),
        meta.get("HTTP_ACCEPT", ""),
        str(request.scheme),
        meta.get("SCRIPT_NAME", ""),
    )


def _again(request: HttpRequest, reading: Reading, known: Hot) -> HttpResponse | None:
    # Asked after the request came: whatever was committed before it is seen.
    reading.generation = generation_if_on()
    now = timezone.now().timestamp()
    is_good = reading.generation is not None and known.entry.holds(reading.generation, now)
    count_cache(is_good, NAME)
    if not is_good:
        return None
    request.resolver_match = known.match  # logs and metrics name the request by it
    response = HttpResponse(known.entry.body, headers=known.head)
    response["Cache-Control"] = _public(known.entry.edge - now)
    return response


def _learn(key: Key, request: HttpRequest, response: HttpResponse, reading: Reading) -> None:
    entry = reading.entry
    if entry is None or response.status_code != 200 or response.cookies or response.content != entry.body:
        return
    head = {name: value for name, value in response.items() if name != "Cache-Control"}
    if {name.lower() for name in head} <= HEAD:
        answers.put(key, Hot(entry, head, request.resolver_match), len(entry.body))


# --- Cache-Control (RFC 9111, RFC 5861) -------------------------------------------------------------------------


def _set_cache_control(response: HttpResponse, reading: Reading) -> None:
    """Say who may keep an answer, unless its view has said so."""
    if reading.is_public and response.status_code == 200:
        response["Cache-Control"] = _public(seconds_left(reading.edge))
        # Not Cookie: no cookie changes what the API answers.
        patch_vary_headers(response, ["Accept", "Authorization"])
    elif response.status_code >= 400:
        response["Cache-Control"] = "no-store"
    elif "Cache-Control" not in response:
        response["Cache-Control"] = "private, no-cache"


def _public(left: float) -> str:
    """What shared caches may do with what anyone may see, as it is for so many more seconds.

    Browsers ask each time. Shared caches keep it for CACHE_SHARED_SECONDS, and as long again while they ask; where
    we are away they may go on with it. None of that reaches past the moment at which something opens or closes.
    """
    whole = math.floor(min(left, 1e9))
    fresh = min(settings.CACHE_SHARED_SECONDS, whole)
    revalidate = min(settings.CACHE_SHARED_SECONDS, whole - fresh)
    on_error = min(STALE_IF_ERROR_SECONDS, whole - fresh)
    return f"public, max-age=0, s-maxage={fresh}, stale-while-revalidate={revalidate}, stale-if-error={on_error}"
