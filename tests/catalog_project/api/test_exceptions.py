import logging
from collections.abc import Callable

import pytest
from django.core.exceptions import (
    DisallowedHost,
    ObjectDoesNotExist,
    PermissionDenied,
    RequestDataTooBig,
    SuspiciousOperation,
    TooManyFieldsSent,
)
from django.db import DataError, IntegrityError, InterfaceError, InternalError, OperationalError
from django.db.models import ProtectedError, RestrictedError
from django.http import Http404, HttpResponse, UnreadablePostError
from django.test import RequestFactory
from psycopg_pool import PoolTimeout
from rest_framework import exceptions as drf

from catalog_project.api.exceptions import escape, faults_of, handle, respond
from catalog_project.api.problems import PROBLEMS
from catalog_project.api.serializers import Suggesting
from catalog_project.errors import Conflict, DomainError, Fault, Invalid, Missing
from catalog_project.postgresql.connections import OutcomeUnknownError


@pytest.fixture
def answer() -> Callable[[Exception], HttpResponse]:
    return lambda error: respond(RequestFactory().get("/api/v1/things/"), error)


def body(response: HttpResponse) -> dict:
    import orjson

    assert response["Content-Type"] == "application/problem+json"
    return orjson.loads(response.content)


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [
        (Invalid([Fault("x", "y", "/z")]), 400, "invalid"),
        (Missing("Gone."), 404, "not_found"),
        (Conflict("Not now."), 409, "conflict"),
        (Conflict("Taken.", code="duplicate"), 409, "duplicate"),
        (Conflict("Odd.", code="never_registered"), 409, "conflict"),
        (DomainError("Odd."), 409, "conflict"),
        (ProtectedError("used", set()), 409, "in_use"),
        (RestrictedError("used", set()), 409, "in_use"),
        (IntegrityError("something else"), 409, "conflict"),
        (drf.ValidationError({"a": ["b"]}), 400, "invalid"),
        (drf.ParseError("Bad."), 400, "malformed"),
        (drf.NotAuthenticated(), 401, "not_authenticated"),
        (drf.AuthenticationFailed(), 401, "authentication_failed"),
        (drf.PermissionDenied(), 403, "permission_denied"),
        (drf.NotFound(), 404, "not_found"),
        (drf.MethodNotAllowed("PUT"), 405, "method_not_allowed"),
        (drf.NotAcceptable(), 406, "not_acceptable"),
        (drf.UnsupportedMediaType("text/plain"), 415, "unsupported_media_type"),
        (Http404(), 404, "not_found"),
        (ObjectDoesNotExist(), 404, "not_found"),
        (PermissionDenied(), 403, "permission_denied"),
        (RequestDataTooBig(), 413, "payload_too_large"),
        (SuspiciousOperation(), 400, "malformed"),
        (DisallowedHost(), 400, "malformed"),
        (TooManyFieldsSent(), 400, "malformed"),
        (UnreadablePostError(), 400, "malformed"),
        (DataError("numeric field overflow"), 400, "invalid"),
        (OperationalError("server closed the connection"), 503, "unavailable"),
        (InterfaceError("connection already closed"), 503, "unavailable"),
        (PoolTimeout("no connection"), 503, "unavailable"),
        (InternalError("broken"), 500, "server_error"),
        (drf.APIException("odd"), 500, "server_error"),
        (ValueError("a secret"), 500, "server_error"),
        (RecursionError(), 500, "server_error"),
    ],
)
def test_every_failure_becomes_the_problem_of_its_kind(answer, error, status, code) -> None:
    response = answer(error)
    shown = body(response)
    assert (response.status_code, shown["status"], shown["code"]) == (status, status, code)
    assert shown["instance"] == "/api/v1/things/"


@pytest.mark.parametrize(
    "error",
    [
        ValueError('SELECT * FROM "products_product"'),
        OperationalError('connection to server at "db.internal" failed: password'),
        IntegrityError('null value in column "x" of relation "products_product"'),
        DataError("invalid byte sequence: products_product"),
        ProtectedError("Cannot delete products_product", set()),
        drf.APIException("products_product password"),
    ],
)
def test_what_the_inside_says_stays_inside(answer, error) -> None:
    content = answer(error).content
    assert b"products_product" not in content
    assert b"password" not in content


