"""What the admin of every resource shares: it writes through the services and shows what they refuse."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, ClassVar

from django.contrib import admin, messages
from django.contrib.admin import ShowFacets
from django.contrib.admin.actions import delete_selected
from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.admin.utils import unquote
from django.contrib.admin.views.main import PAGE_VAR, ChangeList
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from catalog_project.errors import Fault, Stale
from products.admin.history import changes_of, rows_of
from products.admin.opened import NAME, Typed, differences, note, opened_by, show_typed, typed_into
from products.admin.refusals import REFUSALS, faults_of, sentence_of
from products.admin.widgets import RowSelect
from products.services.writing import KEY_OF

# An action runs within one request: with more rows than this it could outlast the server's patience.
MAX_ROWS_AT_ONCE = 1_000
CHANGES_A_PAGE = 50


class CatalogList(ChangeList):
    """A list whose columns may be costly: they are computed for the rows of the page alone."""

    def get_results(self, request: HttpRequest) -> None:
        """Django's results, found by id first: a database computes the columns of the pages before this one too."""
        super().get_results(request)
        ids = list(self.result_list.values_list("pk", flat=True))
        self.result_list = self.queryset.filter(pk__in=ids)

    def get_ordering_field(self, field_name: Any) -> Any:
        """What a column is sorted by; names and SKUs by the keys that have the indexes."""
        return KEY_OF.get(field_name) or super().get_ordering_field(field_name)


