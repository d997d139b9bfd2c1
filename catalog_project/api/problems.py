"""Problem documents (RFC 9457) and the register of every code they can carry."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

import orjson
from django.http import HttpRequest, HttpResponse
from rest_framework.request import Request

from catalog_project.errors import Fault
from catalog_project.observability.metrics import count_problem
from catalog_project.observability.request_id import current_request_id

CONTENT_TYPE = "application/problem+json"


@dataclass(frozen=True)
class Problem:
    """One kind of failure: its stable code, HTTP status, short title, meaning and what the caller can do.

    `retry_after`, in seconds, goes out with it as a header where the same request may succeed later.
    """

    code: str
    status: int
    title: str
    meaning: str
    remedy: str
    retry_after: int | None = None


PROBLEMS: dict[str, Problem] = {}


def register(*problems: Problem) -> None:
    """Add codes to the register; an app does so for its own when its URLs are loaded."""
    for problem in problems:
        known = PROBLEMS.setdefault(problem.code, problem)
        if known != problem:
            raise ValueError(f"The problem code {problem.code} has two meanings.")


def problem_response(
    request: HttpRequest | Request,
    code: str,
    *,
    detail: str | None = None,
    faults: Iterable[Fault] = (),
    headers: Mapping[str, str] | None = None,
) -> HttpResponse:
    """Answer with the problem document of a registered code; `detail` says what happened this time."""
    problem = PROBLEMS[code]
    count_problem(code)
    body = {**problem_body(code, request.path, current_request_id(), detail), **present_faults(faults)}
    wait = {} if problem.retry_after is None else {"Retry-After": str(problem.retry_after)}
    content = orjson.dumps(body)
    return HttpResponse(
        content,
        status=problem.status,
        content_type=CONTENT_TYPE,
        # Some are made outside of what counts the bytes of other answers.
        headers={"Content-Length": str(len(content)), **wait, **(headers or {})},
    )


def problem_body(code: str, instance: str, request_id: str, detail: str | None = None) -> dict[str, Any]:
    """What every problem document holds; `instance` is the path that was asked for."""
    # A path may hold lone surrogates; they must not break the answer that refuses it.
    path = instance.encode("utf-8", "replace").decode()
    return {**_body(code, detail), "instance": path, "request_id": request_id}


def item_problem(code: str, detail: str | None = None, faults: Iterable[Fault] = ()) -> dict[str, Any]:
    """The problem document of one part of a request, inside the answer for the whole."""
    return {**_body(code, detail), **present_faults(faults)}


def present_faults(faults: Iterable[Fault]) -> dict[str, list[dict[str, str]]]:
    """The faults as a document has them: `{"errors": […]}`, nothing for none."""
    errors = [_present(fault) for fault in faults]
    return {"errors": errors} if errors else {}


def _body(code: str, detail: str | None) -> dict[str, Any]:
    problem = PROBLEMS[code]
    return {
        "type": f"/problems/{code}",
        "title": problem.title,
        "status": problem.status,
        "detail": detail or problem.meaning,
        "code": code,
    }


def _present(fault: Fault) -> dict[str, str]:
    shown = {key: value for key, value in asdict(fault).items() if value is not None}
    if "parameter" not in shown:
        shown.setdefault("pointer", "")
    return shown


register(
    Problem(
        "malformed", 400, "Malformed request", "The request could not be read.", "Send what the documentation shows."
    ),
    Problem("invalid", 400, "Invalid input", "The request is not valid.", "Mend every place that `errors` names."),
    Problem(
        "not_authenticated",
        401,
        "Not signed in",
        "This needs valid credentials.",
        "Send `Authorization: Bearer TOKEN` with a token from /api/v1/auth/token/, or `Api-Key KEY` with an API key.",
    ),
    Problem(
        "authentication_failed",
        401,
        "Credentials refused",
        "The credentials sent are not valid.",
        "Refresh the token or sign in again; after a logout or password change only signing in helps.",
    ),
    Problem("permission_denied", 403, "Not allowed", "You lack the right to do this.", "Ask a manager for the role."),
    Problem("not_found", 404, "Not found", "There is nothing here that you may see.", "Check the address."),
    Problem(
        "method_not_allowed",
        405,
        "Method not allowed",
        "This resource does not know that method.",
        "Use one that the `Allow` header lists; for partial edits that is PATCH.",
    ),
    Problem("not_acceptable", 406, "Not acceptable", "Only JSON is served here.", "Accept `application/json`."),
    Problem("conflict", 409, "Conflict", "The request does not fit the present state.", "Read again, then decide."),
    Problem("duplicate", 409, "Duplicate", "Something with this key exists already.", "Use another key, or edit that."),
    Problem("in_use", 409, "In use", "Other things still refer to this.", "Move or delete those first."),
    Problem("gone", 410, "Gone", "This is kept no longer.", "Begin anew."),
    Problem(
        "stale",
        412,
        "Changed meanwhile",
        "This was edited after the version that the request names.",
        "Read it again, or take the `ETag` or version that this answer tells, and see whether your edit still fits.",
    ),
    Problem(
        "precondition_required",
        428,
        "Version required",
        "This service takes edits only with an `If-Match` header.",
        "Send the `ETag` of what you have read in `If-Match`, or `*` for whatever is there.",
    ),
    Problem("payload_too_large", 413, "Body too large", "The body exceeds the limit.", "Send less at a time."),
    Problem("uri_too_long", 414, "Address too long", "The address exceeds the limit.", "Send a shorter query."),
    Problem(
        "headers_too_large", 431, "Headers too large", "The headers exceed the limit.", "Send fewer or shorter ones."
    ),
    Problem(
        "unsupported_media_type",
        415,
        "Unsupported media type",
        "The body is of a type that is not read here.",
        "Send `Content-Type: application/json`.",
    ),
    Problem(
        "rate_limited",
        429,
        "Too many requests",
        "There were more requests of this kind than a limit allows.",
        "Send it again after `Retry-After`; the `RateLimit` headers of answers say what is left.",
    ),
    Problem("server_error", 500, "Server error", "Something went wrong on our side.", "Report it with the request_id."),
    Problem(
        "overloaded",
        503,
        "Overloaded",
        "There are more requests than can be answered in time.",
        "Send fewer at once, and try again after `Retry-After`.",
        1,
    ),
    Problem(
        "outcome_unknown",
        503,
        "Outcome unknown",
        "The database was lost in the moment of writing or just after: the change was made, or it was not.",
        "Send it again under the same `Idempotency-Key` if it had one, or else look first.",
        1,
    ),
    Problem("unavailable", 503, "Unavailable", "The service cannot answer now.", "Try again after `Retry-After`.", 1),
)
register(
    Problem(
        "invalid_idempotency_key",
        400,
        "Invalid Idempotency-Key",
        "`Idempotency-Key` is not 1 to 255 visible ASCII characters, bare or as a quoted string.",
        "Send a random key, such as a UUID, for each thing to be done, and the same one when trying again.",
    ),
    Problem(
        "idempotency_in_flight",
        409,
        "Being answered",
        "A request under this `Idempotency-Key` is being answered.",
        "Send it again after `Retry-After`: its answer is given then.",
        1,
    ),
    Problem(
        "idempotency_key_reused",
        422,
        "Key reused",
        "This `Idempotency-Key` was used for a request with another query, media type or body.",
        "Take a new key for a new request; a request that is sent again must stay as it was.",
    ),
)
