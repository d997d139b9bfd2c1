from typing import Any
from uuid import UUID

import pytest
from django.contrib.auth.hashers import make_password
from django.contrib.sessions.models import Session
from django.core.exceptions import ValidationError
from django.db import IntegrityError
from django.test import Client

from accounts.models import TokenFamily, User
from accounts.services.tokens import TokenPair
from catalog_project.api.integrity import translate
from tests.factories.accounts import PASSWORD, UserFactory

pytestmark = pytest.mark.django_db


def stamp(user: User) -> UUID:
    return User.objects.get(pk=user.pk).security_stamp


def test_two_usernames_that_differ_in_case_cannot_both_be_there(anna: User) -> None:
    with pytest.raises(IntegrityError) as caught:
        UserFactory(username="ANNA")
    assert translate(caught.value).error_code == "duplicate"


def test_the_admin_learns_of_such_a_username_before_the_database_does(anna: User) -> None:
    with pytest.raises(ValidationError, match="other letter case"):
        User(username="ANNA", password="x").full_clean()


def test_a_new_password_replaces_the_stamp(anna: User) -> None:
    before = stamp(anna)
    anna.set_password("another one")
    anna.save(update_fields=["password"])
    assert stamp(anna) != before


def test_taking_the_password_away_replaces_the_stamp(anna: User) -> None:
    before = stamp(anna)
    anna.set_unusable_password()
    anna.save(update_fields=["password"])
    assert stamp(anna) != before


def test_deactivation_replaces_the_stamp(anna: User) -> None:
    before = stamp(anna)
    anna.is_active = False
    anna.save(update_fields=["is_active"])
    assert stamp(anna) != before


@pytest.mark.parametrize("change", [{"is_active": False}, {"password": make_password("another one")}])
def test_an_update_in_bulk_does_so_too(anna: User, change: dict[str, object]) -> None:
    before = stamp(anna)
    User.objects.update(**change)
    assert stamp(anna) != before


def test_other_changes_keep_the_stamp(anna: User) -> None:
    before = stamp(anna)
    User.objects.update(first_name="Anna")
    anna.email = "new@example.org"
    anna.save()
    assert stamp(anna) == before


def test_a_hash_renewed_at_sign_in_keeps_the_stamp(anna: User, settings: Any) -> None:
    before = stamp(anna)
    settings.PASSWORD_HASHERS = [
        "django.contrib.auth.hashers.Argon2PasswordHasher",
        "django.contrib.auth.hashers.MD5PasswordHasher",
    ]
    assert anna.check_password(PASSWORD)
    assert User.objects.get().password.startswith("argon2")
    assert stamp(anna) == before


def test_every_save_moves_updated_at(anna: User) -> None:
    before = anna.updated_at
    anna.save(update_fields=["first_name"])
    anna.refresh_from_db()
    assert anna.updated_at > before


def test_managers_still_make_superusers() -> None:
    boss = User.objects.create_superuser("boss", password=PASSWORD)
    assert boss.is_staff
    assert boss.check_password(PASSWORD)


def test_a_session_outlives_neither_password_nor_deactivation(anna: User, client: Client) -> None:
    client.force_login(anna)
    User.objects.update(is_active=False)
    User.objects.update(is_active=True)
    assert client.get("/admin/").status_code == 302
    assert not Session.objects.exists()


def test_a_session_of_an_unchanged_user_goes_on(client: Client) -> None:
    client.force_login(UserFactory(is_staff=True))
    assert client.get("/admin/").status_code == 200


def test_deleting_a_user_deletes_the_sign_ins(anna: User, pair: TokenPair) -> None:
    anna.delete()
    assert not TokenFamily.objects.exists()


def test_a_sign_in_says_whose_it_is(anna: User, pair: TokenPair) -> None:
    assert str(TokenFamily.objects.get()).startswith(f"sign-in of {anna.pk} at ")
