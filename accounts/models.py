"""People who work with the catalog, the sign-ins that their tokens belong to, and their API keys."""

from collections.abc import Collection
from typing import Any, ClassVar, Self
from uuid import uuid4

from django.contrib.auth.models import AbstractUser
from django.contrib.auth.models import UserManager as DjangoUserManager
from django.db import models, transaction
from django.db.models import F, Q
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.crypto import salted_hmac

from catalog_project.models import TimestampedModel, TimestampedQuerySet

CREDENTIALS = frozenset({"password", "is_active"})


class UserQuerySet(TimestampedQuerySet):
    """Users; an update of their credentials ends their tokens and sessions."""

    def update(self, **fields: Any) -> int:
        """Update as Django does; whoever gets a new password or is (de)activated must sign in again.

        API keys end with deactivation.
        """
        if not CREDENTIALS.isdisjoint(fields):
            fields.setdefault("security_stamp", uuid4())
        if "is_active" not in fields:
            return super().update(**fields)
        with transaction.atomic():
            updated = super().update(**fields)
            APIKey.objects.filter(user__is_active=False).delete()
        return updated

    update.alters_data = True  # type: ignore[attr-defined]

    @transaction.atomic
    def delete(self) -> tuple[int, dict[str, int]]:
        """Delete as Django does, and no sign-in slips in between what it collects and what it deletes."""
        # Signing in takes the same lock.
        list(User.objects.filter(pk__in=self.values("pk")).order_by("pk").select_for_update())
        return super().delete()

    delete.alters_data = True  # type: ignore[attr-defined]
    delete.queryset_only = True  # type: ignore[attr-defined]


class UserManager(DjangoUserManager["User"].from_queryset(UserQuerySet)):  # type: ignore[misc]
    """Django's manager over our rows."""

    use_in_migrations = False  # a migration has no use for it


class User(TimestampedModel, AbstractUser):
    """A person or machine that signs in; rights come from groups (roles) and from the database, never a token.

    `security_stamp` is a random value that tokens and sessions are bound to. A new password and deactivation replace
    it, which ends all of them at once and for good: activating the user again does not bring them back. The term is
    that of ASP.NET Core Identity.

    `scopes` is no column. It says what the API key extends to with which this user's request came, as names of rights
    (`products.change_product`); None where it came without one.
    """

    security_stamp = models.UUIDField(default=uuid4, editable=False)
    scopes: frozenset[str] | None = None
    _password: str | None  # Django's: the raw password between set_password and save

    objects: ClassVar[UserManager] = UserManager()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                # "Anna" next to "anna" would be somebody posing as somebody else.
                Lower("username"),
                name="user_username_unique",
                violation_error_code="duplicate",
                violation_error_message="A user with this username already exists, perhaps in other letter case.",
            ),
        ]

    def set_unusable_password(self) -> None:
        """Take the password away as Django does, and with the next save the tokens and sessions too."""
        super().set_unusable_password()
        self.security_stamp = uuid4()

    def save(self, *, update_fields: Collection[str] | None = None, **options: Any) -> None:  # type: ignore[override]
        """Save as Django does; a new password or deactivation ends tokens and sessions.

        A hash renewed at sign-in is no new password: `check_password` clears `_password` before it saves.
        """
        if self._password is not None or not self.is_active:
            self.security_stamp = uuid4()
        if update_fields is not None and not CREDENTIALS.isdisjoint(update_fields):
            update_fields = {*update_fields, "security_stamp"}
        with transaction.atomic(savepoint=False):
            super().save(update_fields=update_fields, **options)
            if not self.is_active:
                self.api_keys.all().delete()

    @transaction.atomic
    def delete(self, **options: Any) -> tuple[int, dict[str, int]]:  # type: ignore[override]
        """Delete as Django does; see UserQuerySet.delete."""
        User.objects.select_for_update().filter(pk=self.pk).first()
        return super().delete(**options)

    def has_perm(self, perm: str, obj: Any = None) -> bool:
        """Whether the user has the right and, where the request came with an API key, the key extends to it."""
        return (self.scopes is None or perm in self.scopes) and super().has_perm(perm, obj)

    def has_module_perms(self, app_label: str) -> bool:
        """Whether `has_perm` is true of any right in the app."""
        if self.scopes is None:
            return super().has_module_perms(app_label)
        return any(right.startswith(f"{app_label}.") for right in self.get_all_permissions())

    def get_all_permissions(self, obj: Any = None) -> set[str]:
        """The rights of which `has_perm` is true."""
        rights: set[str] = super().get_all_permissions(obj)
        return rights if self.scopes is None else rights & self.scopes

    def get_session_auth_hash(self) -> str:
        """What a session must know to go on: Django's hash of the password, and the stamp."""
        bound_to = super().get_session_auth_hash() + self.security_stamp.hex
        return salted_hmac("accounts.User.session", bound_to, algorithm="sha256").hexdigest()


