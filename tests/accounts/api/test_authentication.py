from typing import Any

import pytest
from rest_framework.test import APIClient

from accounts.models import User
from accounts.services.api_keys import create_api_key
from accounts.services.tokens import TokenPair, create_token
from tests.accounts.conftest import bearing, showing
from tests.factories.accounts import PASSWORD
from tests.factories.products import BrandFactory, ProductFactory

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


# --- API keys


@pytest.mark.parametrize("form", ["Api-Key {}", "api-key {}", "API-KEY  {} "])
def test_the_scheme_of_a_key_is_written_in_any_case(robot: str, form: str) -> None:
    assert status(ME, form.format(robot)) == 200


@pytest.mark.parametrize("key", ["", "nonsense", "x" * 8192, "a.b", "\0", "ÿ", "€", "cat_0123456789abcdef." + "A" * 43])
def test_a_key_that_is_none_is_401_even_where_anyone_may_read(db: None, key: str) -> None:
    for address in (PUBLIC, ME):
        answer = showing(key).get(address)
        assert (answer.status_code, answer["WWW-Authenticate"]) == (401, "Bearer, Api-Key")
        assert answer.json()["code"] == "authentication_failed"


def test_a_key_is_no_token_and_a_token_is_no_key(robot: str, pair: TokenPair) -> None:
    assert bearing(robot).get(PUBLIC).status_code == 401
    assert showing(pair.access).get(PUBLIC).status_code == 401
    assert status(ME, robot) == 401


def test_a_key_writes_within_its_scopes_and_no_further(robot: str) -> None:
    brand = BrandFactory()
    machine = showing(robot)
    assert machine.patch(f"{PUBLIC}{brand.pk}/", {"name": "New"}).status_code == 200
    refused = machine.post(PUBLIC, {"name": "Another"})
    assert (refused.status_code, refused.json()["code"]) == (403, "permission_denied")


def test_a_key_sees_drafts_where_its_scopes_say_so(editor: User, robot: str) -> None:
    draft = ProductFactory(status="draft")
    blind = create_api_key(by=editor, owner=editor, name="blind", scopes=["products.change_product"]).text
    address = f"/api/v1/products/{draft.pk}/"
    assert [showing(key).get(address).status_code for key in (robot, blind)] == [200, 404]
    assert [len(showing(key).get("/api/v1/products/").json()["results"]) for key in (robot, blind)] == [1, 0]
    assert [len(showing(key).get("/api/v1/variants/").json()["results"]) for key in (robot, blind)] == [1, 0]
    assert [showing(key).get("/api/v1/products/?status=draft").status_code for key in (robot, blind)] == [200, 403]
    assert showing(blind).patch(address, {"name": "New"}).status_code == 404


def test_a_right_taken_from_its_owner_is_taken_from_a_key(editor: User, robot: str) -> None:
    address = f"{PUBLIC}{BrandFactory().pk}/"
    editor.groups.clear()
    assert showing(robot).patch(address, {"name": "New"}).status_code == 403


def test_the_key_of_a_superuser_does_what_its_scopes_say(anna: User) -> None:
    User.objects.update(is_superuser=True)
    key = create_api_key(by=anna, owner=anna, name="robot", scopes=["products.view_product"]).text
    assert showing(key).post(PUBLIC, {"name": "A"}).status_code == 403
    assert bearing_of(anna).post(PUBLIC, {"name": "A"}).status_code == 201


def bearing_of(user: User) -> APIClient:
    return bearing(create_token(username=user.username, password=PASSWORD).access)


@pytest.mark.parametrize(
    ("change", "expected"), [({"is_active": False}, 401), ({"password": "!"}, 200), ({"email": "x@example.org"}, 200)]
)
def test_a_key_ends_with_deactivation_and_outlives_a_password(
    robot: str, change: dict[str, Any], expected: int
) -> None:
    machine = showing(robot)
    assert machine.get(PUBLIC).status_code == 200
    User.objects.update(**change)
    assert machine.get(PUBLIC).status_code == expected


def test_the_next_request_with_the_key_of_a_deleted_user_is_401(robot: str) -> None:
    machine = showing(robot)
    assert machine.get(PUBLIC).status_code == 200
    User.objects.all().delete()
    assert machine.get(PUBLIC).status_code == 401


def test_a_reader_with_a_key_costs_what_a_signed_in_one_does(robot: str, django_assert_num_queries: Any) -> None:
    machine = showing(robot)
    with django_assert_num_queries(3):  # the key, the brands, and once a minute the use, after the answer
        machine.get(PUBLIC)
    with django_assert_num_queries(2):
        machine.get(PUBLIC)


def test_what_a_key_reads_is_kept_by_no_shared_cache(robot: str) -> None:
    assert showing(robot).get(PUBLIC)["Cache-Control"] == "private, no-cache"


def test_a_browser_on_another_origin_may_send_a_key(api: APIClient, settings: Any, db: None) -> None:
    settings.CORS_ALLOWED_ORIGINS = ["https://shop.example.org"]
    asked = {"HTTP_ACCESS_CONTROL_REQUEST_METHOD": "GET", "HTTP_ACCESS_CONTROL_REQUEST_HEADERS": "authorization"}
    answer = api.options(PUBLIC, HTTP_ORIGIN="https://shop.example.org", **asked)
    assert "authorization" in answer["Access-Control-Allow-Headers"]
