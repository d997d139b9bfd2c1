"""What a form showed when it was opened: by it a form that has become stale shows what was changed meanwhile.

The page carries the version and the values of its fields. Where the row is edited before the form comes back, nothing
is written: the form is shown with the values of now, those fields that were edited here with what was typed, and a
table of what others have changed. Sent again it is meant for the version that it shows now.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from functools import partial
from typing import Any

from django import forms
from django.db.models import Model, QuerySet
from django.forms.models import InlineForeignKeyField
from django.http import HttpRequest

from products.admin.category_choice import CategoriesField, CategoryField, categories_by_id, full_names
from products.admin.formsets import RowField
from products.admin.typed_forms import MARKER

NAME = "opened"  # of the hidden input
EMPTY = "—"


@dataclass(frozen=True)
class Opened:
    """The version that a form was opened at, and what each of its fields held, by a key that outlives other rows."""

    version: int | None = None
    values: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Difference:
    """What others did to one field: as it was when the form was opened, as it is now, and what was typed here, if."""

    label: str
    before: str
    now: str
    yours: str | None


@dataclass(frozen=True)
class Typed:
    """What was typed into a form that is stale: values by key, and new rows by the prefix of their list."""

    values: Mapping[str, Any] = field(default_factory=dict)
    rows: Mapping[str, list[Mapping[str, Any]]] = field(default_factory=dict)


def opened_by(request: HttpRequest) -> Opened:
    """What the form that was sent says of itself; one that says nothing expects nothing."""
    text = request.POST.get(NAME)
    if text is None:
        return Opened()
    try:
        sent = json.loads(text)
        return Opened(int(sent["version"]), dict(sent["values"]))
    except (ValueError, TypeError, KeyError, RecursionError):
        return Opened(0)  # at which nothing ever was


def note(version: int, form: Any, formsets: Iterable[Any]) -> str:
    """The same for a form that is about to be shown, as the hidden input holds it."""
    values = {
        key: plain(each.get_initial_for_field(each.fields[name], name)) for key, each, name in _fields(form, formsets)
    }
    return json.dumps({"version": version, "values": values}, ensure_ascii=False)


def typed_into(form: Any, formsets: Iterable[Any], opened: Opened) -> Typed:
    """What was edited in valid forms since they were opened."""
    values = {
        key: each.cleaned_data[name]
        for key, each, name in _fields(form, formsets)
        if name in each.changed_data and plain(each.cleaned_data.get(name)) != opened.values.get(key)
    }
    rows: dict[str, list[Mapping[str, Any]]] = {
        formset.prefix: [
            {name: new.cleaned_data[name] for name in new.changed_data if name in new.cleaned_data}
            for new in formset.extra_forms
            if new.has_changed()
        ]
        for formset in formsets
    }
    return Typed(values, rows)


def show_typed(form: Any, formsets: Iterable[Any], typed: Typed) -> None:
    """Let unbound forms begin with what was typed, where they would with the values of now."""
    for key, each, name in _fields(form, formsets):
        if key in typed.values:
            _begin_with(each, name, typed.values[key])
    for formset in formsets:
        for new, values in zip(formset.extra_forms, typed.rows.get(formset.prefix, ()), strict=False):
            for name, value in values.items():
                _begin_with(new, name, value)


def differences(form: Any, formsets: Iterable[Any], opened: Opened, typed: Typed) -> Iterator[Difference]:
    """What others have changed, by unbound forms that show the values of now."""
    seen = set()
    for key, each, name in _fields(form, formsets):
        seen.add(key)
        shown, before = each.fields[name], opened.values.get(key)
        now = plain(each.get_initial_for_field(shown, name))
        if now != before:
            yours = text_of(shown, plain(typed.values[key])) if key in typed.values else None
            yield Difference(_label(each, name), text_of(shown, before), text_of(shown, now), yours)
    yield from (Difference(f"One of the {prefix}", "there", "deleted", None) for prefix in _gone(opened.values, seen))


def _gone(before: Iterable[str], now: Iterable[str]) -> list[str]:
    """The list that each row stood in which is no longer there."""
    then, rest = ({key.rpartition(".")[0] for key in keys} for keys in (before, now))
    return sorted(row.partition(".")[0] for row in then - rest)


def plain(value: Any) -> Any:
    """A form's value as JSON, so that equal ones are equal; whatever is empty is None."""
    match value:
        case Model():
            return value.pk
        case datetime():
            return value.replace(microsecond=0).isoformat()  # inputs hold no more
        case Decimal():
            return format(value.normalize(), "f")
        case Mapping():
            return {str(key): plain(each) for key, each in value.items()} or None
        case list() | tuple() | QuerySet():
            return [plain(each) for each in value] or None
    is_scalar = isinstance(value, bool | int | float)
    return value if is_scalar or value is None else str(value).replace("\r\n", "\n") or None


def text_of(shown: forms.Field, value: Any) -> str:
    """A plain value as people read it."""
    if value is None:
        return EMPTY
    if isinstance(shown, CategoryField | CategoriesField):
        found = categories_by_id(value if isinstance(value, list) else [value])
        return ", ".join(full_names(list(found.values())).values()) or EMPTY
    if isinstance(shown, forms.ModelChoiceField):
        return ", ".join(map(str, shown.queryset.filter(pk__in=[value]))) or EMPTY  # type: ignore[union-attr]
    if isinstance(shown, forms.ChoiceField):
        labels = dict(shown.choices)  # type: ignore[arg-type]
        return str(labels.get(value, value))
    if isinstance(value, bool):
        return "yes" if value else "no"
    return _text(value)


def _text(value: Any) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{key}: {_text(each)}" for key, each in value.items() if each is not None)
    if isinstance(value, list):
        return ", ".join(map(_text, value))
    return str(value)


def _fields(form: Any, formsets: Iterable[Any]) -> Iterator[tuple[str, Any, str]]:
    """The key, the form and the name of each field of the rows that were there when the page was made."""
    yield from ((f".{name}", form, name) for name in _names(form))
    for formset in formsets:
        for each in formset.initial_forms:
            yield from ((f"{formset.prefix}.{each.instance.pk}.{name}", each, name) for name in _names(each))


def _names(form: Any) -> list[str]:
    return [
        name
        for name, shown in form.fields.items()
        if not isinstance(shown, RowField | InlineForeignKeyField) and name != MARKER
    ]


def _label(form: Any, name: str) -> str:
    label = str(form.fields[name].label or forms.utils.pretty_name(name))
    return f"{form.instance}: {label}" if form.prefix else label


class Unedited(forms.HiddenInput):
    """The value beside one that was typed, by which it shows that it was."""

    def __init__(self, value: Any) -> None:
        super().__init__()
        self.value = value

    def format_value(self, value: Any) -> Any:
        """What there was before."""
        return super().format_value(self.value)


def _begin_with(form: Any, name: str, value: Any) -> None:
    shown = form.fields[name]
    if shown.show_hidden_initial:
        shown.hidden_widget = partial(Unedited, form.get_initial_for_field(shown, name))
    form.initial[name] = _as_initial(value)


def _as_initial(value: Any) -> Any:
    """A cleaned value as forms begin with it."""
    if isinstance(value, Model):
        return value.pk
    return (
        [each.pk for each in value]
        if isinstance(value, list) and any(isinstance(each, Model) for each in value)
        else value
    )
