"""Users and API keys in the admin. Who may change whom is a matter of Django's own rights on users and keys."""

from typing import Any, ClassVar

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.widgets import FilteredSelectMultiple
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse

from accounts.models import APIKey, User
from accounts.services.api_keys import create_api_key, key_faults
from catalog_project.errors import DomainError

FOR_SUPERUSERS = ("is_superuser", "groups", "user_permissions")


@admin.register(User)
class UserAdmin(DjangoUserAdmin):  # type: ignore[type-arg]  # generic in the stubs alone
    """Users with their roles. Deactivating one, or setting a password, ends that user's tokens and sessions.

    Deactivating one ends the API keys too.
    """

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


class APIKeyForm(forms.ModelForm):  # type: ignore[type-arg]  # generic in the stubs alone
    """A new key: the rights that whoever makes it could give, tested against those of its owner."""

    by: ClassVar[User]
    scopes = forms.MultipleChoiceField(required=False, widget=FilteredSelectMultiple("scopes", is_stacked=False))

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        rights = sorted(self.by.get_all_permissions())
        self.fields["scopes"].choices = list(zip(rights, rights, strict=True))  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """Its values, with the owner among them."""
        values = {"scopes": [], "expires_at": None, "user": self.by, **(super().clean() or {})}
        found = key_faults(owner=values["user"], scopes=values["scopes"], expires_at=values["expires_at"])
        for fault in found:
            field, _, place = str(fault.pointer)[1:].partition("/")
            self.add_error(field, f"{values['scopes'][int(place)]}: {fault.detail}" if place else fault.detail)
        return values


@admin.register(APIKey)
class APIKeyAdmin(admin.ModelAdmin):  # type: ignore[type-arg]  # generic in the stubs alone
    """API keys: made, looked at, and revoked by deleting them. Superusers make them for anyone, others their own."""

    form = APIKeyForm
    list_display = ("name", "user", "prefix", "extends_to", "expires_at", "last_used_at")
    list_select_related = ("user",)
    search_fields = ("name", "prefix", "user__username")
    raw_id_fields = ("user",)
    made_from = ("name", "scopes", "expires_at")
    shown = ("user", "name", "prefix", "extends_to", "expires_at", "last_used_at", "created_at")

    @admin.display(description="scopes")
    def extends_to(self, key: APIKey) -> str:
        """The rights that it names."""
        return ", ".join(key.scopes) or "-"

    def get_fields(self, request: HttpRequest, obj: APIKey | None = None) -> Any:
        """What there is to say of a new key, or to see of one that exists."""
        if obj is not None:
            return self.shown
        return ("user", *self.made_from) if request.user.is_superuser else self.made_from

    def get_readonly_fields(self, request: HttpRequest, obj: APIKey | None = None) -> Any:
        """All of a key that exists."""
        return () if obj is None else self.shown

    def get_form(self, request: HttpRequest, obj: APIKey | None = None, change: bool = False, **options: Any) -> Any:
        """The form, which knows who fills it in."""
        form: Any = super().get_form(request, obj, change=change, **options)
        form.by = request.user
        return form

    def has_change_permission(self, request: HttpRequest, obj: APIKey | None = None) -> bool:
        """A key is what it was made; another one takes its place."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: APIKey | None = None) -> bool:
        """The right to delete keys; those of superusers are revoked by superusers alone."""
        return super().has_delete_permission(request, obj) and _reaches(request, obj.user if obj else None)

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Django's view; what stands against a key only once its owner is locked is said above the form."""
        try:
            return super().add_view(request, form_url, extra_context)
        except DomainError as error:
            self.message_user(request, error.detail, messages.ERROR)
            return HttpResponseRedirect(request.path)

    def save_model(self, request: Any, obj: APIKey, form: Any, change: bool) -> None:
        """Make it. The row that Django goes on with is the one that was made."""
        values = form.cleaned_data
        made = create_api_key(
            by=request.user,
            owner=values["user"],
            name=values["name"],
            scopes=values["scopes"],
            expires_at=values["expires_at"],
        )
        obj.pk = made.row.pk
        obj.refresh_from_db()
        request.new_key = made.text  # for `response_add` alone

    def response_add(self, request: Any, obj: APIKey, post_url_continue: str | None = None) -> HttpResponse:
        """Show the key, this once: a message would lie in a cookie or in the session until it is read."""
        context = {
            **self.admin_site.each_context(request),
            "title": "New API key",
            "opts": self.opts,
            "api_key": obj,
            "text": request.new_key,
        }
        return TemplateResponse(request, "admin/accounts/apikey/created.html", context)


def _reaches(request: HttpRequest, user: User | None) -> bool:
    return user is None or not user.is_superuser or bool(request.user.is_superuser)
