"""People who sign in to the admin."""

from django.contrib.auth.models import Group
from django.db import transaction

from accounts.models import User
from accounts.services.faults import faults_of
from accounts.services.passwords import password_faults
from accounts.services.roles import ROLES
from catalog_project.errors import Conflict, Invalid


@transaction.atomic
def create_staff(*, username: str, role: str, password: str, email: str | None = None) -> bool:
    """Make a staff user with a role, or give an existing one that role in place of another, and the password.

    True when the user is new. Other groups and rights of an existing user stay, and so does the email unless given.
    Raises Invalid with pointers `/username`, `/email` and `/password`, and Conflict for a deactivated user.
    """
    user = _named(username)
    user.is_staff = True
    if email is not None:
        user.email = User.objects.normalize_email(email)
    faults = [*faults_of(user, exclude=["password"]), *password_faults(password, user, "/password")]
    if faults:
        raise Invalid(faults)
    is_new = user.pk is None
    user.set_password(password)
    user.save()
    _set_role(user, role)
    return is_new


def _named(username: str) -> User:
    name = User.normalize_username(username)
    user = User.objects.select_for_update().filter(username=name).first() or User(username=name)
    if not user.is_active:
        raise Conflict(f"The user {name} is deactivated. Activate it in the admin first.")
    return user


def _set_role(user: User, role: str) -> None:
    user.groups.remove(*Group.objects.filter(name__in=ROLES.keys() - {role}))
    user.groups.add(Group.objects.get(name=role))
