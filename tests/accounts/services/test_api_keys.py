import hashlib
from datetime import UTC, datetime, timedelta
from typing import Any
from unittest import mock

import pytest
from django.contrib.auth.models import Permission
from django.db import DatabaseError
from django.utils import timezone

from accounts.models import APIKey, User
from accounts.services import api_keys
from accounts.services.api_keys import create_api_key, note_use, read_api_key, revoke_api_key
from accounts.services.jwt import CredentialsRefused
from accounts.services.passwords import change_password
from catalog_project.errors import Conflict, Fault, Invalid
from tests.factories.accounts import PASSWORD, UserFactory, role_named

pytestmark = pytest.mark.django_db

SCOPES = ["products.change_brand", "products.view_product"]


@pytest.fixture
def owner(db: None) -> User:
    return UserFactory(username="owner", role="catalog_editor")


@pytest.fixture
def text(owner: User) -> str:
    return create_api_key(by=owner, owner=owner, name="robot", scopes=SCOPES).text


def refused(text: str) -> bool:
    with pytest.raises(CredentialsRefused, match="The API key is not valid, has expired or was revoked"):
        read_api_key(text)
    return True


def faults(owner: User, **given: Any) -> list[Fault]:
    with pytest.raises(Invalid) as caught:
        create_api_key(**{"by": owner, "owner": owner, "name": "robot", "scopes": SCOPES} | given)
    assert not APIKey.objects.exists()
    return list(caught.value.faults)


# --- Making


def test_a_key_opens_what_it_was_made_for(owner: User, text: str) -> None:
    key = read_api_key(text)
    assert (key.user, key.name, key.scopes) == (owner, "robot", SCOPES)


def test_only_a_hash_of_the_secret_is_stored(text: str) -> None:
    prefix, secret = text.split(".")
    stored = APIKey.objects.values().get()
    assert (stored["prefix"], stored["secret_hash"]) == (prefix, hashlib.sha256(secret.encode()).hexdigest())
    assert secret not in str(stored)


def test_no_two_keys_are_alike_and_each_has_256_random_bits(owner: User) -> None:
    made = [create_api_key(by=owner, owner=owner, name="robot", scopes=[]).text for _ in range(20)]
    assert len({part for text in made for part in text.split(".")}) == 40
    assert {len(text.split(".")[1]) for text in made} == {43}


def test_a_new_key_does_not_show_itself(owner: User) -> None:
    made = create_api_key(by=owner, owner=owner, name="robot", scopes=[])
    assert made.text.split(".")[1] not in f"{made!r} {made.row!r} {made.row}"


def test_scopes_are_kept_once_and_in_order(owner: User) -> None:
    made = create_api_key(by=owner, owner=owner, name="robot", scopes=[*reversed(SCOPES), SCOPES[0]])
    assert made.row.scopes == SCOPES


def test_a_right_that_does_not_exist_is_named_with_what_may_be_meant(owner: User) -> None:
    (fault,) = faults(owner, scopes=["products.view_product", "products.change_brnd"])
    assert (fault.code, fault.pointer, fault.suggestion) == ("unknown_value", "/scopes/1", "products.change_brand")


def test_a_right_that_the_owner_lacks_is_named_with_one_that_is_close(owner: User) -> None:
    (fault,) = faults(owner, scopes=["products.delete_brand"])
    assert (fault.code, fault.pointer) == ("beyond_rights", "/scopes/0")
    assert fault.suggestion in owner.get_all_permissions()


def test_every_fault_is_named_at_once(owner: User) -> None:
    found = faults(owner, name=" ", scopes=["x", *SCOPES, ""], expires_at=timezone.now())
    assert {fault.pointer for fault in found} == {"/name", "/scopes/0", "/scopes/3", "/expires_at"}


def test_no_more_suggestions_are_looked_for_than_somebody_reads(owner: User) -> None:
    found = faults(owner, scopes=["products.change_brnd"] * 200)
    assert len(found) == 200
    assert sum(fault.suggestion is not None for fault in found) == 10


