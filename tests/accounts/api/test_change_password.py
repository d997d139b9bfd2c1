from typing import Any

import pytest
from django.test import Client
from rest_framework.test import APIClient

from accounts.models import LoginFailure, User
from accounts.services.tokens import TokenPair
from catalog_project.settings.env import Rate
from tests.factories.accounts import PASSWORD

pytestmark = pytest.mark.django_db

URL = "/api/v1/auth/password/"
NEW = "another horse, another staple"
BOTH = {"current_password": PASSWORD, "new_password": NEW}


def test_the_password_changes_and_every_older_token_ends(as_anna: APIClient, api: APIClient, pair: TokenPair) -> None:
    answer = as_anna.post(URL, BOTH)
    assert (answer.status_code, answer.content) == (204, b"")
    assert as_anna.get("/api/v1/auth/me/").status_code == 401
    assert api.post("/api/v1/auth/token/refresh/", {"refresh": pair.refresh}).status_code == 401
    assert api.post("/api/v1/auth/token/", {"username": "anna", "password": NEW}).status_code == 200


def test_sessions_end_too(as_anna: APIClient, anna: User, client: Client) -> None:
    User.objects.update(is_staff=True)
    client.force_login(anna)
    as_anna.post(URL, BOTH)
    assert client.get("/admin/").status_code == 302


@pytest.mark.parametrize(
    ("given", "pointer", "code"),
    [
        ({"current_password": "guess"}, "/current_password", "wrong_password"),
        ({"new_password": "x1"}, "/new_password", "password_too_short"),
        ({"new_password": ""}, "/new_password", "blank"),
        ({"current_password": None}, "/current_password", "null"),
        ({"new_passwort": "x"}, "/new_passwort", "unknown_field"),
    ],
)
def test_a_fault_is_named_and_nothing_changes(
    as_anna: APIClient, anna: User, given: dict[str, Any], pointer: str, code: str
) -> None:
    answer = as_anna.post(URL, BOTH | given)
    assert answer.status_code == 400
    assert [(fault["pointer"], fault["code"]) for fault in answer.json()["errors"]] == [(pointer, code)]
    assert as_anna.get("/api/v1/auth/me/").status_code == 200


def test_nobody_is_401(api: APIClient) -> None:
    answer = api.post(URL, BOTH)
    assert (answer.status_code, answer["WWW-Authenticate"]) == (401, "Bearer")


def test_who_has_but_a_token_may_not_guess_on(as_anna: APIClient, api: APIClient, anna: User, settings: Any) -> None:
    settings.RATE_LIMITS = settings.RATE_LIMITS | {"write": Rate(60, 60)}
    guesses = [as_anna.post(URL, BOTH | {"current_password": "guess"}).status_code for _ in range(10)]
    assert guesses == [400] * 10
    answer = as_anna.post(URL, BOTH)
    assert (answer.status_code, answer.json()["code"]) == (429, "rate_limited")
    assert answer["RateLimit-Policy"] == '"login";q=10;w=900'


def test_a_new_password_that_is_refused_is_no_failure_to_sign_in(as_anna: APIClient, anna: User) -> None:
    as_anna.post(URL, BOTH | {"new_password": "x1"})
    assert not LoginFailure.objects.exists()
