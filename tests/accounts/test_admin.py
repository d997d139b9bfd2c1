import re
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Group, Permission
from django.contrib.sessions.models import Session
from django.test import Client

from accounts.models import APIKey, User
from accounts.services.api_keys import create_api_key, read_api_key
from accounts.services.tokens import TokenPair, create_token, read_access_token
from catalog_project.errors import DomainError
from tests.accounts.conftest import REFUSED_SIGN_INS
from tests.factories.accounts import PASSWORD, UserFactory, role_named

pytestmark = pytest.mark.django_db

USERS = "/admin/accounts/user/"
KEYS = "/admin/accounts/apikey/"
ROBOT = {"name": "robot", "scopes": ["products.view_product"], "expires_at_0": "", "expires_at_1": ""}


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
    counted = 7  # session, user, two counts, the page, its groups, the groups to filter by
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


# --- API keys


@pytest.fixture
def keeper() -> Client:
    """Staff with every right on API keys, and to see products."""
    client = signed_in(username="keeper", role="catalog_viewer")
    rights = Permission.objects.filter(content_type__app_label="accounts", content_type__model="apikey")
    User.objects.get(username="keeper").user_permissions.add(*rights)
    return client


def key_in(page: str) -> str:
    (found,) = re.findall(r"cat_[0-9a-f]{16}\.[A-Za-z0-9_-]{43}", page)
    return str(found)


def test_a_new_key_is_shown_once_and_stored_nowhere(keeper: Client) -> None:
    page = keeper.post(f"{KEYS}add/", ROBOT)
    text = key_in(page.content.decode())
    assert "no-store" in page["Cache-Control"]
    assert read_api_key(text).user.username == "keeper"
    secret = text.split(".")[1]
    for address in (KEYS, f"{KEYS}{APIKey.objects.get().pk}/change/", f"{KEYS}{APIKey.objects.get().pk}/history/"):
        shown = keeper.get(address)
        assert shown.status_code == 200
        assert secret not in shown.content.decode()
        assert APIKey.objects.get().secret_hash not in shown.content.decode()
    kept = [*LogEntry.objects.values(), *(session.get_decoded() for session in Session.objects.all())]
    assert LogEntry.objects.get().object_repr == str(APIKey.objects.get())
    assert secret not in f"{kept}{keeper.cookies}"


def test_a_superuser_makes_keys_for_others_within_their_rights(boss: Client, anna: User) -> None:
    refused = boss.post(f"{KEYS}add/", ROBOT | {"user": anna.pk})
    assert "products.view_product: The key&#x27;s owner does not have this right." in refused.content.decode()
    anna.groups.add(role_named("catalog_viewer"))
    assert read_api_key(key_in(boss.post(f"{KEYS}add/", ROBOT | {"user": anna.pk}).content.decode())).user == anna


def test_others_make_keys_for_themselves_alone_and_of_their_own_rights(keeper: Client, anna: User) -> None:
    assert 'name="user"' not in keeper.get(f"{KEYS}add/").content.decode()
    keeper.post(f"{KEYS}add/", ROBOT | {"user": anna.pk})
    assert APIKey.objects.get().user.username == "keeper"
    page = keeper.post(f"{KEYS}add/", ROBOT | {"scopes": ["products.delete_product"]})
    assert "products.delete_product is not one of the available choices" in page.content.decode()


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"name": ""}, "This field is required"),
        ({"expires_at_0": "2001-01-31", "expires_at_1": "12:00"}, "This must be in the future"),
        ({"expires_at_0": "soon", "expires_at_1": "x"}, "Enter a valid date"),
        ({"scopes": ["x\0"]}, "is not one of the available choices"),
    ],
)
def test_what_is_wrong_with_a_key_is_said_in_its_form(keeper: Client, given: dict[str, Any], sentence: str) -> None:
    assert sentence in keeper.post(f"{KEYS}add/", ROBOT | given).content.decode()
    assert not APIKey.objects.exists()


@pytest.mark.parametrize("owner", ["", "x", "0", "\0"])
def test_an_owner_who_is_not_there_is_a_fault_of_the_form(boss: Client, owner: str) -> None:
    assert boss.post(f"{KEYS}add/", ROBOT | {"user": owner}).status_code == 200
    assert not APIKey.objects.exists()


