"""Reading answers of the API in tests."""

from typing import Any

from django.http import HttpResponse

from catalog_project.api.problems import PROBLEMS

# Queries for the next opening and closing window: with each anonymous read in a transaction, once a second in service.
EDGES = 2


def problem(response: HttpResponse, code: str) -> dict[str, Any]:
    """The problem document of an answer, which must be one of this code in every respect."""
    body = response.json()
    assert body["code"] == code, body
    assert response.status_code == body["status"] == PROBLEMS[code].status
    assert response["Content-Type"] == "application/problem+json"
    assert body["type"] == f"/problems/{code}"
    assert body["title"] == PROBLEMS[code].title
    assert body["request_id"] == response["X-Request-ID"]
    assert body["detail"]
    return dict(body)


def faults(response: HttpResponse, code: str = "invalid") -> dict[str, str]:
    """The places that a problem names, each with its fault's code."""
    return {fault.get("parameter", fault.get("pointer")): fault["code"] for fault in problem(response, code)["errors"]}


def names(response: HttpResponse) -> list[str]:
    """The names of a list's results, in order."""
    assert response.status_code == 200, response.content
    return [row["name"] for row in response.json()["results"]]
