"""The admin of what is defined with a list of parts: an attribute with its options, a type with its attributes."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from catalog_project.errors import Fault
from products.admin.base import CatalogAdmin, refused, typed_before
from products.admin.opened import opened_by


class ListedAdmin(CatalogAdmin):
    """An admin whose write functions take what its one inline shows as a list of their values, named `list_name`."""

    list_name: str

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **options: Any) -> Any:
        """The form; faults of the list are left to its own, where it is on the page."""
        form = super().get_form(request, obj, change=change, **options)
        if self.get_inline_instances(request, obj):
            form.faults = [fault for fault in refused(request) if not self.is_about_list(fault)]
        return form

    def get_formset_kwargs(self, request: HttpRequest, obj: Any, inline: Any, prefix: str) -> dict[str, Any]:
        """What the forms of the list are made of, with what has been refused of it."""
        options: dict[str, Any] = super().get_formset_kwargs(request, obj, inline, prefix)
        return {**options, "faults": [fault for fault in refused(request) if self.is_about_list(fault)]}

    def is_about_list(self, fault: Fault) -> bool:
        """Whether it is shown there."""
        return (fault.pointer or "").startswith(f"/{self.list_name}")

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Wait for the list: `save_related` writes all of it."""

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        """Write the row together with its list."""
        values = form.changed_values()
        if formsets and (rows := formsets[0].changed_list()) is not None:
            values[self.list_name] = rows
        if not change:
            form.instance.pk = self.create(by=request.user, values=values).pk
        elif values:
            with self.keeping_typed(request, form, formsets):
                self.update(by=request.user, target=form.instance, values=values, if_version=opened_by(request).version)
        form.instance.refresh_from_db()


class ListInline(admin.TabularInline):  # type: ignore[type-arg]  # generic in the stubs alone
    """Rows that are parts of the one above: who may change that may change them."""

    extra = 0

    def get_extra(self, request: HttpRequest, obj: Any = None, **options: Any) -> int:
        """Empty rows: none, or those to put back what was typed into a stale form."""
        return sum(map(len, typed.rows.values())) if (typed := typed_before(request)) else 0

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """As for the row above."""
        return self._owner().has_view_permission(request, obj)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """As for the row above; a new one may be filled by whoever may add it."""
        return self._owner().has_add_permission(request) if obj is None else self._may_change(request, obj)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """As for changing."""
        return self.has_change_permission(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """As for changing."""
        return self.has_change_permission(request, obj)

    def _owner(self) -> admin.ModelAdmin:  # type: ignore[type-arg]
        return self.admin_site.get_model_admin(self.parent_model)

    def _may_change(self, request: HttpRequest, obj: Any) -> bool:
        return self._owner().has_change_permission(request, obj)