def test_whoever_is_deactivated_gets_no_key(boss: Client, anna: User) -> None:
    User.objects.filter(pk=anna.pk).update(is_active=False)
    answer = boss.post(f"{KEYS}add/", ROBOT | {"user": anna.pk, "scopes": []}, follow=True)
    assert "The owner of the key is deactivated." in answer.content.decode()


def test_deleting_a_key_revokes_it(keeper: Client, anna: User) -> None:
    made = create_api_key(by=anna, owner=anna, name="robot", scopes=[])
    assert keeper.post(f"{KEYS}{made.row.pk}/delete/", {"post": "yes"}).status_code == 302
    with pytest.raises(DomainError):
        read_api_key(made.text)


def test_many_keys_are_revoked_at_once(keeper: Client, anna: User) -> None:
    made = [create_api_key(by=anna, owner=anna, name="robot", scopes=[]).row.pk for _ in range(3)]
    keeper.post(KEYS, {"action": "delete_selected", "_selected_action": made, "post": "yes"})
    assert not APIKey.objects.exists()


def test_the_keys_of_superusers_are_revoked_by_superusers_alone(keeper: Client, boss: Client) -> None:
    root = User.objects.get(username="boss")
    key = create_api_key(by=root, owner=root, name="robot", scopes=[]).row
    assert keeper.post(f"{KEYS}{key.pk}/delete/", {"post": "yes"}).status_code == 403
    keeper.post(KEYS, {"action": "delete_selected", "_selected_action": [key.pk], "post": "yes"})
    assert APIKey.objects.exists()
    assert boss.post(f"{KEYS}{key.pk}/delete/", {"post": "yes"}).status_code == 302


def test_a_key_is_not_changed(boss: Client, anna: User) -> None:
    key = create_api_key(by=anna, owner=anna, name="robot", scopes=[]).row
    assert boss.post(f"{KEYS}{key.pk}/change/", ROBOT | {"name": "other"}).status_code == 403


def test_staff_without_the_right_see_no_keys(anna: User) -> None:
    editor = signed_in(role="catalog_editor")
    assert [editor.get(address).status_code for address in (KEYS, f"{KEYS}add/")] == [403, 403]


def test_the_list_of_keys_costs_the_same_for_one_and_for_many(
    boss: Client, anna: User, django_assert_num_queries: Any
) -> None:
    for _ in range(2):
        create_api_key(by=anna, owner=anna, name="robot", scopes=[])
        with django_assert_num_queries(5):  # session, user, two counts, the page with its owners
            boss.get(KEYS)


# --- Signing in


@pytest.mark.parametrize(("username", "password"), REFUSED_SIGN_INS)
def test_whatever_is_wrong_the_login_page_says_the_same_after_one_run_of_the_hasher(
    cast: None, client: Client, username: str, password: str, runs: list[str]
) -> None:
    page = client.post("/admin/login/", {"username": username, "password": password})
    assert page.status_code == 200
    assert "Please enter the correct username and password for a staff account" in page.content.decode()
    assert len(runs) == 1


def test_whoever_is_no_staff_is_answered_like_nobody(client: Client, anna: User) -> None:
    page = client.post("/admin/login/", {"username": "anna", "password": PASSWORD})
    assert "Please enter the correct username and password for a staff account" in page.content.decode()


def test_an_open_admin_closes_with_the_next_request(client: Client) -> None:
    def is_open(user: User) -> bool:
        return client.get("/admin/").status_code == 200

    user = UserFactory(is_staff=True)
    for change in ({"password": "!"}, {"is_active": False}, {"is_staff": False}):
        client.force_login(user)
        assert is_open(user)
        User.objects.filter(pk=user.pk).update(**change)
        assert not is_open(user)
        User.objects.filter(pk=user.pk).update(is_active=True, is_staff=True)
        user.refresh_from_db()
    client.force_login(user)
    assert is_open(user)
    user.delete()
    assert not is_open(user)


def test_signing_out_of_the_admin_ends_the_session(boss: Client) -> None:
    session = boss.cookies["sessionid"].value
    boss.post("/admin/logout/")
    thief = Client()
    thief.cookies["sessionid"] = session
    assert thief.get("/admin/").status_code == 302
