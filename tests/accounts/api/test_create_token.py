from typing import Any

import pytest
from rest_framework.test import APIClient

from accounts.models import User
from catalog_project.settings.env import Rate
from tests.accounts.conftest import bearing
from tests.factories.accounts import PASSWORD, UserFactory

pytestmark = pytest.mark.django_db

URL = "/api/v1/auth/token/"
ANNA = {"username": "anna", "password": PASSWORD}


def test_username_and_password_buy_a_pair_of_tokens(api: APIClient, anna: User) -> None:
    answer = api.post(URL, ANNA)
    assert (answer.status_code, answer.json().keys()) == (200, {"access", "refresh"})
    assert bearing(answer.json()["access"]).get("/api/v1/auth/me/").json()["username"] == "anna"


def test_no_cache_keeps_the_answer(api: APIClient, anna: User) -> None:
    assert api.post(URL, ANNA)["Cache-Control"] == "no-store"
    assert api.post(URL, ANNA | {"password": "wrong"})["Cache-Control"] == "no-store"


def test_the_slash_at_the_end_may_be_left_out(api: APIClient, anna: User) -> None:
    assert api.post(URL.rstrip("/"), ANNA).status_code == 200


def test_whatever_is_wrong_the_answer_is_the_same(api: APIClient, anna: User) -> None:
    UserFactory(username="idle", is_active=False)
    answers = [api.post(URL, given) for given in (ANNA | {"password": "wrong"}, ANNA | {"username": "nobody"})]
    answers.append(api.post(URL, ANNA | {"username": "idle"}))
    bodies = [{name: value for name, value in answer.json().items() if name != "request_id"} for answer in answers]
    assert bodies[0] == bodies[1] == bodies[2]
    assert [(answer.status_code, answer["WWW-Authenticate"]) for answer in answers] == [(401, "Bearer")] * 3
    assert bodies[0]["code"] == "authentication_failed"


def test_blanks_belong_to_a_password_but_not_to_a_username(api: APIClient, anna: User) -> None:
    assert api.post(URL, ANNA | {"username": " anna "}).status_code == 200
    assert api.post(URL, ANNA | {"password": f" {PASSWORD}"}).status_code == 401


@pytest.mark.parametrize("header", ["Bearer nonsense", "Bearer", "Basic YTpi"])
def test_what_the_header_says_does_not_matter(api: APIClient, anna: User, header: str) -> None:
    assert api.post(URL, ANNA, HTTP_AUTHORIZATION=header).status_code == 200


@pytest.mark.parametrize(
    ("body", "faults"),
    [
        ({}, {("/username", "required"), ("/password", "required")}),
        ({"username": "", "password": ""}, {("/username", "blank"), ("/password", "blank")}),
        ({"username": None, "password": 1}, {("/username", "null"), ("/password", "invalid")}),
        ({"username": ["anna"], "password": {}}, {("/username", "invalid"), ("/password", "invalid")}),
        ({"username": "x" * 151, "password": "x" * 4097}, {("/username", "max_length"), ("/password", "max_length")}),
        (ANNA | {"otp": "1"}, {("/otp", "unknown_field")}),
        ([], {("", "invalid")}),
    ],
)
def test_a_body_that_is_not_right_is_refused_with_every_fault(api: APIClient, body: Any, faults: set[Any]) -> None:
    answer = api.post(URL, body)
    assert answer.status_code == 400
    assert {(fault["pointer"], fault["code"]) for fault in answer.json()["errors"]} == faults


@pytest.mark.parametrize(
    "body", ['{"username": "a\\u0000"}', '{"username": "\\ud800"}', '{"username": 1e400}', "{", "\xff"]
)
def test_a_body_that_cannot_be_stored_is_malformed(api: APIClient, body: str) -> None:
    answer = api.post(URL, body.encode("latin-1"), content_type="application/json")
    assert (answer.status_code, answer.json()["code"]) == (400, "malformed")


def test_a_parameter_is_refused(api: APIClient, anna: User) -> None:
    answer = api.post(f"{URL}?next=/", ANNA)
    assert (answer.status_code, answer.json()["errors"][0]["parameter"]) == (400, "next")


def test_only_posting_works(api: APIClient) -> None:
    assert api.get(URL).status_code == 405


@pytest.mark.parametrize("username", ["anna", "nobody"])
def test_after_too_many_failures_nobody_is_looked_at_any_more(api: APIClient, anna: User, username: str) -> None:
    given = {"username": username, "password": "wrong"}
    assert [api.post(URL, given).status_code for _ in range(10)] == [401] * 10
    answer = api.post(URL, given | {"password": PASSWORD})
    assert (answer.status_code, answer.json()["code"]) == (429, "rate_limited")
    assert 890 < int(answer["Retry-After"]) <= 900
    assert answer["RateLimit-Policy"] == '"login";q=10;w=900'
    assert answer["RateLimit"] == f'"login";r=0;t={answer["Retry-After"]}'
    assert answer["Cache-Control"] == "no-store"


def test_signing_in_counts_as_no_write(api: APIClient, anna: User, settings: Any) -> None:
    settings.RATE_LIMITS = settings.RATE_LIMITS | {"write": Rate(1, 60)}
    assert [api.post(URL, ANNA).status_code for _ in range(3)] == [200] * 3
