"""What the endpoints under `auth/` take and give."""

from typing import Any, ClassVar

from rest_framework import serializers

from accounts.models import APIKey, User
from catalog_project.api.serializers import StrictSerializer, TextField, TimeField

MAX_USERNAME_LENGTH = 150
MAX_RIGHT_LENGTH = 200
MAX_SCOPES = 200
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


class APIKeySerializer(serializers.Serializer[APIKey]):
    """An API key, without its secret."""

    id = serializers.IntegerField()
    name = serializers.CharField()
    prefix = serializers.CharField(help_text="What the key begins with.")
    scopes = serializers.ListField(child=serializers.CharField(), help_text="Names of rights.")
    expires_at = TimeField(allow_null=True)
    last_used_at = TimeField(allow_null=True, help_text="To the minute.")
    created_at = TimeField()


class NewAPIKeySerializer(APIKeySerializer):
    """An API key, and what nobody is shown again."""

    key = serializers.CharField(help_text="`PREFIX.SECRET`: send it as `Authorization: Api-Key KEY`.")


class APIKeyWriteSerializer(StrictSerializer):
    """What an API key is for."""

    read_only_names: ClassVar = frozenset({"id", "prefix", "key", "last_used_at", "created_at"})

    name = TextField(max_length=100)
    scopes = serializers.ListField(
        child=TextField(max_length=MAX_RIGHT_LENGTH),
        max_length=MAX_SCOPES,
        help_text="Names of rights that you have; the key extends to those that you still have when it is used.",
    )
    expires_at = TimeField(required=False, allow_null=True, help_text="Null: good until it is revoked.")
