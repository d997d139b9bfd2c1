"""Changing a password."""

from contextlib import suppress

from django.contrib.auth.hashers import make_password
from django.contrib.auth.password_validation import password_changed, validate_password
from django.core.exceptions import ValidationError

from accounts.models import User
from accounts.services.jwt import CredentialsRefused
from accounts.services.logins import attempt
from catalog_project.errors import Fault, Invalid


def change_password(*, by: User, current_password: str, new_password: str, address: str = "") -> None:
    """Give oneself a new password, which ends all of one's tokens and sessions.

    Raises Invalid with pointers `/current_password` and `/new_password`, and Limited: whoever has got hold of a token
    may guess no more than anybody else. `address` is the caller's, see `client_address`.
    """
    faults = [*_faults_of_current(by, current_password, address), *password_faults(new_password, by, "/new_password")]
    if faults:
        raise Invalid(faults)
    is_unchanged = User.objects.filter(pk=by.pk, security_stamp=by.security_stamp)
    if not is_unchanged.update(password=make_password(new_password)):
        raise Invalid([WRONG_PASSWORD])  # somebody changed it since we looked
    password_changed(new_password, by)


WRONG_PASSWORD = Fault("wrong_password", "This is not your current password.", "/current_password")


def _faults_of_current(user: User, password: str, address: str) -> list[Fault]:
    with suppress(CredentialsRefused), attempt(username=user.username, address=address):
        if not user.check_password(password):
            raise CredentialsRefused(WRONG_PASSWORD.detail)
        return []
    return [WRONG_PASSWORD]


def password_faults(password: str, user: User, pointer: str) -> list[Fault]:
    """What AUTH_PASSWORD_VALIDATORS have against a password, each as a fault at the pointer."""
    try:
        validate_password(password, user)
    except ValidationError as error:
        return [Fault(each.code or "invalid", " ".join(each.messages), pointer) for each in error.error_list]
    return []
