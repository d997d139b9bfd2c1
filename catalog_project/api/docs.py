"""Pages for people and machines that explore the API: the index, the register of problems, the OpenAPI document."""

from dataclasses import asdict
from functools import cache
from typing import Any

import orjson
from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_safe
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.renderers import OpenApiJsonRenderer, OpenApiJsonRenderer2, OpenApiYamlRenderer
from drf_spectacular.utils import extend_schema
from drf_spectacular.views import SpectacularAPIView
from rest_framework.renderers import TemplateHTMLRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from catalog_project.api.problems import PROBLEMS, problem_response
from catalog_project.security import PAGE_POLICY, POLICY

# What Swagger UI and ReDoc need beside files of ours: images in their styles, and for ReDoc the worker of its search
# and a style element that it makes empty (this is the digest of nothing) and fills by script.
SWAGGER_POLICY = f"{PAGE_POLICY}; img-src 'self' data:"
REDOC_POLICY = (
    f"{SWAGGER_POLICY}; style-src 'self' 'sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU='; worker-src blob:"
)


class DocsView(APIView):
    """A page that shows the OpenAPI document with files of ours alone: it works without internet and tells nobody."""

    renderer_classes = [TemplateHTMLRenderer]
    authentication_classes = []
    permission_classes = []
    http_method_names = ["get", "head"]
    template_name = "docs.html"
    policy = SWAGGER_POLICY

    @extend_schema(exclude=True)
    def get(self, request: Request) -> Response:
        """The page."""
        return Response(headers={POLICY: self.policy})


class OnceGenerator(SchemaGenerator):
    """Makes the OpenAPI document once a process: it takes a second, and anybody may ask for it."""

    def get_schema(self, request: Any = None, public: bool = False) -> dict[str, Any]:
        """The document, the same for all callers. It is not to be changed."""
        return _document()


@cache
def _document() -> dict[str, Any]:
    document: dict[str, Any] = SchemaGenerator().get_schema(request=None, public=True)  # type: ignore[no-untyped-call]
    return document


class SchemaView(SpectacularAPIView):
    """The OpenAPI document, as JSON unless YAML is asked for."""

    generator_class = OnceGenerator

    http_method_names = ["get", "head"]
    renderer_classes = [OpenApiJsonRenderer2, OpenApiJsonRenderer, OpenApiYamlRenderer]

    def _get_version_parameter(self, request: Request) -> None:
        """There is one version: what a caller names another would stand in the name of the file."""


@csrf_exempt
@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """Where everything is."""
    links = {
        "api": "/api/v1/products/",
        "docs": "/api/docs/",
        "redoc": "/api/redoc/",
        "schema": "/api/schema/",
        "problems": "/problems/",
        "health": "/health",
        "admin": f"/{settings.ADMIN_PATH}",
    }
    return _json({name: request.build_absolute_uri(target) for name, target in links.items()})


@csrf_exempt
@require_safe
def problem_list(request: HttpRequest) -> HttpResponseBase:
    """Every problem code with its meaning and remedy: a page for browsers, JSON for everybody else."""
    problems = [PROBLEMS[code] for code in sorted(PROBLEMS)]
    if _wants_page(request):
        return render(request, "problems.html", {"problems": problems})
    return _json({"problems": [asdict(problem) for problem in problems]})


@csrf_exempt
@require_safe
def problem_detail(request: HttpRequest, code: str) -> HttpResponseBase:
    """One problem code: what the `type` of a problem document leads to."""
    problem = PROBLEMS.get(code)
    if problem is None:
        return problem_response(request, "not_found")
    if _wants_page(request):
        return render(request, "problems.html", {"problems": [problem]})
    return _json(asdict(problem))


def _wants_page(request: HttpRequest) -> bool:
    return "text/html" in request.headers.get("Accept", "")


def _json(data: Any) -> HttpResponse:
    return HttpResponse(orjson.dumps(data, option=orjson.OPT_INDENT_2), content_type="application/json")
