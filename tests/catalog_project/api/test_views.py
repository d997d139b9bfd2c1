"""What every request meets, and the answers to those that reach no view of ours."""

import psycopg
import pytest
from django.db import OperationalError, transaction
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory
from django.urls import path
from rest_framework.permissions import AllowAny
from rest_framework.response import Response

from catalog_project.api import views
from catalog_project.api.query import IntegerParameter, Query
from catalog_project.postgresql.connections import OutcomeUnknownError
from tests.answers import faults, problem
from tests.factories.products import BrandFactory


class SizeQuery(Query):
    size = IntegerParameter(required=False)


class Sized(views.StrictView):
    permission_classes = [AllowAny]
    query_class = SizeQuery

    def get(self, request) -> Response:
        return Response(self.query.values)

    def post(self, request) -> Response:
        return Response(self.query.values)


def explode(request: HttpRequest) -> HttpResponse:
    raise RuntimeError("a secret of the house")


def forbid(request: HttpRequest) -> HttpResponse:
    from django.core.exceptions import PermissionDenied

    raise PermissionDenied


urlpatterns = [
    path("api/v1/sized/", Sized.as_view()),
    path("api/explode/", explode),
    path("explode/", explode),
    path("api/forbid/", forbid),
    path("forbid/", forbid),
]
handler400, handler403 = views.bad_request, views.forbidden
handler404, handler500 = views.not_found, views.server_error
here = pytest.mark.urls(__name__)


@pytest.fixture
def browser() -> Client:
    """Somebody who is answered, as in production, where a test would see the exception."""
    return Client(raise_request_exception=False)


# --- StrictView


@here
@pytest.mark.parametrize("method", ["get", "post"])
def test_declared_parameters_are_read_and_others_refused(client, method) -> None:
    assert getattr(client, method)("/api/v1/sized/?size=5").json() == {"size": 5}
    assert faults(getattr(client, method)("/api/v1/sized/?sise=5")) == {"sise": "unknown_parameter"}


@here
@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"])
def test_an_unknown_method_is_refused_before_its_parameters(client, method) -> None:
    response = client.generic(method, "/api/v1/sized/?nope=1")
    problem(response, "method_not_allowed")
    assert response["Allow"] == "GET, HEAD, POST"


# --- Outside


@pytest.mark.parametrize(
    "address", ["/api/", "/api/x", "/api/v1/", "/api/v1", "/api/v2/products/", "/api/%ff/", "/api/%00"]
)
@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "DELETE", "OPTIONS"])
def test_what_no_url_matches_is_a_problem_under_the_api(client, address, method) -> None:
    problem(client.generic(method, address, b"{}", content_type="application/json"), "not_found")


def test_csrf_has_no_say_under_the_api() -> None:
    problem(Client(enforce_csrf_checks=True).post("/api/v1/nope/"), "not_found")


@pytest.mark.parametrize("address", ["/nope/", "/apix/", "/static/nope.js"])
def test_elsewhere_it_is_a_page(client, address) -> None:
    response = client.get(address)
    assert response.status_code == 404
    assert response["Content-Type"].startswith("text/html")


@here
def test_a_failure_under_the_api_is_a_problem_without_a_trace(browser) -> None:
    response = browser.get("/api/explode/")
    problem(response, "server_error")
    assert b"secret" not in response.content
    assert b"Traceback" not in response.content


@here
def test_a_failure_elsewhere_is_a_page_without_a_trace(browser) -> None:
    response = browser.get("/explode/")
    assert (response.status_code, response["Content-Type"]) == (500, "text/html; charset=utf-8")
    assert b"secret" not in response.content


@here
def test_a_refusal_under_the_api_is_a_problem_and_elsewhere_a_page(browser) -> None:
    problem(browser.get("/api/forbid/"), "permission_denied")
    assert browser.get("/forbid/")["Content-Type"].startswith("text/html")


