"""Pages for people and machines that explore the API: the index, the register of problems, the OpenAPI document."""

from dataclasses import asdict
from typing import Any

import orjson
from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_safe
from drf_spectacular.renderers import OpenApiJsonRenderer, OpenApiJsonRenderer2, OpenApiYamlRenderer
from drf_spectacular.views import SpectacularAPIView

from catalog_project.api.problems import PROBLEMS, problem_response


class SchemaView(SpectacularAPIView):
    """The OpenAPI document, as JSON unless YAML is asked for."""

    renderer_classes = [OpenApiJsonRenderer2, OpenApiJsonRenderer, OpenApiYamlRenderer]


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


@require_safe
def problem_list(request: HttpRequest) -> HttpResponseBase:
    """Every problem code with its meaning and remedy: a page for browsers, JSON for everybody else."""
    problems = [PROBLEMS[code] for code in sorted(PROBLEMS)]
    if _wants_page(request):
        return render(request, "problems.html", {"problems": problems})
    return _json({"problems": [asdict(problem) for problem in problems]})


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