def test_a_superuser_gives_any_right_that_there_is() -> None:
    boss = UserFactory(is_superuser=True)
    assert create_api_key(by=boss, owner=boss, name="robot", scopes=["auth.delete_group"])
    assert [fault.pointer for fault in _faults_of_superuser(boss)] == ["/scopes/0"]


def _faults_of_superuser(boss: User) -> list[Fault]:
    with pytest.raises(Invalid) as caught:
        create_api_key(by=boss, owner=boss, name="robot", scopes=["auth.fly"])
    return list(caught.value.faults)


@pytest.mark.parametrize("change", [{"is_active": False}, None])
def test_no_key_is_made_for_whoever_was_deactivated_or_deleted_meanwhile(owner: User, change: Any) -> None:
    User.objects.update(**change) if change else User.objects.all().delete()
    with pytest.raises(Conflict, match="deactivated"):
        create_api_key(by=owner, owner=owner, name="robot", scopes=[])


# --- Reading


@pytest.mark.parametrize(
    "spoil",
    [
        lambda text: text[:-1],
        lambda text: text + "A",
        lambda text: text[:-1] + ("A" if text[-1] != "A" else "B"),
        lambda text: "cat_0000000000000000" + text[20:],
        lambda text: text.replace(".", ""),
        lambda text: text.replace(".", ".."),
        lambda text: text.upper(),
        lambda text: text + "\n",
        lambda text: text.replace("cat_", "cat_%"),
        lambda text: text.split(".")[0] + ".",
        lambda text: text.split(".")[0] + "." + hashlib.sha256(text.split(".")[1].encode()).hexdigest(),
    ],
)
def test_a_key_that_is_not_quite_right_is_refused(text: str, spoil: Any) -> None:
    assert refused(spoil(text))


@pytest.mark.parametrize("given", ["", "x" * 8192, "\0" * 20, "' OR 1=1 --", "ü.ü", "cat_0123456789abcdef." + "A" * 43])
def test_anything_else_is_refused(text: str, given: str) -> None:
    assert refused(given)