@pytest.mark.parametrize(
    "host", ["evil.example", "testserver@evil.example", "a b", "", "testserver:x", "[::1", "*", ".", "\u0661"]
)
@pytest.mark.parametrize("address", ["/api/v1/products/", "/", "/api/nope/"])
def test_a_host_that_is_not_ours_is_refused(client, host, address) -> None:
    response = client.get(address, HTTP_HOST=host.encode("utf-8", "replace").decode("latin-1"))
    body = problem(response, "malformed")
    assert "evil" not in body["detail"]


def test_a_failure_inside_drf_is_a_problem_too(client, monkeypatch, db) -> None:
    from products.api.brands import BrandViewSet

    monkeypatch.setattr(BrandViewSet, "narrow", lambda *_: 1 / 0)
    problem(client.get("/api/v1/brands/"), "server_error")


def test_without_the_database_a_read_is_to_be_tried_again(client, monkeypatch, db) -> None:
    from products.api.brands import BrandViewSet

    def lose(*_: object) -> None:
        raise OperationalError("the server at db.internal has gone")

    monkeypatch.setattr(BrandViewSet, "narrow", lose)
    response = client.get("/api/v1/brands/")
    assert "internal" not in problem(response, "unavailable")["detail"]
    assert response["Retry-After"] == "1"


def test_the_page_for_403_is_a_page() -> None:
    response = views.forbidden(RequestFactory().get("/x/"))
    assert (response.status_code, response["Content-Type"]) == (403, "text/html; charset=utf-8")


# --- A connection that breaks


class Breaking(views.StrictView):
    """Its first `failures` calls are cut off."""

    permission_classes = [AllowAny]
    failures = iter(())
    calls = 0

    def get(self, request) -> Response:
        type(self).calls += 1
        for error in type(self).failures:
            raise error
        return Response({"fine": True})

    post = get


def cut_off() -> OperationalError:
    error = OperationalError("the connection is lost")
    error.__cause__ = psycopg.OperationalError()
    return error


def breaking(monkeypatch, *failures: Exception, method: str = "get") -> tuple[int, int]:
    """The status and how often the view was called."""
    monkeypatch.setattr(Breaking, "failures", iter(failures))
    monkeypatch.setattr(Breaking, "calls", 0)
    request = getattr(RequestFactory(), method)("/")
    return Breaking.as_view()(request).status_code, Breaking.calls


def test_a_read_that_was_cut_off_begins_once_more(monkeypatch) -> None:
    assert breaking(monkeypatch, cut_off()) == (200, 2)
    assert breaking(monkeypatch, cut_off(), cut_off()) == (503, 2)


def test_a_read_that_begins_once_more_counts_once(monkeypatch) -> None:
    counted = []
    monkeypatch.setattr(views.throttling, "count", lambda _, kind: counted.append(kind))
    assert breaking(monkeypatch, cut_off()) == (200, 2)
    assert counted == ["read"]


def test_a_write_does_not(monkeypatch) -> None:
    assert breaking(monkeypatch, cut_off(), method="post") == (503, 1)


def test_a_read_that_was_refused_does_not(monkeypatch) -> None:
    assert breaking(monkeypatch, OperationalError("a lock timeout")) == (503, 1)


def test_what_may_have_been_committed_does_not(monkeypatch) -> None:
    error = OutcomeUnknownError("the connection is lost")
    error.__cause__ = psycopg.OperationalError()
    assert breaking(monkeypatch, error) == (503, 1)


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("has_written", [True, False])
def test_a_write_that_was_done_before_it_was_cut_off_is_not_denied(monkeypatch, has_written: bool) -> None:
    def post(self, request) -> Response:
        if has_written:
            with transaction.atomic():
                BrandFactory()
        raise cut_off()

    monkeypatch.setattr(Breaking, "post", post)
    response = Breaking.as_view()(RequestFactory().post("/"))
    assert response.status_code == 503
    assert (b'"outcome_unknown"' in response.content) is has_written


def test_a_read_without_time_left_does_not(monkeypatch) -> None:
    monkeypatch.setattr(views, "has_time_left", lambda: False)
    assert breaking(monkeypatch, cut_off()) == (503, 1)


@pytest.mark.django_db
def test_a_read_inside_of_a_transaction_does_not(monkeypatch) -> None:
    assert breaking(monkeypatch, cut_off()) == (503, 1)
