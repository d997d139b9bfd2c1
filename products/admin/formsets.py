"""Rows that are edited below the row they belong to."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from django import forms
from django.forms.models import BaseInlineFormSet

from catalog_project.errors import Fault

GONE = "One {noun} that you see here has been deleted meanwhile. Open this page again to go on."
TWICE = "Another {noun} of this form has the same."


class RowField(forms.Field):
    """The hidden id of a row. The formset has loaded the row already; Django would ask for each one again."""

    def __init__(self, instance: Any, *, is_known: bool) -> None:
        super().__init__(required=False, widget=forms.HiddenInput, initial=instance.pk)
        self.instance, self.is_known = instance, is_known

    def clean(self, value: Any) -> Any:
        """The row. Raises ValidationError when it is gone."""
        if not self.is_known:
            noun = str(self.instance._meta.verbose_name)
            raise forms.ValidationError(GONE.format(noun=noun), "gone")
        return self.instance

    def has_changed(self, initial: Any, data: Any) -> bool:
        """Never."""
        return False


class RowsFormSet(BaseInlineFormSet):  # type: ignore[type-arg]  # generic in the stubs alone
    """Rows of one owner, written by a subclass. `faults` point below `/POINTER/N`, N counting the forms."""

    pointer = ""

    def __init__(self, *args: Any, faults: Sequence[Fault] = (), **options: Any) -> None:
        self.faults = faults
        self.new_objects: list[Any] = []
        self.changed_objects: list[Any] = []
        self.deleted_objects: list[Any] = []
        super().__init__(*args, **options)

    def add_fields(self, form: Any, index: int | None) -> None:
        """Django's fields, the id without its query."""
        super().add_fields(form, index)
        is_new = index is None or index >= self.initial_form_count()
        form.fields["id"] = RowField(form.instance, is_known=is_new or form.instance.pk is not None)

    def validate_unique(self) -> None:
        """Do nothing: `clean` compares keys as the database does."""

    def clean(self) -> None:
        """Show what the services refused, and that rows are gone."""
        whole = [error for fault in self.faults if (error := self._place(fault))]
        if any("id" in form.errors for form in self.forms):
            whole.append(forms.ValidationError(GONE.format(noun=self._noun()), "gone"))
        if whole:
            raise forms.ValidationError(whole)

    def edited(self) -> list[tuple[int, Any]]:
        """Forms of what is new or changed, with their numbers."""
        return [
            (index, form) for index, form in enumerate(self.forms) if form.has_changed() and not self.is_deleted(form)
        ]

    def is_deleted(self, form: Any) -> bool:
        """Whether the row shall go."""
        return self.can_delete and bool(form.cleaned_data.get("DELETE"))

    def refuse_twice(self, field: str, key: Callable[[Any], Any]) -> None:
        """Add an error to each form whose value another one has before it."""
        seen: set[Any] = set()
        for form in self.forms:
            value = None if self.is_deleted(form) else form.cleaned_data.get(field)
            if value and key(value) in seen:
                form.add_error(field, forms.ValidationError(TWICE.format(noun=self._noun()), "duplicate"))
            seen |= {key(value)} if value else set()

    def _noun(self) -> str:
        return str(self.model._meta.verbose_name)  # type: ignore[union-attr]  # the factory has set it

    def _place(self, fault: Fault) -> forms.ValidationError | None:
        """Show a fault at its row; one that is about all of them is returned."""
        number, _, rest = (fault.pointer or "").removeprefix(f"/{self.pointer}").strip("/").partition("/")
        if number.isdigit() and int(number) < len(self.forms):
            form: Any = self.forms[int(number)]
            form.add_fault(replace(fault, pointer=f"/{rest}"))
            return None
        return forms.ValidationError(fault.detail, fault.code)


class ListFormSet(RowsFormSet):
    """A list that a write function takes as a whole, ordered by `position`; rows differ in `key`."""

    key = "code"
    columns: Sequence[str] = ()

    def clean(self) -> None:
        """Refuse the same key twice: of two equal ones a write function would keep the last."""
        self.refuse_twice(self.key, lambda value: value)
        super().clean()

    def changed_list(self) -> list[dict[str, Any]] | None:
        """Every row that there shall be, in order, those without a place last; None when nothing was edited."""
        self._note_changes()
        if not (self.new_objects or self.changed_objects or self.deleted_objects):
            return None
        rows = [self._values(form) for form in self.forms if self._is_kept(form)] + self._unseen()
        behind = max((row["position"] + 1 for row in rows if row["position"] is not None), default=0)
        for row in rows:
            if row["position"] is None:
                row["position"], behind = behind, behind + 1
        return sorted(rows, key=lambda row: row["position"])

    def _note_changes(self) -> None:
        """Keep what was edited, for the history."""
        self.deleted_objects = [self.named(form) for form in self.initial_forms if self.is_deleted(form)]
        for _, form in self.edited():
            if form.instance.pk is None:
                self.new_objects.append(self.named(form))
            else:
                self.changed_objects.append((self.named(form), form.changed_data))

    def named(self, form: Any) -> Any:
        """The row by whose name the history calls what was edited."""
        raise NotImplementedError

    def _is_kept(self, form: Any) -> bool:
        return not self.is_deleted(form) and (form.instance.pk is not None or form.has_changed())

    def _values(self, form: Any) -> dict[str, Any]:
        return {name: form.cleaned_data[name] for name in (self.key, *self.columns, "position")}

    def _unseen(self) -> list[dict[str, Any]]:
        """Rows that came after the form was opened: it says nothing of them, so they stay."""
        seen = {form.instance.pk for form in self.forms}
        names = (self.key, *self.columns, "position")
        return [{name: getattr(row, name) for name in names} for row in self.get_queryset() if row.pk not in seen]
