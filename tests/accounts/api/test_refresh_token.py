from typing import Any

import pytest
from rest_framework.test import APIClient

from accounts.models import User
from accounts.services.tokens import TokenPair
from tests.accounts.conftest import bearing

pytestmark = pytest.mark.django_db

URL = "/api/v1/auth/token/refresh/"
ME = "/api/v1/auth/me/"


def test_a_refresh_token_buys_the_next_pair(api: APIClient, pair: TokenPair) -> None:
    answer = api.post(URL, {"refresh": pair.refresh})
    assert (answer.status_code, answer["Cache-Control"]) == (200, "no-store")
    assert bearing(answer.json()["access"]).get(ME).status_code == 200
    assert api.post(URL, {"refresh": answer.json()["refresh"]}).status_code == 200


def test_a_second_use_is_401_and_ends_the_tokens_of_the_first(api: APIClient, pair: TokenPair) -> None:
    first = api.post(URL, {"refresh": pair.refresh}).json()
    second = api.post(URL, {"refresh": pair.refresh})
    assert (second.status_code, second["WWW-Authenticate"], second.json()["code"]) == (
        401,
        "Bearer",
        "authentication_failed",
    )
    assert api.post(URL, {"refresh": first["refresh"]}).status_code == 401
    assert bearing(first["access"]).get(ME).status_code == 401


@pytest.mark.parametrize("refresh", ["nonsense", "x" * 8192, "a.b.c", "..", "ü.ü.ü", "[" * 6000])
def test_what_is_no_token_is_401(api: APIClient, db: None, refresh: str) -> None:
    assert api.post(URL, {"refresh": refresh}).status_code == 401


def test_an_access_token_is_401(api: APIClient, pair: TokenPair) -> None:
    assert api.post(URL, {"refresh": pair.access}).status_code == 401


def test_an_expired_access_token_beside_it_does_not_matter(pair: TokenPair) -> None:
    assert bearing("expired").post(URL, {"refresh": pair.refresh}).status_code == 200


@pytest.mark.parametrize("change", [{"is_active": False}, {"password": "!"}])
def test_a_changed_user_is_401(api: APIClient, pair: TokenPair, change: dict[str, Any]) -> None:
    User.objects.update(**change)
    assert api.post(URL, {"refresh": pair.refresh}).status_code == 401


def test_a_deleted_user_is_401(api: APIClient, anna: User, pair: TokenPair) -> None:
    anna.delete()
    assert api.post(URL, {"refresh": pair.refresh}).status_code == 401


@pytest.mark.parametrize(
    ("body", "pointer"), [({}, "/refresh"), ({"refresh": 1}, "/refresh"), ({"refresh": "x", "more": 1}, "/more")]
)
def test_another_body_is_refused(api: APIClient, body: dict[str, Any], pointer: str) -> None:
    answer = api.post(URL, body)
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (400, pointer)
