"""Choosing categories: what is offered is named by its place in the tree, and the order of a choice is kept."""

from collections.abc import Iterable, Sequence
from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.admin.views.autocomplete import AutocompleteJsonView
from django.contrib.admin.widgets import AutocompleteSelect, AutocompleteSelectMultiple
from django.db.models import Field

from products.admin.widgets import is_id
from products.models import Category, ProductCategory
from products.schemas.references import MAX_CATEGORIES

AUTOCOMPLETE = "products_category_autocomplete"


def full_names(categories: Iterable[Category]) -> dict[int, str]:
    """Names from the root down by id, as "Bags › Backpacks"; one query."""
    lines = {category.pk: paths_down_to(category.path) for category in categories}
    paths = {path for line in lines.values() for path in line}
    names = dict(Category.objects.filter(path__in=paths).values_list("path", "name"))
    return {pk: " › ".join(names[path] for path in line if path in names) for pk, line in lines.items()}


class CategoryAutocompleteView(AutocompleteJsonView):
    """Django's search of an autocomplete, with full names."""

    def get_context_data(self, **options: Any) -> dict[str, Any]:
        """Django's context; names are looked up for the whole page at once."""
        context: dict[str, Any] = super().get_context_data(**options)
        self.names = full_names(context["object_list"])
        return context

    def serialize_result(self, obj: Any, to_field_name: str) -> dict[str, str]:
        """One row of the answer."""
        return {"id": str(obj.pk), "text": self.names[obj.pk]}


class CategoryWidgetMixin:
    """Options with full names, in the order in which they were chosen."""

    url_name = f"%s:{AUTOCOMPLETE}"

    def optgroups(self, name: str, value: Sequence[Any], attrs: Any = None) -> list[Any]:
        """The chosen categories as options; the others are fetched as they are searched."""
        chosen = categories_by_id(value)
        names = full_names(chosen.values())
        options = [] if self.allow_multiple_selected else [self.create_option(name, "", "", False, 0)]  # type: ignore[attr-defined]
        for pk in chosen:
            options.append(self.create_option(name, pk, names[pk], True, len(options)))  # type: ignore[attr-defined]
        return [(None, options, 0)]


class CategorySelect(CategoryWidgetMixin, AutocompleteSelect):
    """One category."""


class CategorySelectMultiple(CategoryWidgetMixin, AutocompleteSelectMultiple):
    """Several categories."""

    class Media:
        js = ("products/admin/categories.js",)


class CategoryField(forms.Field):
    """One category; its value is the row, or None."""

    def __init__(self, reference: "Field[Any, Any]", **options: Any) -> None:
        super().__init__(widget=CategorySelect(reference, admin.site), required=False, **options)

    def to_python(self, value: Any) -> Category | None:
        """The category. Raises ValidationError when there is none."""
        return _found([value])[0] if value else None

    def has_changed(self, initial: Any, data: Any) -> bool:
        """Whether it is another one."""
        return str(initial or "") != str(data or "")


class CategoriesField(forms.Field):
    """Several categories; their value is the rows in the order of the choice."""

    def __init__(self, reference: "Field[Any, Any]", **options: Any) -> None:
        super().__init__(widget=CategorySelectMultiple(reference, admin.site), required=False, **options)

    def to_python(self, value: Any) -> list[Category]:
        """The categories. Raises ValidationError when one is gone or there are too many."""
        wanted = list(dict.fromkeys(value or ()))
        if len(wanted) >= MAX_CATEGORIES:
            raise forms.ValidationError(f"A product stands in at most {MAX_CATEGORIES} categories.", "max_length")
        return _found(wanted)

    def has_changed(self, initial: Any, data: Any) -> bool:
        """Whether they are others, or in another order."""
        return [str(pk) for pk in initial or ()] != [str(pk) for pk in data or ()]


def categories_by_id(ids: Iterable[Any]) -> dict[int, Category]:
    """Those that exist, in the order given; what is no id is left out."""
    wanted = [int(pk) for pk in map(str, ids) if is_id(pk)]
    found = Category.objects.in_bulk(wanted) if wanted else {}
    return {pk: found[pk] for pk in wanted if pk in found}


def _found(ids: Sequence[Any]) -> list[Category]:
    found = categories_by_id(ids)
    if len(found) < len(ids):
        raise forms.ValidationError("This category does not exist any more: choose another one.", "invalid_choice")
    return list(found.values())


def paths_down_to(path: str) -> list[str]:
    """The paths from the root to a category: "a", "a/b" for "a/b"."""
    slugs = path.split("/")
    return ["/".join(slugs[: depth + 1]) for depth in range(len(slugs))]


def product_reference() -> "Field[Any, Any]":
    """The field through which a product chooses categories."""
    return ProductCategory._meta.get_field("category")
