"""The admin's door keeps the limits of the API's."""

from typing import Any

import pytest
from django.contrib import admin
from django.test import Client
from rest_framework.test import APIClient

from accounts.admin_site import AdminSite
from accounts.models import LoginFailure
from catalog_project.settings.env import Rate
from tests.factories.accounts import PASSWORD, UserFactory

pytestmark = pytest.mark.django_db

URL = "/admin/login/"


@pytest.fixture(autouse=True)
def _cast(settings: Any) -> None:
    settings.RATE_LIMIT_LOGIN_ACCOUNT = Rate(3, 900)
    UserFactory(username="boss", is_staff=True)
    UserFactory(username="anna")


def enter(client: Client, username: str = "boss", password: str = "wrong") -> Any:
    return client.post(URL, {"username": username, "password": password})


def test_the_admin_is_ours() -> None:
    assert isinstance(admin.site._wrapped, AdminSite)  # type: ignore[attr-defined]


def test_whoever_has_failed_too_often_is_told_so_on_the_page(client: Client) -> None:
    assert [enter(client).status_code for _ in range(3)] == [200] * 3
    page = enter(client, password=PASSWORD)
    assert (page.status_code, 890 < int(page["Retry-After"]) <= 900) == (429, True)
    assert "There were too many failed sign-ins. Please try again later." in page.content.decode()
    assert "_auth_user_id" not in client.session


@pytest.mark.parametrize("username", ["anna", "nobody"])
def test_no_staff_and_nobody_are_limited_alike(client: Client, username: str) -> None:
    assert [enter(client, username, PASSWORD).status_code for _ in range(4)] == [200] * 3 + [429]


def test_both_doors_count_together(client: Client, api: APIClient) -> None:
    for _ in range(3):
        enter(client)
    assert api.post("/api/v1/auth/token/", {"username": "boss", "password": PASSWORD}).status_code == 429


def test_who_signs_in_starts_anew(client: Client) -> None:
    for _ in range(2):
        enter(client)
    assert enter(client, password=PASSWORD).status_code == 302
    assert not LoginFailure.objects.exists()


@pytest.mark.parametrize("given", [{"username": "boss"}, {"password": PASSWORD}, {"username": "boss", "password": ""}])
def test_a_form_that_is_not_filled_in_neither_counts_nor_clears(client: Client, given: dict[str, str]) -> None:
    enter(client)
    assert client.post(URL, given).status_code == 200
    assert LoginFailure.objects.count() == 1
