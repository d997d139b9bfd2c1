import pytest
from rest_framework.test import APIClient

from accounts.services.tokens import TokenPair
from tests.accounts.conftest import bearing

pytestmark = pytest.mark.django_db

URL = "/api/v1/auth/logout/"


def test_signing_out_needs_no_access_token_and_ends_it_at_once(api: APIClient, pair: TokenPair) -> None:
    answer = api.post(URL, {"refresh": pair.refresh})
    assert (answer.status_code, answer.content, answer["Cache-Control"]) == (204, b"", "no-store")
    assert bearing(pair.access).get("/api/v1/auth/me/").status_code == 401
    assert api.post("/api/v1/auth/token/refresh/", {"refresh": pair.refresh}).status_code == 401


def test_signing_out_again_is_no_error(api: APIClient, pair: TokenPair) -> None:
    assert [api.post(URL, {"refresh": pair.refresh}).status_code for _ in range(2)] == [204, 204]


@pytest.mark.parametrize("refresh", ["nonsense", "x" * 8192])
def test_what_is_no_token_is_401(api: APIClient, db: None, refresh: str) -> None:
    answer = api.post(URL, {"refresh": refresh})
    assert (answer.status_code, answer["WWW-Authenticate"]) == (401, "Bearer")


def test_without_a_refresh_token_it_is_400(as_anna: APIClient) -> None:
    assert as_anna.post(URL, {}).json()["errors"][0]["pointer"] == "/refresh"
    assert as_anna.get("/api/v1/auth/me/").status_code == 200
