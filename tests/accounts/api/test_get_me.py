from typing import Any

import pytest
from django.contrib.auth.models import Group, Permission
from rest_framework.test import APIClient

from accounts.models import User
from tests.factories.accounts import role_named

pytestmark = pytest.mark.django_db

URL = "/api/v1/auth/me/"


def test_one_reads_who_one_is(as_anna: APIClient, anna: User) -> None:
    assert as_anna.get(URL).json() == {
        "id": anna.pk,
        "username": "anna",
        "email": "anna@example.org",
        "is_staff": False,
        "roles": [],
        "permissions": [],
    }


def test_roles_and_rights_are_sorted(as_anna: APIClient, anna: User) -> None:
    shop = Group.objects.create(name="a_shop")
    shop.permissions.add(Permission.objects.get(codename="view_group"))
    anna.groups.add(role_named("catalog_viewer"), shop)
    anna.user_permissions.add(Permission.objects.get(codename="add_brand"))
    answer = as_anna.get(URL).json()
    assert answer["roles"] == ["a_shop", "catalog_viewer"]
    assert answer["permissions"] == [
        "auth.view_group",
        "products.add_brand",
        *(
            f"products.view_{model}"
            for model in (
                "attribute",
                "attributeoption",
                "brand",
                "category",
                "change",
                "price",
                "product",
                "productcategory",
                "producttype",
                "producttypeattribute",
                "variant",
            )
        ),
    ]


def test_rights_are_those_of_now_and_not_of_the_sign_in(as_anna: APIClient, anna: User) -> None:
    anna.groups.add(role_named("catalog_viewer"))
    assert as_anna.get(URL).json()["permissions"]
    anna.groups.clear()
    assert not as_anna.get(URL).json()["permissions"]


def test_a_superuser_has_every_right(as_anna: APIClient, anna: User) -> None:
    User.objects.update(is_superuser=True)
    assert len(as_anna.get(URL).json()["permissions"]) == Permission.objects.count()


def test_it_costs_four_queries(as_anna: APIClient, django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(4):  # user, groups, rights of the user, rights of the groups
        as_anna.get(URL)


def test_nobody_is_401(api: APIClient) -> None:
    answer = api.get(URL)
    assert (answer.status_code, answer["WWW-Authenticate"], answer.json()["code"]) == (
        401,
        "Bearer",
        "not_authenticated",
    )


def test_a_parameter_is_refused(as_anna: APIClient) -> None:
    assert as_anna.get(URL, {"fields": "id"}).json()["errors"][0]["parameter"] == "fields"
