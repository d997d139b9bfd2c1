from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from rest_framework.test import APIClient

from accounts.api import api_keys
from accounts.models import APIKey, User
from tests.accounts.conftest import showing
from tests.factories.accounts import UserFactory

pytestmark = pytest.mark.django_db

URL = "/api/v1/auth/api-keys/"
ROBOT = {"name": "robot", "scopes": ["products.change_brand"], "expires_at": "2031-01-31T12:00:00Z"}


def test_the_key_is_shown_once_with_what_it_is_for(as_anna: APIClient, editor: User) -> None:
    answer = as_anna.post(URL, ROBOT)
    made = APIKey.objects.get()
    shown = answer.json()
    assert (answer.status_code, shown.pop("key").split(".")[0]) == (201, made.prefix)
    assert shown.pop("created_at").endswith("Z")
    expected = ROBOT | {"id": made.pk, "prefix": made.prefix, "last_used_at": None}
    assert shown == expected | {"expires_at": "2031-01-31T12:00:00.000000Z"}
    assert answer["Location"] == f"http://testserver{URL}{made.pk}/"
    assert as_anna.delete(answer["Location"]).status_code == 204


def test_no_cache_keeps_the_answer(as_anna: APIClient, editor: User) -> None:
    assert as_anna.post(URL, ROBOT)["Cache-Control"] == "no-store"


def test_the_key_opens_the_api(as_anna: APIClient, editor: User) -> None:
    key = as_anna.post(URL, ROBOT).json()["key"]
    assert showing(key).get("/api/v1/auth/me/").json()["permissions"] == ROBOT["scopes"]


@pytest.mark.parametrize("end", [{}, {"expires_at": None}])
def test_without_an_end_it_is_good_until_revoked(as_anna: APIClient, editor: User, end: dict[str, None]) -> None:
    answer = as_anna.post(URL, {"name": "robot", "scopes": []} | end)
    assert (answer.status_code, answer.json()["expires_at"]) == (201, None)


@pytest.mark.parametrize(
    ("given", "faults"),
    [
        ({"name": ...}, {("/name", "required")}),
        ({"name": ""}, {("/name", "blank")}),
        ({"name": "x" * 101}, {("/name", "max_length")}),
        ({"name": 1}, {("/name", "invalid")}),
        ({"scopes": ...}, {("/scopes", "required")}),
        ({"scopes": None}, {("/scopes", "null")}),
        ({"scopes": "products.change_brand"}, {("/scopes", "not_a_list")}),
        ({"scopes": [1, ""]}, {("/scopes/0", "invalid"), ("/scopes/1", "blank")}),
        ({"scopes": ["x"] * 201}, {("/scopes", "max_length")}),
        ({"scopes": ["*"]}, {("/scopes/0", "unknown_value")}),
        ({"scopes": ["products.delete_brand"]}, {("/scopes/0", "beyond_rights")}),
        ({"scopes": ["auth.change_user"]}, {("/scopes/0", "unknown_value")}),
        ({"expires_at": "2001-01-31T12:00:00Z"}, {("/expires_at", "past")}),
        ({"expires_at": "2031-01-31"}, {("/expires_at", "invalid")}),
        ({"expires_at": 30}, {("/expires_at", "invalid")}),
        ({"key": "x", "prefix": "y"}, {("/key", "read_only"), ("/prefix", "read_only")}),
        ({"user": 1}, {("/user", "unknown_field")}),
        (
            {"scopes": ["x", "products.add_brand", "y"], "expires_at": "2001-01-31T12:00:00Z"},
            {("/scopes/0", "unknown_value"), ("/scopes/2", "unknown_value"), ("/expires_at", "past")},
        ),
    ],
)
def test_what_is_wrong_is_named(as_anna: APIClient, editor: User, given: dict[str, Any], faults: set[Any]) -> None:
    body = {name: value for name, value in (ROBOT | given).items() if value is not ...}
    answer = as_anna.post(URL, body)
    assert answer.status_code == 400
    assert {(fault["pointer"], fault["code"]) for fault in answer.json()["errors"]} == faults
    assert not APIKey.objects.exists()


def test_a_slip_of_the_pen_is_answered_with_what_was_meant(as_anna: APIClient, editor: User) -> None:
    (fault,) = as_anna.post(URL, ROBOT | {"scopes": ["products.chnge_brand"]}).json()["errors"]
    assert (fault["pointer"], fault["suggestion"]) == ("/scopes/0", "products.change_brand")


def test_a_key_makes_no_keys(robot: str) -> None:
    answer = showing(robot).post(URL, ROBOT)
    assert (answer.status_code, answer.json()["code"]) == (403, "permission_denied")
    assert "sign in with username and password" in answer.json()["detail"]
    assert APIKey.objects.count() == 1


def test_whoever_is_deactivated_meanwhile_gets_none(as_anna: APIClient, editor: User, monkeypatch: Any) -> None:
    genuine = api_keys.create_api_key

    def deactivated_first(**given: Any) -> Any:
        User.objects.update(is_active=False)
        return genuine(**given)

    monkeypatch.setattr(api_keys, "create_api_key", deactivated_first)
    answer = as_anna.post(URL, ROBOT)
    assert (answer.status_code, answer.json()["code"]) == (409, "conflict")
    assert not APIKey.objects.exists()


def test_nobody_is_401(api: APIClient, db: None) -> None:
    answer = api.post(URL, ROBOT)
    assert (answer.status_code, answer["WWW-Authenticate"]) == (401, "Bearer")


def test_the_secret_stands_in_no_log_and_no_history(as_anna: APIClient, editor: User, caplog: Any) -> None:
    caplog.set_level("DEBUG")
    key = as_anna.post(URL, ROBOT).json()["key"]
    showing(key).get("/api/v1/auth/me/")
    wrong = showing(f"{key}x").get("/api/v1/auth/me/")
    secret = key.split(".")[1]
    assert caplog.records
    assert not [record for record in caplog.records if secret in str(vars(record))]
    assert secret not in wrong.content.decode()
    assert not LogEntry.objects.exists()


def test_a_parameter_is_refused(as_anna: APIClient, editor: User) -> None:
    assert as_anna.post(f"{URL}?page_size=1", ROBOT).json()["errors"][0]["parameter"] == "page_size"


def test_it_costs_the_same_for_one_scope_and_for_many(
    as_anna: APIClient, editor: User, django_assert_num_queries: Any
) -> None:
    counted = 7  # sign-in, savepoint and its end, owner, rights of the user and the groups, the key
    for scopes in (["products.change_brand"], sorted(editor.get_all_permissions())):
        with django_assert_num_queries(counted):
            assert as_anna.post(URL, ROBOT | {"scopes": scopes}).status_code == 201


def test_it_belongs_to_whoever_made_it(as_anna: APIClient, editor: User) -> None:
    UserFactory(username="bert")
    as_anna.post(URL, ROBOT)
    assert APIKey.objects.get().user == editor
