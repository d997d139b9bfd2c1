"""The one place where a failure becomes a problem document, for DRF (`handle`) and for what fails outside it."""

import logging
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import (
    ObjectDoesNotExist,
    PermissionDenied,
    RequestDataTooBig,
    SuspiciousOperation,
    TooManyFieldsSent,
)
from django.db import DataError, IntegrityError, InterfaceError, OperationalError
from django.db.models import ProtectedError, RestrictedError
from django.http import Http404, HttpRequest, HttpResponse, UnreadablePostError
from gunicorn.http.errors import ParseException
from psycopg_pool import PoolTimeout
from rest_framework import exceptions as drf
from rest_framework.request import Request
from rest_framework.settings import api_settings

from catalog_project.api.conditional import PreconditionRequired
from catalog_project.api.integrity import translate
from catalog_project.api.problems import PROBLEMS, problem_response
from catalog_project.errors import Conflict, DomainError, Fault, Gone, Invalid, Limited, Missing
from catalog_project.limits.limiter import said_of
from catalog_project.postgresql.connections import OutcomeUnknownError

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Failure:
    """What a problem document is made of."""

    code: str
    detail: str | None = None
    faults: tuple[Fault, ...] = ()
    headers: Mapping[str, str] = field(default_factory=dict)


def handle(error: Exception, context: dict[str, Any]) -> HttpResponse:
    """DRF's exception handler: every exception becomes a problem document, never a trace."""
    return respond(context["request"], error)


def respond(request: HttpRequest | Request, error: Exception) -> HttpResponse:
    """The problem document for an exception; an unexpected one is logged with its trace and answers 500."""
    failure = explain(error)
    if failure is None:
        logger.error("unexpected error", exc_info=error)
        failure = Failure("server_error")
    return problem_response(
        request, failure.code, detail=failure.detail, faults=failure.faults, headers=failure.headers
    )


def explain(error: Exception) -> Failure | None:
    """What to tell the caller about an exception, or None when it is nobody's fault but ours."""
    for kinds, step in STEPS:
        if isinstance(error, kinds):
            return step(error)
    return None


def _from_domain(error: DomainError) -> Failure:
    fallback = {Invalid: "invalid", Conflict: "conflict", Gone: "gone", Missing: "not_found"}
    code = error.error_code if error.error_code in PROBLEMS else fallback.get(type(error), "conflict")
    return Failure(code, error.detail, error.faults)


def _from_limit(error: Limited) -> Failure:
    return Failure(error.error_code, error.detail, headers=limit_headers(error))


def limit_headers(error: Limited) -> dict[str, str]:
    """What an answer says of a limit that was reached, and of when to come again."""
    said = said_of(error.kind, error.rate, 0, error.retry_after)
    return {"Retry-After": str(error.retry_after), **said}


def _from_drf(error: drf.APIException) -> Failure | None:
    for kind, code in DRF_CODES.items():
        if isinstance(error, kind):
            return Failure(code, str(error.detail), headers=_challenge(error))
    return None


def _challenge(error: drf.APIException) -> dict[str, str]:
    header = getattr(error, "auth_header", None)
    return {"WWW-Authenticate": header} if header else {}


def _unavailable(error: Exception) -> Failure:
    logger.warning("database unavailable", exc_info=error)
    return Failure("unavailable")


def _outcome_unknown(error: Exception) -> Failure:
    logger.warning("connection lost during a commit", exc_info=error)
    return Failure("outcome_unknown")


def _always(code: str, detail: str | None = None) -> Callable[[Exception], Failure]:
    return lambda _: Failure(code, detail)


DRF_CODES: dict[type[drf.APIException], str] = {
    drf.ParseError: "malformed",
    drf.AuthenticationFailed: "authentication_failed",
    drf.NotAuthenticated: "not_authenticated",
    drf.PermissionDenied: "permission_denied",
    drf.NotFound: "not_found",
    drf.MethodNotAllowed: "method_not_allowed",
    PreconditionRequired: "precondition_required",
    drf.NotAcceptable: "not_acceptable",
    drf.UnsupportedMediaType: "unsupported_media_type",
}
# The first kind that fits decides, so the narrower stand above the wider.
STEPS: list[tuple[tuple[type[Exception], ...], Callable[[Any], Failure | None]]] = [
    ((Limited,), _from_limit),
    ((DomainError,), _from_domain),
    ((ProtectedError, RestrictedError), _always("in_use")),
    ((IntegrityError,), lambda error: _from_domain(translate(error))),
    ((drf.ValidationError,), lambda error: Failure("invalid", faults=tuple(faults_of(error.detail)))),
    ((drf.APIException,), _from_drf),
    # The last one: a row that went between a write and the reading of what to answer.
    ((Http404, ObjectDoesNotExist), _always("not_found")),
    ((PermissionDenied,), _always("permission_denied")),
    ((RequestDataTooBig,), _always("payload_too_large")),
    # The last two hung up in the middle of their body, or sent chunks that are none.
    ((SuspiciousOperation, TooManyFieldsSent, UnreadablePostError, ParseException), _always("malformed")),
    ((DataError,), _always("invalid", "A value is outside the range that can be stored.")),
    ((OutcomeUnknownError,), _outcome_unknown),
    ((OperationalError, InterfaceError, PoolTimeout), _unavailable),
]


def faults_of(detail: Any, pointer: str = "") -> Iterator[Fault]:
    """Flatten the nested errors of a serializer into faults with JSON Pointers."""
    if isinstance(detail, Mapping):
        for key, below in detail.items():
            whole = key == api_settings.NON_FIELD_ERRORS_KEY
            yield from faults_of(below, pointer if whole else f"{pointer}/{escape(key)}")
    elif isinstance(detail, list):
        for index, below in enumerate(detail):
            leaf = isinstance(below, drf.ErrorDetail)
            yield from faults_of(below, pointer if leaf else f"{pointer}/{index}")
    else:
        code = getattr(detail, "code", "invalid")
        yield Fault(str(code), str(detail), pointer, suggestion=getattr(code, "suggestion", None))


def escape(key: object) -> str:
    """One token of a JSON Pointer (RFC 6901, section 3)."""
    return str(key).replace("~", "~0").replace("/", "~1")
