"""Users in the admin. Whom they may change is a matter of Django's own rights on users."""

from typing import Any, ClassVar

from django.contrib import admin
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.db.models import QuerySet
from django.http import HttpRequest

from accounts.models import User

FOR_SUPERUSERS = ("is_superuser", "groups", "user_permissions")


@admin.register(User)
class UserAdmin(DjangoUserAdmin):  # type: ignore[type-arg]  # generic in the stubs alone
    """Users with their roles. Deactivating one, or setting a password, ends that user's tokens and sessions."""

    list_display = ("username", "email", "roles", "is_staff", "is_active", "last_login")
    list_filter = ("is_active", "is_staff", "groups")
    search_fields = ("username", "email", "first_name", "last_name")
    readonly_fields: ClassVar[Any] = ("last_login", "date_joined", "updated_at")
    fieldsets = (
        (None, {"fields": ("username", "password")}),
        ("Person", {"fields": ("first_name", "last_name", "email")}),
        ("Rights", {"fields": ("is_active", "is_staff", "is_superuser", "groups", "user_permissions")}),
        ("Times", {"fields": ("last_login", "date_joined", "updated_at")}),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[User]:
        """Users with their groups at hand."""
        return super().get_queryset(request).prefetch_related("groups")

    @admin.display(description="roles")
    def roles(self, user: User) -> str:
        """Names of the user's groups."""
        return ", ".join(sorted(group.name for group in user.groups.all()))

    def get_readonly_fields(self, request: HttpRequest, obj: User | None = None) -> Any:
        """Who may change users may not thereby make themselves superuser."""
        fixed = super().get_readonly_fields(request, obj)
        return fixed if request.user.is_superuser else (*fixed, *FOR_SUPERUSERS)

    def has_change_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        """The right to change users; superusers are changed, and get their password, by superusers alone."""
        return super().has_change_permission(request, obj) and _reaches(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        """The right to delete users; superusers are deleted by superusers alone."""
        return super().has_delete_permission(request, obj) and _reaches(request, obj)


def _reaches(request: HttpRequest, user: User | None) -> bool:
    return user is None or not user.is_superuser or bool(request.user.is_superuser)
