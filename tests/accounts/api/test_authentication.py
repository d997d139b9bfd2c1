from typing import Any

import pytest
from rest_framework.test import APIClient

from accounts.models import User
from accounts.services.tokens import TokenPair
from tests.accounts.conftest import bearing

pytestmark = pytest.mark.django_db

ME = "/api/v1/auth/me/"
PUBLIC = "/api/v1/brands/"


def status(url: str, header: str) -> int:
    return APIClient().get(url, HTTP_AUTHORIZATION=header).status_code


@pytest.mark.parametrize("form", ["Bearer {}", "bearer {}", "BEARER  {} "])
def test_the_scheme_is_written_in_any_case(pair: TokenPair, form: str) -> None:
    assert status(ME, form.format(pair.access)) == 200


@pytest.mark.parametrize("token", ["", "nonsense", "x" * 8192, "a b", "a.b.c", "\0", "ÿ", "€", "[" * 6000])
def test_a_token_that_is_none_is_401_even_where_anyone_may_read(db: None, token: str) -> None:
    answer = bearing(token).get(PUBLIC)
    assert (answer.status_code, answer["WWW-Authenticate"]) == (401, "Bearer")
    assert answer.json()["code"] == "authentication_failed"


def test_a_refresh_token_opens_nothing(pair: TokenPair) -> None:
    assert bearing(pair.refresh).get(PUBLIC).status_code == 401


@pytest.mark.parametrize("change", [{"is_active": False}, {"password": "!"}])
def test_the_next_request_of_a_changed_user_is_401(as_anna: APIClient, change: dict[str, Any]) -> None:
    assert as_anna.get(PUBLIC).status_code == 200
    User.objects.update(**change)
    assert as_anna.get(PUBLIC).status_code == 401


def test_the_next_request_of_a_deleted_user_is_401(as_anna: APIClient, anna: User) -> None:
    anna.delete()
    assert as_anna.get(PUBLIC).status_code == 401


@pytest.mark.parametrize("header", ["", "Basic YTpi", "Token abc", "Bearerx"])
def test_another_scheme_is_nobody(db: None, header: str) -> None:
    assert status(PUBLIC, header) == 200
    assert status(ME, header) == 401


def test_a_signed_in_reader_costs_one_query_more(as_anna: APIClient, django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(1):
        APIClient().get(PUBLIC)
    with django_assert_num_queries(2):
        as_anna.get(PUBLIC)