class CatalogAdmin(admin.ModelAdmin):  # type: ignore[type-arg]  # generic in the stubs alone
    """An admin over write functions, which a subclass names in `create`, `update` and `remove`."""

    list_per_page = 50
    show_full_result_count = False
    show_facets = ShowFacets.NEVER  # each count would be a query over the whole table
    view_on_site = False
    actions: Sequence[Any] = ("delete_selected",)

    class Media:
        css: ClassVar[dict[str, tuple[str, ...]]] = {"all": ("products/admin/catalog.css",)}

    def create(self, *, by: Any, values: Any) -> Model:
        """Create a row."""
        raise NotImplementedError

    def update(self, *, by: Any, target: Any, values: Any, if_version: int | None) -> None:
        """Change a row. Raises Stale."""
        raise NotImplementedError

    def remove(self, *, by: Any, target: Any) -> None:
        """Delete a row."""
        raise NotImplementedError

    def name_to_delete(self, row: Any) -> str:
        """What the confirmation calls a row."""
        return str(row)

    def reasons_to_keep(self, rows: Sequence[Any]) -> list[str]:
        """A line for each thing that stands against deleting the rows."""
        return []

    # ------------------------------------------------------------------ writing

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """Django's view; when a write is refused, all of it is undone and the form shown again with the reasons.

        A form that is stale is shown as if it had just been opened, with what was typed into it.
        """
        try:
            return super().changeform_view(request, object_id, form_url, extra_context)
        except Stale:
            request.method = "GET"
            return super().changeform_view(request, object_id, form_url, extra_context)
        except REFUSALS as error:
            request.faults = faults_of(error)  # type: ignore[attr-defined]  # for `refused` alone
            return super().changeform_view(request, object_id, form_url, extra_context)

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **options: Any) -> Any:
        """The form's class, which knows what has been refused."""
        form: Any = super().get_form(request, obj, change=change, **options)
        form.faults = refused(request)
        return form

    def save_form(self, request: HttpRequest, form: Any, change: bool) -> Any:
        """The instance as it is: the form has assigned nothing to it."""
        return form.instance

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Write what has been edited."""
        values = form.changed_values()
        if not change:
            obj.pk = self.create(by=request.user, values=values).pk
        elif values:
            with self.keeping_typed(request, form, ()):
                self.update(by=request.user, target=obj, values=values, if_version=opened_by(request).version)
        obj.refresh_from_db()

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        """Nothing is related that `save_model` has not written."""

    def log_change(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        """Keep it in the history, unless nothing changed."""
        return super().log_change(request, obj, message) if message else None

    # ------------------------------------------------------------------ stale forms

    @contextmanager
    def keeping_typed(self, request: HttpRequest, form: Any, formsets: Sequence[Any]) -> Iterator[None]:
        """Keep what was typed, if what is written inside turns out to be stale."""
        try:
            yield
        except Stale:
            request.typed = typed_into(form, formsets, opened_by(request))  # type: ignore[attr-defined]
            raise

    def render_change_form(self, request: HttpRequest, context: Any, *args: Any, **options: Any) -> HttpResponse:
        """Django's page, which notes what it shows; a stale form with what was changed meanwhile."""
        form, formsets = context["adminform"].form, [each.formset for each in context["inline_admin_formsets"]]
        typed = typed_before(request)
        if typed is not None:
            context["meanwhile"] = list(differences(form, formsets, opened_by(request), typed))
        if context["original"] is not None and self.has_change_permission(request, context["original"]):
            sent = request.POST.get(NAME) if request.method == "POST" else None
            context["opened"] = note(context["original"].version, form, formsets) if sent is None else sent
        if typed is not None:
            show_typed(form, formsets, typed)
        return super().render_change_form(request, context, *args, **options)

    # ------------------------------------------------------------------ deleting

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> Any:
        """What the confirmation shows. Django's own would load every row that refers to these."""
        rows = list(objs)
        counts = {str(self.opts.verbose_name_plural): len(rows)}
        return [self.name_to_delete(row) for row in rows], counts, set(), self.reasons_to_keep(rows)

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        """Delete through the services."""
        self.remove(by=request.user, target=obj)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        """Delete through the services, one after the other."""
        for row in queryset:
            self.remove(by=request.user, target=row)

    def delete_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Django's view; when it is refused, the row's page says why."""
        try:
            return super().delete_view(request, object_id, extra_context)
        except REFUSALS as error:
            self.message_user(request, sentence_of(error), messages.ERROR)
            return HttpResponseRedirect(reverse(f"admin:{self.url_name('change')}", args=[object_id]))

    @admin.action(permissions=["delete"], description="Delete selected %(verbose_name_plural)s")
    def delete_selected(self, request: HttpRequest, queryset: QuerySet[Any]) -> Any:
        """Django's action; all of the rows or none."""
        try:
            with transaction.atomic():
                return delete_selected(self, request, queryset)
        except REFUSALS as error:
            self.message_user(request, f"Nothing was deleted. {sentence_of(error)}", messages.ERROR)
            return None

    # ------------------------------------------------------------------ history

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Django's view, with what the log says in the place of what was done here."""
        if not request.user.has_perm("products.view_change"):
            raise PermissionDenied
        row = self.get_object(request, unquote(object_id))
        context = {} if row is None else self._history(request, row)
        return super().history_view(request, object_id, {**context, **(extra_context or {})})

    def _history(self, request: HttpRequest, row: Any) -> dict[str, Any]:
        paginator = self.get_paginator(request, changes_of(row), CHANGES_A_PAGE)
        page = paginator.get_page(request.GET.get(PAGE_VAR, 1))
        return {
            "action_list": page,
            "rows": rows_of(list(page)),
            "page_range": paginator.get_elided_page_range(page.number),
            "pagination_required": paginator.num_pages > 1,
        }

    # ------------------------------------------------------------------ the rest

    def get_changelist(self, request: HttpRequest, **options: Any) -> type[ChangeList]:
        """The kind of list."""
        return CatalogList

    def get_changelist_instance(self, request: HttpRequest) -> ChangeList:
        """The list. Raises IncorrectLookupParameters for an address that no database can answer."""
        if any("\x00" in text for texts in request.GET.lists() for text in texts[1]):
            raise IncorrectLookupParameters
        return super().get_changelist_instance(request)

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **options: Any) -> Any:
        """Django's field, with a box that bears whatever is sent."""
        if db_field.name in self.autocomplete_fields:
            options["widget"] = RowSelect(db_field, self.admin_site)
        return super().formfield_for_foreignkey(db_field, request, **options)

    @admin.display(description="updated (UTC)", ordering="updated_at")
    def updated(self, row: Any) -> str:
        """When the row was last changed, short enough for a list."""
        return f"{row.updated_at:%Y-%m-%d %H:%M}"

    def response_action(self, request: HttpRequest, queryset: QuerySet[Any], *location: Any) -> Any:
        """Run an action, on no more rows than one request can bear."""
        if request.POST.get("select_across") == "1" and queryset.count() > MAX_ROWS_AT_ONCE:
            advice = f"Nothing was done: select at most {MAX_ROWS_AT_ONCE:,} rows at a time, with the help of filters."
            self.message_user(request, advice, messages.ERROR)
            return None
        return super().response_action(request, queryset, *location)

    def url_name(self, view: str) -> str:
        """The name of one of the admin's addresses for this resource."""
        return f"{self.opts.app_label}_{self.opts.model_name}_{view}"


def refused(request: HttpRequest) -> Sequence[Fault]:
    """What the services refused of this request's first attempt."""
    faults: Sequence[Fault] = getattr(request, "faults", ())
    return faults


def typed_before(request: HttpRequest) -> Typed | None:
    """What was typed into the form that was refused as stale in this request, if it was."""
    typed: Typed | None = getattr(request, "typed", None)
    return typed


def list_url(model: type[Model], **conditions: Any) -> str:
    """The address of a list in the admin, filtered."""
    query = "&".join(f"{name}={value}" for name, value in conditions.items())
    return f"{reverse(f'admin:{model._meta.app_label}_{model._meta.model_name}_changelist')}?{query}"


def counted(number: int, one: str, many: str) -> str:
    """A number with its noun."""
    return f"{number:,} {one if number == 1 else many}"
