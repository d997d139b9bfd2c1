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
    """One kind of failure: its stable code, HTTP status, short title, meaning and what the caller can do."""

    code: str
    status: int
    title: str
    meaning: str
    remedy: str


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
    body: dict[str, Any] = {
        "type": f"/problems/{code}",
        "title": problem.title,
        "status": problem.status,
        "detail": detail or problem.meaning,
        "instance": request.path,
        "code": code,
        "request_id": current_request_id(),
    }
    errors = [_present(fault) for fault in faults]
    if errors:
        body["errors"] = errors
    # A path may hold lone surrogates; they must not break the answer that refuses it.
    content = orjson.dumps({**body, "instance": request.path.encode("utf-8", "replace").decode()})
    return HttpResponse(content, status=problem.status, content_type=CONTENT_TYPE, headers=dict(headers or {}))


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
        "Get a token from /api/v1/auth/token/ and send it as `Authorization: Bearer TOKEN`.",
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
    Problem("server_error", 500, "Server error", "Something went wrong on our side.", "Report it with the request_id."),
    Problem("unavailable", 503, "Unavailable", "The service cannot answer now.", "Try again after `Retry-After`."),
)
