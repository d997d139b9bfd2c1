"""What every view of the API shares, and the answers to requests that reach none."""

from typing import Any, ClassVar

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.views import defaults
from django.views.decorators.csrf import csrf_exempt
from rest_framework.exceptions import MethodNotAllowed
from rest_framework.request import Request
from rest_framework.views import APIView

from catalog_project.api.problems import problem_response
from catalog_project.api.query import Query

API_PREFIX = "/api/"


class StrictView(APIView):
    """A view whose query parameters are declared: the request's are read into `query`, unknown ones are 400."""

    http_method_names = ["get", "head", "post", "patch", "delete"]
    query_class: ClassVar[type[Query]] = Query
    query: Query

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Check the method, then the caller, then the parameters: rights are tested before anything else is said."""
        if request.method not in self.allowed_methods:
            raise MethodNotAllowed(str(request.method))
        super().initial(request, *args, **kwargs)
        self.query = self.get_query_class().read(request)

    def get_query_class(self) -> type[Query]:
        """The parameters this request may carry."""
        return self.query_class


@csrf_exempt
def not_found(request: HttpRequest, exception: Exception | None = None, **_: Any) -> HttpResponseBase:
    """404 for what no URL matches: a problem document under /api/, Django's page elsewhere."""
    if request.path.startswith(API_PREFIX):
        return problem_response(request, "not_found")
    return defaults.page_not_found(request, exception or Exception())


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:  # noqa: ARG001 - Django calls it so
    """400 for requests refused before any view, such as one with a Host we do not serve."""
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