def test_a_domain_error_speaks_for_itself(answer) -> None:
    fault = Fault("taken", "It is taken.", "/sku", suggestion="other")
    shown = body(answer(Conflict("Not so.", code="duplicate", faults=[fault, Fault("b", "B.", parameter="x")])))
    assert shown["detail"] == "Not so."
    assert shown["errors"] == [
        {"pointer": "/sku", "code": "taken", "detail": "It is taken.", "suggestion": "other"},
        {"parameter": "x", "code": "b", "detail": "B."},
    ]


def test_the_unexpected_is_logged_with_its_trace(answer, caplog) -> None:
    answer(ValueError("odd"))
    [record] = [record for record in caplog.records if record.levelno >= logging.ERROR]
    assert record.exc_info is not None
    assert isinstance(record.exc_info[1], ValueError)


@pytest.mark.parametrize("error", [Http404(), drf.ValidationError("x"), Conflict("x"), IntegrityError("x")])
def test_what_callers_do_wrong_is_no_error_of_ours(answer, caplog, error) -> None:
    answer(error)
    assert not [record for record in caplog.records if record.levelno >= logging.WARNING]


def test_who_meets_a_lost_database_may_come_again(answer) -> None:
    assert answer(OperationalError("gone"))["Retry-After"] == "1"


def test_a_challenge_is_passed_on(answer) -> None:
    error = drf.NotAuthenticated()
    error.auth_header = 'Bearer realm="api"'
    assert answer(error)["WWW-Authenticate"] == 'Bearer realm="api"'


def test_drf_calls_it_with_its_own_request() -> None:
    from rest_framework.request import Request

    response = handle(Http404(), {"request": Request(RequestFactory().get("/api/x/"))})
    assert body(response)["instance"] == "/api/x/"


def test_every_code_that_it_gives_is_registered() -> None:
    from catalog_project.api import exceptions

    assert set(exceptions.DRF_CODES.values()) <= PROBLEMS.keys()


# --- Faults


def fault(code: str, detail: str = "d") -> drf.ErrorDetail:
    return drf.ErrorDetail(detail, code)


@pytest.mark.parametrize(
    ("detail", "pointers"),
    [
        ([fault("a")], {"": "a"}),
        ({"x": [fault("a")]}, {"/x": "a"}),
        ({"x": {"y": [fault("a")]}}, {"/x/y": "a"}),
        ({"x": {0: {"y": [fault("a")]}, 2: [fault("b")]}}, {"/x/0/y": "a", "/x/2": "b"}),
        ({"x": [{}, {"y": [fault("a")]}]}, {"/x/1/y": "a"}),
        ({"x": {"\x00": [fault("a")]}}, {"/x": "a"}),
        ({"non_field_errors": [fault("a")]}, {"/non_field_errors": "a"}),
        (
            {"a/b": [fault("a")], "m~n": [fault("b")], "": [fault("c")], "ä": [fault("d")]},
            {"/a~1b": "a", "/m~0n": "b", "/": "c", "/ä": "d"},
        ),
    ],
)
def test_nested_errors_become_faults_with_json_pointers(detail, pointers) -> None:
    assert {found.pointer: found.code for found in faults_of(drf.ValidationError(detail).detail)} == pointers


def test_several_faults_of_one_place_are_all_told() -> None:
    found = list(faults_of({"x": [fault("a", "A"), fault("b", "B")]}))
    assert [(each.pointer, each.code, each.detail) for each in found] == [("/x", "a", "A"), ("/x", "b", "B")]


def test_a_suggestion_travels_in_the_code() -> None:
    [found] = faults_of(drf.ValidationError({"x": [fault(Suggesting("unknown", "known"))]}).detail)
    assert (found.code, found.suggestion) == ("unknown", "known")


@pytest.mark.parametrize(("key", "token"), [("~", "~0"), ("/", "~1"), ("~1", "~01"), ("a~/b", "a~0~1b"), (5, "5")])
def test_tokens_of_a_pointer_are_escaped(key, token) -> None:
    assert escape(key) == token


def test_a_commit_that_was_not_answered_is_told_as_such(answer) -> None:
    response = answer(OutcomeUnknownError("the connection is lost"))
    assert (response.status_code, body(response)["code"]) == (503, "outcome_unknown")
    assert response["Retry-After"] == "1"
