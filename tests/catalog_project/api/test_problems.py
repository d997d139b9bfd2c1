import re

import orjson
import pytest
from django.test import RequestFactory
from prometheus_client import REGISTRY

from catalog_project.api import problems
from catalog_project.api.problems import PROBLEMS, Problem, problem_response, register
from catalog_project.errors import Fault
from catalog_project.observability.request_id import RequestIDMiddleware


def body(response) -> dict:
    return orjson.loads(response.content)


@pytest.mark.parametrize("code", sorted(PROBLEMS))
def test_every_problem_says_what_it_means_and_what_to_do(code) -> None:
    problem = PROBLEMS[code]
    assert problem.code == code
    assert re.fullmatch("[a-z_]+", code)
    assert 400 <= problem.status < 600
    assert problem.meaning.endswith(".")
    assert problem.remedy.endswith(".")
    assert problem.title[0].isupper()


def test_a_document_is_what_rfc_9457_says_and_a_little_more() -> None:
    response = RequestIDMiddleware(lambda request: problem_response(request, "not_found"))(
        RequestFactory().get("/api/x/?a=1")
    )
    assert response["Content-Type"] == "application/problem+json"
    assert body(response) == {
        "type": "/problems/not_found",
        "title": "Not found",
        "status": 404,
        "detail": "There is nothing here that you may see.",
        "instance": "/api/x/",
        "code": "not_found",
        "request_id": response["X-Request-ID"],
    }


def test_what_happened_this_time_takes_the_place_of_the_general() -> None:
    response = problem_response(RequestFactory().get("/"), "conflict", detail="Not so.", headers={"Retry-After": "5"})
    assert (body(response)["detail"], response["Retry-After"]) == ("Not so.", "5")


def test_where_trying_again_helps_the_answer_says_when() -> None:
    request = RequestFactory().get("/")
    assert problem_response(request, "unavailable")["Retry-After"] == "1"
    assert problem_response(request, "unavailable", headers={"Retry-After": "5"})["Retry-After"] == "5"
    assert "Retry-After" not in problem_response(request, "conflict")


def test_faults_show_what_they_have() -> None:
    faults = [Fault("a", "A."), Fault("b", "B.", "/x", suggestion="y"), Fault("c", "C.", parameter="p")]
    assert body(problem_response(RequestFactory().get("/"), "invalid", faults=faults))["errors"] == [
        {"pointer": "", "code": "a", "detail": "A."},
        {"pointer": "/x", "code": "b", "detail": "B.", "suggestion": "y"},
        {"parameter": "p", "code": "c", "detail": "C."},
    ]


@pytest.mark.parametrize("path", ["/api/\udcff", "/api/ä/\u2028", '/api/"', "/api/\x00"])
def test_no_path_breaks_the_answer_that_refuses_it(path) -> None:
    request = RequestFactory().get("/")
    request.path = path
    assert body(problem_response(request, "not_found"))["code"] == "not_found"


def test_an_unknown_code_is_a_mistake_of_ours() -> None:
    with pytest.raises(KeyError):
        problem_response(RequestFactory().get("/"), "never_registered")


def test_a_code_has_one_meaning(monkeypatch) -> None:
    monkeypatch.setattr(problems, "PROBLEMS", dict(PROBLEMS))
    one = Problem("one", 400, "One", "Meaning.", "Remedy.")
    register(one)
    register(one)
    assert problems.PROBLEMS["one"] == one
    with pytest.raises(ValueError, match="The problem code one has two meanings"):
        register(Problem("one", 409, "One", "Meaning.", "Remedy."))


def test_problems_are_counted_by_code() -> None:
    def count() -> float:
        return sum(
            sample.value
            for metric in REGISTRY.collect()
            for sample in metric.samples
            if sample.labels.get("code") == "last_variant" and sample.name.endswith("_total")
        )

    before = count()
    problem_response(RequestFactory().get("/"), "last_variant")
    assert count() == before + 1
