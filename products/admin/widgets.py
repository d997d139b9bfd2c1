"""Boxes of forms that Django does not have, or not as robust."""

from collections.abc import Sequence
from itertools import zip_longest
from typing import Any

from django import forms
from django.conf import settings
from django.contrib.admin.widgets import AutocompleteSelect
from django.utils.datastructures import MultiValueDict

MAX_ID = 2**63 - 1
PriceRow = tuple[str, str, str]  # currency, amount, compare_at, as typed


class AttributesWidget(forms.Textarea):
    """Room for JSON, as much as it needs."""

    def __init__(self) -> None:
        super().__init__({"class": "vLargeTextField catalog-json", "spellcheck": "false"})

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        """The widget's context, with a row for each line."""
        lines = str(value or "").count("\n") + 1
        return super().get_context(name, value, {"rows": min(max(lines + 1, 3), 30), **(attrs or {})})


class PricesWidget(forms.Widget):
    """A small table: a row for each currency and an empty one to add the next."""

    template_name = "admin/products/prices.html"

    class Media:
        js = ("products/admin/prices.js",)

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        """The widget's context, with its rows."""
        context = super().get_context(name, value, attrs)
        rows = list(value or ())
        named = {row[0] for row in rows}
        default = "" if settings.DEFAULT_CURRENCY in named else settings.DEFAULT_CURRENCY
        context["widget"]["rows"] = [*rows, (default, "", "")]
        return context

    def value_from_datadict(self, data: Any, files: Any, name: str) -> list[PriceRow]:
        """The rows that hold an amount, as they were typed."""
        parts = data if isinstance(data, MultiValueDict) else MultiValueDict(data)
        columns = (parts.getlist(f"{name}-{part}") for part in ("currency", "amount", "compare_at"))
        rows = (tuple(cell.strip() for cell in row) for row in zip_longest(*columns, fillvalue=""))
        return [row for row in rows if row[1] or row[2]]

    def id_for_label(self, id_: str) -> str:
        """None: each box has a label of its own."""
        return ""


class RowSelect(AutocompleteSelect):
    """Django's autocomplete, which would ask the database for whatever has been sent, number or not."""

    def optgroups(self, name: str, value: Sequence[Any], attr: Any = None) -> list[Any]:
        """The chosen row as an option, if it can be one."""
        groups: list[Any] = super().optgroups(name, [pk for pk in value if is_id(str(pk))], attr)
        return groups


class ChoicesMixin:
    """A list of choices that is looked through by typing; without scripts it is the browser's own."""

    @property
    def media(self) -> forms.Media:
        """The scripts that the admin has for autocompletes, and the one that uses them here."""
        own = forms.Media(js=["products/admin/types.js"])
        return RowSelect(None, None).media + own  # type: ignore[arg-type]  # neither matters to its scripts


class Choice(ChoicesMixin, forms.Select):
    """One of many."""


class Choices(ChoicesMixin, forms.SelectMultiple):
    """Some of many."""


def is_id(text: str) -> bool:
    """Whether a text can be the id of a row."""
    return text.isascii() and text.isdigit() and int(text) <= MAX_ID
