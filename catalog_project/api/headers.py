"""The headers of answers that clients rely on, as the OpenAPI document describes them: all of them, in one place."""

from collections.abc import Iterable
from typing import Any

from catalog_project.api import idempotency
from catalog_project.api.cache_control import STALE_HEADER
from catalog_project.api.problems import PROBLEMS

Responses = dict[str, Any]


def _header(description: str, example: Any = None, **schema: Any) -> dict[str, Any]:
    header = {"description": description, "schema": {"type": "string"} | schema}
    return header if example is None else header | {"example": example}


ETAG = {
    "ETag": _header(
        'Strong: `"VERSION-DIGEST"`. It changes whenever the body does.', '"3-9e107d9d372bb6826bd81d3542a419d6"'
    )
}
PRESENT = {"ETag": _header("Of what is there now.", '"4-9e107d9d372bb6826bd81d3542a419d6"')}
LOCATION = {"Location": _header("The address of what was created.", format="uri")}
REPLAYED = {idempotency.REPLAYED: _header("Where it is given again.", enum=["true"])}
LIMIT = {
    "RateLimit": _header(
        "What is left of the limit that the request counts in, and the seconds until it is whole again; "
        "where there is a limit.",
        '"read";r=598;t=60',
    ),
    "RateLimit-Policy": _header("That limit: how many (`q`) in how many seconds (`w`).", '"read";q=600;w=60'),
}
WAIT = {"Retry-After": _header("Seconds after which to send it again.", 1, type="integer", minimum=0)}
STALE = {
    STALE_HEADER: _header("Where the answer stands in for one that cannot be made now.", enum=["true"]),
    "Age": _header("Seconds since it was known to be right; beside that.", 12, type="integer", minimum=0),
}
UNCOUNTED = {"414"}  # refused before anything is known of the request


def say(responses: Responses, statuses: Iterable[str], headers: dict[str, Any]) -> None:
    """Add headers to the answers of these statuses, as far as there are any."""
    for status in responses.keys() & set(statuses):
        responses[status]["headers"] = {**responses[status].get("headers", {}), **headers}


def say_usual(responses: Responses, *, codes: Iterable[str], is_counted: bool) -> None:
    """Those that follow from what an operation can be answered with, and from whether it counts in a limit."""
    say(responses, {"201", "202"}, LOCATION)
    counted = {status for status in responses if status < "500" and is_counted} - UNCOUNTED
    say(responses, counted | {"429"}, LIMIT)
    say(responses, {str(PROBLEMS[code].status) for code in codes if _has_wait(code)}, WAIT)


def _has_wait(code: str) -> bool:
    return code == "rate_limited" or PROBLEMS[code].retry_after is not None
