from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from accounts.models import APIKey, User
from accounts.services.api_keys import create_api_key
from accounts.services.tokens import create_token
from tests.accounts.conftest import bearing, showing
from tests.factories.accounts import PASSWORD, UserFactory

pytestmark = pytest.mark.django_db

URL = "/api/v1/auth/api-keys/"


def make(owner: User, *names: str) -> list[str]:
    return [create_api_key(by=owner, owner=owner, name=name, scopes=[]).text for name in names]


def test_ones_keys_are_listed_without_their_secrets(as_anna: APIClient, robot: str) -> None:
    answer = as_anna.get(URL)
    (shown,) = answer.json()["results"]
    assert shown.keys() == {"id", "name", "prefix", "scopes", "expires_at", "last_used_at", "created_at"}
    assert (shown["name"], shown["scopes"]) == ("robot", ["products.change_brand", "products.view_product"])
    prefix, secret = robot.split(".")
    assert shown["prefix"] == prefix
    assert secret not in answer.content.decode()
    assert APIKey.objects.get().secret_hash not in answer.content.decode()


def test_nobody_elses_are(as_anna: APIClient, anna: User) -> None:
    make(UserFactory(username="bert"), "his")
    make(anna, "hers")
    assert [key["name"] for key in as_anna.get(URL).json()["results"]] == ["hers"]


def test_expired_ones_still_stand_there(as_anna: APIClient, anna: User) -> None:
    make(anna, "old")
    APIKey.objects.update(expires_at=timezone.now() - timedelta(days=1))
    assert as_anna.get(URL).json()["results"][0]["expires_at"]


def test_the_last_use_is_shown(as_anna: APIClient, robot: str) -> None:
    showing(robot).get("/api/v1/brands/")
    assert as_anna.get(URL).json()["results"][0]["last_used_at"].endswith("Z")


def test_the_newest_come_first_in_pages(as_anna: APIClient, anna: User) -> None:
    make(anna, "first", "second", "third")
    page = as_anna.get(URL, {"page_size": 2, "count": "exact"}).json()
    following = as_anna.get(page["next"]).json()
    names = [key["name"] for key in page["results"] + following["results"]]
    assert (names, page["count"], following["next"]) == (["third", "second", "first"], 3, None)
    assert next(key["name"] for key in as_anna.get(URL, {"ordering": "created_at"}).json()["results"]) == "first"


def test_a_cursor_of_somebody_else_is_refused(as_anna: APIClient, anna: User) -> None:
    make(anna, "first", "second")
    following = as_anna.get(URL, {"page_size": 1}).json()["next"]
    UserFactory(username="bert")
    as_bert = bearing(create_token(username="bert", password=PASSWORD).access)
    assert as_bert.get(following).json()["errors"][0]["code"] == "invalid_cursor"


def test_it_costs_two_queries(as_anna: APIClient, anna: User, django_assert_num_queries: Any) -> None:
    for _ in range(2):
        make(anna, *"abc")
        with django_assert_num_queries(2):
            as_anna.get(URL)


def test_a_key_does_not_see_them(robot: str) -> None:
    assert showing(robot).get(URL).status_code == 403


def test_nobody_is_401(api: APIClient, db: None) -> None:
    answer = api.get(URL)
    assert (answer.status_code, answer["WWW-Authenticate"]) == (401, "Bearer")


@pytest.mark.parametrize("parameter", ["search", "user", "fields"])
def test_an_unknown_parameter_is_refused(as_anna: APIClient, parameter: str) -> None:
    assert as_anna.get(URL, {parameter: "x"}).json()["errors"][0]["parameter"] == parameter


def test_no_other_method_works(as_anna: APIClient) -> None:
    assert [as_anna.patch(URL).status_code, as_anna.delete(URL).status_code] == [405, 405]
