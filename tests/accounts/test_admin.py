from typing import Any

import pytest
from django.contrib.auth.models import Group, Permission
from django.test import Client

from accounts.models import User
from accounts.services.tokens import TokenPair, create_token, read_access_token
from catalog_project.errors import DomainError
from tests.factories.accounts import PASSWORD, UserFactory, role_named

pytestmark = pytest.mark.django_db

USERS = "/admin/accounts/user/"


def signed_in(**fields: Any) -> Client:
    client = Client()
    client.force_login(UserFactory(is_staff=True, **fields))
    return client


@pytest.fixture
def boss() -> Client:
    return signed_in(username="boss", is_superuser=True)


@pytest.fixture
def clerk() -> Client:
    """Staff with the right to change users, and no other."""
    client = signed_in(username="clerk")
    rights = Permission.objects.filter(content_type__app_label="accounts", content_type__model="user")
    User.objects.get(username="clerk").user_permissions.add(*rights)
    return client


def form_of(user: User, **changes: Any) -> dict[str, Any]:
    fields = ("username", "first_name", "last_name", "email", "is_active", "is_staff", "is_superuser")
    filled = {name: getattr(user, name) for name in fields} | changes
    return {name: value for name, value in filled.items() if value is not False}


def test_the_list_costs_the_same_for_one_user_and_for_many(boss: Client, django_assert_num_queries: Any) -> None:
    viewer = role_named("catalog_viewer")
    counted = 6  # user, two counts, the page, its groups, the groups to filter by; the session is cached
    with django_assert_num_queries(counted):
        boss.get(USERS)
    for user in UserFactory.create_batch(30):
        user.groups.add(viewer)
    with django_assert_num_queries(counted):
        assert boss.get(USERS).content.count(b"catalog_viewer") > 30


def test_a_role_is_a_filter(boss: Client, anna: User) -> None:
    anna.groups.add(role_named("catalog_viewer"))
    UserFactory(username="bert")
    found = boss.get(USERS, {"groups__id__exact": Group.objects.get(name="catalog_viewer").pk})
    assert [user.username for user in found.context["cl"].result_list] == ["anna"]


def test_deactivating_ends_every_token(boss: Client, anna: User, pair: TokenPair) -> None:
    answer = boss.post(f"{USERS}{anna.pk}/change/", form_of(anna, is_active=False))
    assert answer.status_code == 302
    User.objects.update(is_active=True)
    with pytest.raises(DomainError):
        read_access_token(pair.access)


@pytest.mark.parametrize("usable", ["true", "false"])
def test_a_password_that_staff_set_or_take_away_ends_every_token(
    boss: Client, anna: User, pair: TokenPair, usable: str
) -> None:
    button = {"set-password": "1"} if usable == "true" else {"unset-password": "1"}
    new = {"password1": "new horse, new staple", "password2": "new horse, new staple", "usable_password": usable}
    assert boss.post(f"{USERS}{anna.pk}/password/", new | button).status_code == 302
    with pytest.raises(DomainError):
        read_access_token(pair.access)


def test_a_change_of_the_email_ends_no_token(boss: Client, anna: User, pair: TokenPair) -> None:
    boss.post(f"{USERS}{anna.pk}/change/", form_of(anna, email="new@example.org"))
    assert User.objects.get(username="anna").email == "new@example.org"
    assert read_access_token(pair.access)


def test_a_new_user_signs_in_with_the_password_given(boss: Client) -> None:
    new = {"username": "carl", "usable_password": "true", "password1": PASSWORD, "password2": PASSWORD}
    assert boss.post(f"{USERS}add/", new).status_code == 302
    assert create_token(username="carl", password=PASSWORD)


def test_a_username_in_other_letter_case_is_a_fault_of_the_form(boss: Client, anna: User) -> None:
    bert = UserFactory(username="bert")
    answer = boss.post(f"{USERS}{bert.pk}/change/", form_of(bert, username="ANNA"))
    assert "perhaps in other letter case" in answer.content.decode()


def test_many_users_are_deleted_at_once_with_their_sign_ins(boss: Client, anna: User, pair: TokenPair) -> None:
    boss.post(USERS, {"action": "delete_selected", "_selected_action": [anna.pk], "post": "yes"})
    assert not User.objects.filter(pk=anna.pk).exists()


def test_staff_without_the_right_see_no_users(anna: User) -> None:
    editor = signed_in(role="catalog_editor")
    assert editor.get(USERS).status_code == 403
    assert editor.get(f"{USERS}{anna.pk}/change/").status_code == 403


def test_no_one_but_staff_gets_in(anna: User, client: Client) -> None:
    client.force_login(anna)
    assert client.get(USERS).status_code == 302


def test_who_may_change_users_cannot_make_a_superuser(clerk: Client, anna: User) -> None:
    answer = clerk.post(f"{USERS}{anna.pk}/change/", form_of(anna, is_superuser=True, groups=[], email="a@example.org"))
    anna.refresh_from_db()
    assert (answer.status_code, anna.email, anna.is_superuser) == (302, "a@example.org", False)


def test_who_may_change_users_cannot_touch_a_superuser(clerk: Client) -> None:
    root = UserFactory(username="root", is_superuser=True)
    assert clerk.post(f"{USERS}{root.pk}/change/", form_of(root, is_active=False)).status_code == 403
    assert clerk.get(f"{USERS}{root.pk}/password/").status_code == 403
    assert clerk.post(f"{USERS}{root.pk}/delete/", {"post": "yes"}).status_code == 403
    assert User.objects.get(username="root").is_active


def test_who_may_change_users_may_deactivate_and_delete_others(clerk: Client, anna: User) -> None:
    assert clerk.get(f"{USERS}{anna.pk}/change/").status_code == 200
    assert clerk.post(f"{USERS}{anna.pk}/delete/", {"post": "yes"}).status_code == 302
    assert not User.objects.filter(pk=anna.pk).exists()
