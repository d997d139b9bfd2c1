from typing import Any

import pytest

from accounts.models import User
from accounts.services import passwords
from accounts.services.passwords import change_password, password_faults
from accounts.services.tokens import TokenPair, create_token, read_access_token
from catalog_project.errors import DomainError, Invalid
from tests.factories.accounts import PASSWORD

pytestmark = pytest.mark.django_db

NEW = "another horse, another staple"


def faults(by: User, **given: str) -> list[tuple[str | None, str]]:
    passwords_given = {"current_password": PASSWORD, "new_password": NEW} | given
    with pytest.raises(Invalid) as caught:
        change_password(by=by, **passwords_given)
    return [(fault.pointer, fault.code) for fault in caught.value.faults]


def test_the_new_password_takes_the_place_of_the_old_one(anna: User) -> None:
    change_password(by=anna, current_password=PASSWORD, new_password=NEW)
    assert create_token(username="anna", password=NEW)
    with pytest.raises(DomainError):
        create_token(username="anna", password=PASSWORD)


def test_every_older_token_of_the_user_ends(anna: User, pair: TokenPair) -> None:
    change_password(by=anna, current_password=PASSWORD, new_password=NEW)
    with pytest.raises(DomainError):
        read_access_token(pair.access)


def test_without_the_current_password_nothing_changes(anna: User) -> None:
    assert faults(anna, current_password="guess") == [("/current_password", "wrong_password")]
    assert create_token(username="anna", password=PASSWORD)


def test_a_weak_password_is_refused_with_every_reason(anna: User) -> None:
    refused = faults(anna, new_password="123")
    assert {pointer for pointer, _ in refused} == {"/new_password"}
    assert {code for _, code in refused} >= {"password_too_short", "password_entirely_numeric"}


def test_both_passwords_are_judged_at_once(anna: User) -> None:
    pointers = {pointer for pointer, _ in faults(anna, current_password="guess", new_password="123")}
    assert pointers == {"/current_password", "/new_password"}


def test_a_password_like_the_username_is_refused(anna: User) -> None:
    anna.username = "annabella"
    assert [fault.code for fault in password_faults("annabella1", anna, "/password")] == ["password_too_similar"]


def test_of_two_changes_the_later_one_finds_its_current_password_gone(anna: User, monkeypatch: Any) -> None:
    def validate_password(password: str, user: User) -> None:
        User.objects.update(password="!")

    monkeypatch.setattr(passwords, "validate_password", validate_password)
    assert faults(anna) == [("/current_password", "wrong_password")]
