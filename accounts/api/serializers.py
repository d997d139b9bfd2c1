"""What the endpoints under `auth/` take and give."""

from typing import Any

from rest_framework import serializers

from accounts.models import User
from catalog_project.api.serializers import StrictSerializer, TextField

MAX_USERNAME_LENGTH = 150
# Nobody types that much; it bounds what one request makes the hasher read.
MAX_PASSWORD_LENGTH = 4_096


class PasswordField(TextField):
    """A password, kept to the letter: blanks at its ends belong to it."""

    def __init__(self, **options: Any) -> None:
        super().__init__(trim_whitespace=False, max_length=MAX_PASSWORD_LENGTH, **options)


class CredentialsSerializer(StrictSerializer):
    """What one signs in with."""

    username = TextField(max_length=MAX_USERNAME_LENGTH)
    password = PasswordField()


class RefreshSerializer(StrictSerializer):
    """A refresh token."""

    refresh = TextField(help_text="The refresh token that came last.")


class PasswordChangeSerializer(StrictSerializer):
    """The old password, as proof, and the new one."""

    current_password = PasswordField()
    new_password = PasswordField()


class TokenPairSerializer(serializers.Serializer[Any]):
    """A pair of tokens."""

    access = serializers.CharField(help_text="Send it as `Authorization: Bearer ACCESS`; it is good for minutes.")
    refresh = serializers.CharField(help_text="Trade it for the next pair; it works once.")


class MeSerializer(serializers.Serializer[User]):
    """The signed-in user."""

    id = serializers.IntegerField()
    username = serializers.CharField()
    email = serializers.CharField(help_text="Empty when none is known.")
    is_staff = serializers.BooleanField(help_text="Whether the admin is open to this user.")
    roles = serializers.SerializerMethodField(help_text="Names of groups.")
    permissions = serializers.SerializerMethodField(help_text="All rights, such as `products.change_product`.")

    def get_roles(self, user: User) -> list[str]:
        """Group names, sorted."""
        return sorted(user.groups.values_list("name", flat=True))

    def get_permissions(self, user: User) -> list[str]:
        """`app.codename`, sorted; those of the user's roles and the user's own."""
        return sorted(user.get_all_permissions())