class LoginFailure(TimestampedModel):
    """An attempt to sign in that failed, or whose end is not known yet.

    `account` and `address` are keyed hashes (`services.logins`): what was typed may have been a password, and is
    counted alike whether such an account exists or not.
    """

    account = models.BinaryField(max_length=16, editable=False)
    address = models.BinaryField(max_length=16, editable=False)

    class Meta:
        indexes: ClassVar = [  # one for each question that `services.logins` asks
            models.Index(fields=["account", "address", "created_at"], name="login_failure_pair"),
            models.Index(fields=["address", "created_at"], name="login_failure_address"),
            models.Index(fields=["account", "created_at"], name="login_failure_account"),
        ]

    def __str__(self) -> str:
        return f"failed sign-in at {self.created_at:%Y-%m-%d %H:%M:%S}"


class KnownAddress(TimestampedModel):
    """An address from which a user has signed in, as a keyed hash; `updated_at` is when it last did."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="known_addresses")
    address = models.BinaryField(max_length=16, editable=False)

    class Meta:
        verbose_name_plural = "known addresses"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["user", "address"],
                name="known_address_unique",
                violation_error_code="duplicate",
                violation_error_message="This address is known already.",
            ),
        ]

    def __str__(self) -> str:
        return f"an address of {self.user_id}"


class TokenFamilyQuerySet(TimestampedQuerySet):
    """Sign-ins."""

    def alive(self) -> Self:
        """Those whose tokens are good: not expired, and of an active user whose stamp is still the same."""
        return self.filter(
            expires_at__gt=timezone.now(), user__is_active=True, user__security_stamp=F("security_stamp")
        )


class TokenFamily(TimestampedModel):
    """One sign-in: all refresh tokens that came out of each other, and their access tokens.

    Only the latest refresh token is good, the one whose `jti` (RFC 7519, section 4.1.7) stands here. The family ends,
    and every token of it, when its row is deleted.
    """

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="token_families")
    security_stamp = models.UUIDField()
    refresh_jti = models.UUIDField()
    expires_at = models.DateTimeField()

    objects: ClassVar[Any] = TokenFamilyQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "token families"

    def __str__(self) -> str:
        return f"sign-in of {self.user_id} at {self.created_at:%Y-%m-%d %H:%M}"


class APIKeyQuerySet(TimestampedQuerySet):
    """API keys."""

    def alive(self) -> Self:
        """Those that open the API: not expired, and of an active user."""
        return self.filter(Q(expires_at=None) | Q(expires_at__gt=timezone.now()), user__is_active=True)


class APIKey(TimestampedModel):
    """What a machine shows in the place of a password: `PREFIX.SECRET`. It ends when its row is deleted.

    It extends to those of its `scopes` (names of rights) that its user has at the time of the request. A new password
    of the user leaves it alone; deactivation ends it for good.
    """

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="api_keys")
    name = models.CharField(max_length=100, help_text="What it is for.")
    prefix = models.CharField(max_length=20, editable=False)
    secret_hash = models.CharField(max_length=64, editable=False)
    scopes = models.JSONField(default=list, blank=True)
    expires_at = models.DateTimeField(null=True, blank=True, help_text="Empty: it does not expire.")
    last_used_at = models.DateTimeField(null=True, editable=False)

    objects: ClassVar[Any] = APIKeyQuerySet.as_manager()

    class Meta:
        verbose_name = "API key"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["prefix"],
                name="api_key_prefix_unique",
                violation_error_code="duplicate",
                violation_error_message="An API key with this prefix already exists.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.prefix})"

    @property
    def limited_as(self) -> str:
        """The caller that its requests are counted for (`catalog_project.api.throttling`): itself, not its user."""
        return f"key:{self.pk}"