def test_a_key_that_cannot_be_one_costs_no_query(text: str, django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(0):
        assert refused("cat_x.y")


def test_a_key_is_checked_in_one_query(text: str, django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(1):
        assert read_api_key(text).user.username == "owner"


def test_secrets_are_compared_in_constant_time(text: str) -> None:
    with mock.patch.object(api_keys.secrets, "compare_digest", return_value=False) as compare:
        assert refused(text)
    assert compare.called


def test_an_expired_key_is_refused(text: str) -> None:
    APIKey.objects.update(expires_at=timezone.now())
    assert refused(text)


def test_a_revoked_key_is_refused_and_revoking_it_again_changes_nothing(owner: User, text: str) -> None:
    key = APIKey.objects.get()
    revoke_api_key(by=owner, key=key)
    revoke_api_key(by=owner, key=key)
    assert refused(text)


@pytest.mark.parametrize(
    "deactivate",
    [
        lambda owner: User.objects.filter(pk=owner.pk, is_active=True).update(is_active=False),
        lambda owner: setattr(owner, "is_active", False) or owner.save(),
        lambda owner: setattr(owner, "is_active", False) or owner.save(update_fields=["is_active"]),
        lambda owner: setattr(owner, "is_active", False) or User.objects.bulk_update([owner], ["is_active"]),
    ],
)
def test_deactivation_of_its_owner_ends_a_key_for_good(owner: User, text: str, deactivate: Any) -> None:
    deactivate(owner)
    assert refused(text)
    User.objects.update(is_active=True)
    assert refused(text)


def test_deactivation_of_somebody_else_leaves_it_alone(text: str) -> None:
    bert = UserFactory(username="bert")
    User.objects.filter(pk=bert.pk).update(is_active=False)
    assert read_api_key(text)


def test_a_key_ends_with_its_owner(owner: User, text: str) -> None:
    owner.delete()
    assert refused(text)


def test_a_new_password_of_its_owner_leaves_a_key_alone(owner: User, text: str) -> None:
    change_password(by=owner, current_password=PASSWORD, new_password="another horse, another staple")
    assert read_api_key(text)


# --- Rights


def test_a_key_extends_to_its_scopes_alone(text: str) -> None:
    user = read_api_key(text).user
    assert user.has_perm("products.change_brand")
    assert not user.has_perm("products.add_brand")
    assert not user.has_perms([*SCOPES, "products.add_brand"])
    assert user.get_all_permissions() == set(SCOPES)
    assert user.has_module_perms("products")
    assert not user.has_module_perms("auth")


def test_a_key_never_extends_to_more_than_its_owner_may_now(owner: User, text: str) -> None:
    owner.groups.set([role_named("catalog_viewer")])
    user = read_api_key(text).user
    assert not user.has_perm("products.change_brand")
    assert user.get_all_permissions() == {"products.view_product"}


def test_a_right_that_the_owner_gets_back_is_a_scope_again(owner: User, text: str) -> None:
    owner.groups.clear()
    assert not read_api_key(text).user.has_perm("products.change_brand")
    owner.user_permissions.add(Permission.objects.get(codename="change_brand"))
    assert read_api_key(text).user.has_perm("products.change_brand")


def test_the_key_of_a_superuser_is_limited_too() -> None:
    boss = UserFactory(is_superuser=True)
    user = read_api_key(create_api_key(by=boss, owner=boss, name="robot", scopes=SCOPES).text).user
    assert user.has_perm("products.change_brand")
    assert not user.has_perm("products.delete_brand")
    assert user.get_all_permissions() == set(SCOPES)


def test_without_scopes_it_extends_to_nothing(owner: User) -> None:
    user = read_api_key(create_api_key(by=owner, owner=owner, name="robot", scopes=[]).text).user
    assert not user.get_all_permissions()
    assert not user.has_module_perms("products")


def test_whoever_comes_without_a_key_is_not_limited(owner: User) -> None:
    assert owner.has_perm("products.add_brand")
    assert owner.has_module_perms("products")


# --- The last use


NOON = datetime(2030, 1, 31, 12, tzinfo=UTC)


@pytest.fixture
def at(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Notes a use so many seconds after noon and returns what is written down then."""

    def at(text: str, seconds: float) -> datetime | None:
        key = read_api_key(text)
        monkeypatch.setattr(api_keys.timezone, "now", lambda: NOON + timedelta(seconds=seconds))
        note_use(key)
        return APIKey.objects.get().last_used_at

    return at


def test_the_last_use_is_noted_at_most_once_a_minute(text: str, at: Any) -> None:
    assert [at(text, seconds) for seconds in (0, 59, 60, 61)] == [NOON, NOON, *[NOON + timedelta(seconds=60)] * 2]


def test_of_many_that_saw_the_same_time_one_writes(text: str, django_assert_num_queries: Any) -> None:
    first, second = read_api_key(text), read_api_key(text)
    note_use(first)
    noted = APIKey.objects.get().last_used_at
    note_use(second)
    assert APIKey.objects.get().last_used_at == noted


def test_while_one_thread_notes_no_other_waits(text: str, django_assert_num_queries: Any) -> None:
    key = read_api_key(text)
    with api_keys._noting, django_assert_num_queries(0):
        note_use(key)
    note_use(key)
    assert APIKey.objects.get().last_used_at


def test_a_database_that_refuses_is_told_to_the_log_alone(text: str, caplog: Any, monkeypatch: Any) -> None:
    key = read_api_key(text)
    monkeypatch.setattr(APIKey, "objects", mock.Mock(filter=mock.Mock(side_effect=DatabaseError)))
    note_use(key)
    assert [record.message for record in caplog.records] == ["the use of an API key was not noted"]
    assert not api_keys._noting.locked()
