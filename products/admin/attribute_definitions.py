"""Attributes with their options in the admin."""

from collections.abc import Sequence
from typing import Any, ClassVar

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString

from products.admin.base import counted, list_url
from products.admin.fields import CodeField, NumberField
from products.admin.finding import count_of, find_named
from products.admin.forms import CatalogForm
from products.admin.formsets import ListFormSet
from products.admin.listed import ListedAdmin, ListInline
from products.models import Attribute, AttributeOption, ProductType, ProductTypeAttribute, naming
from products.models.attribute import UNIT_LENGTH, validate_code, validate_option_code
from products.models.category import MAX_POSITION
from products.services.attributes import create_attribute, delete_attribute, update_attribute

# A form with more options would be too long to work with and to send.
MAX_INLINE_OPTIONS = 500
FIXED = ("code", "type")
VALUES = (
    "Values",
    {"fields": ("unit", ("min", "max")), "description": "A least and a greatest value are for numbers."},
)
UNIT = ("Values", {"fields": ("unit",)})
USE = ("Use", {"fields": ("filterable", "searchable")})


class AttributeForm(CatalogForm):
    """An attribute."""

    code = CodeField(validate_code, help_text="What programs call it, such as material.")
    name = forms.CharField(max_length=naming.NAME_LENGTH)
    unit = forms.CharField(max_length=UNIT_LENGTH, required=False, help_text="Such as kg.")
    min = NumberField(label="Least value")
    max = NumberField(label="Greatest value")
    filterable = forms.BooleanField(required=False, help_text="Lists can be filtered by it.")
    searchable = forms.BooleanField(required=False, help_text="Search finds its values.")

    class Meta:
        help_texts: ClassVar = {"type": "It stays from when the first product type uses the attribute."}


class OptionForm(CatalogForm):
    """An option."""

    code = CodeField(validate_option_code)
    label = forms.CharField(max_length=naming.NAME_LENGTH)
    position = forms.IntegerField(min_value=0, max_value=MAX_POSITION, required=False)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        if not self.instance.pk:
            self.initial.pop("position", None)


class OptionFormSet(ListFormSet):
    """The options of an attribute."""

    pointer = "options"
    columns = ("label",)

    def named(self, form: Any) -> AttributeOption:
        """The option, as it is called now."""
        return AttributeOption(label=form.cleaned_data.get("label") or form.instance.label)


class OptionInline(ListInline):
    """The options of an attribute, in their order."""

    model = AttributeOption
    form = OptionForm
    formset = OptionFormSet
    fields = ("position", "code", "label")
    ordering = ("position", "pk")
    verbose_name = "option"
    verbose_name_plural = "Options, for the types option and options"
    classes = ("catalog-list",)


@admin.register(Attribute)
class AttributeAdmin(ListedAdmin):
    """Attributes, each with the number of types that use it."""

    form = AttributeForm
    inlines = (OptionInline,)
    list_name = "options"

    class Media:
        js = ("products/admin/attributes.js",)

    readonly_fields = ("options_elsewhere",)
    list_display = ("name", "code", "type", "unit", "filterable", "searchable", "types_link", "updated")
    list_filter = ("type", "filterable", "searchable")
    ordering = ("name_key", "id")
    search_fields = ("name_key",)  # shows the search box; get_search_results says what is searched
    search_help_text = "By name or the beginning of the code"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Attribute]:
        """Attributes, each with how many types use it and how many options it has."""
        attributes: QuerySet[Attribute] = super().get_queryset(request)
        return attributes.annotate(
            type_count=count_of(ProductTypeAttribute, "attribute"), option_count=count_of(AttributeOption, "attribute")
        )

    def get_search_results(self, request: HttpRequest, queryset: Any, search_term: str) -> tuple[Any, bool]:
        """Attributes by name or code."""
        return find_named(queryset, search_term, key="code"), False

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """What it is, what values it takes, and what they are for."""
        own: tuple[str, ...] = ("name", *FIXED)
        if obj and obj.option_count > MAX_INLINE_OPTIONS:
            own = (*own, "options_elsewhere")
        is_number = not obj or obj.type == Attribute.Type.NUMBER or not is_fixed(request, obj)
        return ((None, {"fields": own}), VALUES if is_number else UNIT, USE)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        """Code and type, once a product type uses it."""
        return (*self.readonly_fields, *(FIXED if is_fixed(request, obj) else ()))

    def get_inlines(self, request: HttpRequest, obj: Any = None) -> Any:
        """The options, unless there can be none or they are too many; what a form holds of them is read in any case."""
        if obj is None or "options-TOTAL_FORMS" in request.POST:
            return self.inlines
        has_none = is_fixed(request, obj) and not obj.has_options
        return () if has_none or obj.option_count > MAX_INLINE_OPTIONS else self.inlines

    @admin.display(description="types", ordering="type_count")
    def types_link(self, attribute: Any) -> SafeString:
        """How many product types use it, and the way to them."""
        url = list_url(ProductType, attribute=attribute.pk)
        return format_html('<a href="{}">{}</a>', url, f"{attribute.type_count:,}")

    @admin.display(description="options")
    def options_elsewhere(self, attribute: Any) -> str:
        """Why they are not on the page."""
        return f"{attribute.option_count:,} options: too many for a form, they are edited through the API."

    def reasons_to_keep(self, rows: Sequence[Any]) -> list[str]:
        """Product types use it."""
        return [
            format_html(
                '{}: used by <a href="{}">{}</a>',
                row,
                list_url(ProductType, attribute=row.pk),
                counted(row.type_count, "product type", "product types"),
            )
            for row in rows
            if row.type_count
        ]

    def create(self, *, by: Any, values: Any) -> Attribute:
        """Create an attribute."""
        return create_attribute(by=by, values=values)

    def update(self, *, by: Any, target: Attribute, values: Any, if_version: int | None) -> None:
        """Change an attribute."""
        update_attribute(by=by, attribute=target, values=values, if_version=if_version)

    def remove(self, *, by: Any, target: Attribute) -> None:
        """Delete an attribute."""
        delete_attribute(by=by, attribute=target)


def is_fixed(request: HttpRequest, attribute: Any) -> bool:
    """Whether code and type are settled; an edit of them that was begun before is read, and refused with its reason."""
    return bool(attribute and attribute.type_count and "type" not in request.POST)
