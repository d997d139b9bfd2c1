"""What every view of the API shares, and the answers to requests that reach none."""

from hashlib import sha256
from typing import Any, ClassVar, cast

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.db import InterfaceError, OperationalError, connection
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.views import defaults
from django.views.decorators.csrf import csrf_exempt
from rest_framework.exceptions import AuthenticationFailed, MethodNotAllowed
from rest_framework.permissions import SAFE_METHODS
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from catalog_project.api import idempotency, incoming, throttling
from catalog_project.api.exceptions import limit_headers
from catalog_project.api.problems import problem_response
from catalog_project.api.query import Query
from catalog_project.errors import Limited
from catalog_project.postgresql.connections import OutcomeUnknownError, is_cut_off
from catalog_project.postgresql.patience import has_time_left

API_PREFIX = "/api/"


class StrictView(APIView):
    """A view whose query parameters are declared: the request's are read into `query`, unknown ones are 400.

    A POST with an `Idempotency-Key` is done once, whatever the view does.
    """

    http_method_names = ["get", "head", "post", "patch", "delete"]
    query_class: ClassVar[type[Query]] = Query
    query: Query
    has_begun_again = False
    is_counted = False
    commits_before = 0
    is_counted_in_limits: ClassVar[bool] = True  # False where it has limits of its own
    takes_idempotency_key: ClassVar[bool] = True  # where False the header is ignored

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Check the method and the size, then the caller, then the parameters.

        Rights are tested before anything is said that depends on data, and before a body is read.
        """
        self.commits_before = _commits()
        if request.method not in self.allowed_methods:
            raise MethodNotAllowed(str(request.method))
        incoming.check_announced(request._request, self.body_limit)  # noqa: SLF001  # Django's, below DRF's
        super().initial(request, *args, **kwargs)
        incoming.take_in_chunks(request._request, self.body_limit)  # noqa: SLF001  # as above
        self.query = self.get_query_class().read(request)
        if self.takes_idempotency_key and request.method == "POST" and idempotency.META in request.META:
            idempotency.guard(self)

    def perform_authentication(self, request: Request) -> None:
        """Find out who asks, and count the request: also that of somebody whose credentials are refused."""
        try:
            super().perform_authentication(request)
        except AuthenticationFailed:
            self._count(request)
            raise
        self._count(request)

    def _count(self, request: Request) -> None:
        if self.is_counted:  # it has begun again
            return
        self.is_counted = True
        verdict = throttling.count(request, self.get_limit(request))
        if verdict:
            self.headers |= verdict.headers
            verdict.enforce()

    def get_limit(self, request: Request) -> str | None:
        """The limit that a request counts in: `read`, `write` or `search`; None for none of them."""
        return throttling.kind_of(request) if self.is_counted_in_limits else None

    @property
    def body_limit(self) -> int | None:
        """Bytes that a body may have; None where the view itself reads it, piece by piece, up to a limit of its own."""
        return settings.DATA_UPLOAD_MAX_MEMORY_SIZE

    def handle_exception(self, exc: Exception) -> Response:
        """A read whose connection broke begins once more, on another, if there is time; the rest becomes a problem."""
        if self._may_begin_again(exc):
            self.has_begun_again = True
            connection.close()
            try:
                self.initial(self.request, *self.args, **self.kwargs)
                handler = getattr(self, str(self.request.method).lower())
                return cast(Response, handler(self.request, *self.args, **self.kwargs))
            except Exception as again:  # noqa: BLE001  # told to the caller in place of the first
                exc = again
        return self.refuse(exc)

    def refuse(self, exc: Exception) -> Response:
        """The problem document for an exception; a write may be done although its answer could not be made."""
        if isinstance(exc, OperationalError | InterfaceError) and _commits() > self.commits_before:
            exc = OutcomeUnknownError(*exc.args)
        if isinstance(exc, Limited):
            self.headers |= limit_headers(exc)  # in place of those of a limit that has room
        return super().handle_exception(exc)

    def _may_begin_again(self, exc: Exception) -> bool:
        is_safe = self.request.method in SAFE_METHODS and not connection.in_atomic_block
        is_lost = is_cut_off(exc) and not isinstance(exc, OutcomeUnknownError)
        return is_safe and is_lost and not self.has_begun_again and has_time_left()

    def body_digest(self) -> bytes:
        """SHA-256 of the request's body, which is held in memory: at most DATA_UPLOAD_MAX_MEMORY_SIZE bytes.

        Asked of requests with an `Idempotency-Key`, ahead of the handler and of its transaction. A view that takes
        more, or streams its body into a file, reads it into a cached property that hashes on the way, used by both.
        """
        return sha256(self.request.body).digest()

    @property
    def is_dry_run(self) -> bool:
        """Whether the request only asks what it would do: such answers are not kept under a key."""
        return bool(self.query.values.get("dry_run"))

    def get_query_class(self) -> type[Query]:
        """The parameters this request may carry."""
        return self.query_class


def _commits() -> int:
    return getattr(connection, "commits", 0)


@csrf_exempt
def not_found(request: HttpRequest, exception: Exception | None = None, **_: Any) -> HttpResponseBase:
    """404 for what no URL matches: a problem document under /api/, Django's page elsewhere."""
    if request.path.startswith(API_PREFIX):
        return problem_response(request, "not_found")
    return defaults.page_not_found(request, exception or Exception())


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """400 for requests refused before any view, such as one with a Host we do not serve; 413 for too large a form."""
    if isinstance(exception, RequestDataTooBig):
        return problem_response(request, "payload_too_large")
    return problem_response(request, "malformed", detail="The request was refused: its Host or form is not accepted.")


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponseBase:
    """403 outside DRF."""
    if request.path.startswith(API_PREFIX):
        return problem_response(request, "permission_denied")
    return defaults.permission_denied(request, exception or Exception())


def server_error(request: HttpRequest) -> HttpResponseBase:
    """500 outside DRF; Django has logged the trace."""
    if request.path.startswith(API_PREFIX):
        return problem_response(request, "server_error")
    return defaults.server_error(request)
