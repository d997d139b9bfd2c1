"""Product types with their attributes in the admin."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.forms import Media
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from products.admin.base import counted, list_url
from products.admin.fields import CodeField
from products.admin.filters import AttributeFilter
from products.admin.finding import count_of, find_named
from products.admin.forms import CatalogForm
from products.admin.formsets import ListFormSet
from products.admin.listed import ListedAdmin, ListInline
from products.admin.widgets import RowSelect
from products.models import Attribute, Product, ProductType, ProductTypeAttribute, naming
from products.models.attribute import validate_code
from products.models.category import MAX_POSITION
from products.services.product_types import create_product_type, delete_product_type, update_product_type


class ProductTypeForm(CatalogForm):
    """A product type."""

    code = CodeField(validate_code, help_text="What programs call it, such as backpack.")
    name = forms.CharField(max_length=naming.NAME_LENGTH)


class AttributeShown(forms.Widget):
    """An attribute that is there to stay: its name, and the way to it."""

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        """The link."""
        url = reverse("admin:products_attribute_change", args=[value.pk])
        return format_html('<a href="{}">{}</a> <span class="help">{}</span>', url, value, value.code)


class FixedAttribute(forms.Field):
    """The attribute of a row that is there already: to have another one, add it and delete this one."""

    def __init__(self, link: ProductTypeAttribute) -> None:
        super().__init__(widget=AttributeShown, required=False, disabled=True)
        self.link = link

    def prepare_value(self, value: Any) -> Any:
        """The row, which has been loaded with the others."""
        return self.link.attribute

    def clean(self, value: Any) -> Any:
        """The same."""
        return self.link.attribute


class LinkForm(CatalogForm):
    """An attribute's place in a type."""

    position = forms.IntegerField(min_value=0, max_value=MAX_POSITION, required=False)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        if self.instance.pk:
            self.fields["attribute"] = FixedAttribute(self.instance)
        else:
            self.initial.pop("position", None)


class LinkFormSet(ListFormSet):
    """The attributes of a product type."""

    pointer = "attributes"
    key = "attribute"
    columns = ("level", "required")

    def named(self, form: Any) -> Attribute:
        """The attribute that has the place."""
        attribute: Attribute = form.cleaned_data["attribute"]
        return attribute


class LinkInline(ListInline):
    """The attributes of a product type, in their order."""

    model = ProductTypeAttribute
    form = LinkForm
    formset = LinkFormSet
    fields = ("position", "attribute", "level", "required")
    autocomplete_fields = ("attribute",)
    ordering = ("position", "pk")
    verbose_name = "attribute"
    verbose_name_plural = "attributes"
    classes = ("catalog-list",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[ProductTypeAttribute]:
        """Places with their attributes."""
        return super().get_queryset(request).select_related("attribute")

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **options: Any) -> Any:
        """Django's field, with a box that bears whatever is sent."""
        if db_field.name in self.autocomplete_fields:
            options["widget"] = RowSelect(db_field, self.admin_site)
        return super().formfield_for_foreignkey(db_field, request, **options)


@admin.register(ProductType)
class ProductTypeAdmin(ListedAdmin):
    """Product types, each with the number of its attributes and products."""

    form = ProductTypeForm
    inlines = (LinkInline,)
    list_name = "attributes"
    fields = ("name", "code")
    list_display = ("name", "code", "attribute_total", "products_link", "updated")
    list_filter = (AttributeFilter,)
    ordering = ("name_key", "id")
    search_fields = ("name_key",)  # shows the search box; get_search_results says what is searched
    search_help_text = "By name or the beginning of the code"

    @property
    def media(self) -> Media:
        """Django's scripts and those of the filter."""
        return super().media + AttributeFilter.widget().media + Media(js=["products/admin/filters.js"])

    def get_queryset(self, request: HttpRequest) -> QuerySet[ProductType]:
        """Types, each with how many attributes and products it has."""
        types: QuerySet[ProductType] = super().get_queryset(request)
        return types.annotate(
            attribute_count=count_of(ProductTypeAttribute, "product_type"),
            product_count=count_of(Product, "product_type"),
        )

    def get_search_results(self, request: HttpRequest, queryset: Any, search_term: str) -> tuple[Any, bool]:
        """Types by name or code."""
        return find_named(queryset, search_term, key="code"), False

    @admin.display(description="attributes", ordering="attribute_count")
    def attribute_total(self, product_type: Any) -> str:
        """How many there are."""
        return f"{product_type.attribute_count:,}"

    @admin.display(description="products", ordering="product_count")
    def products_link(self, product_type: Any) -> SafeString:
        """How many there are, and the way to them."""
        url = list_url(Product, product_type=product_type.pk)
        return format_html('<a href="{}">{}</a>', url, f"{product_type.product_count:,}")

    def reasons_to_keep(self, rows: Sequence[Any]) -> list[str]:
        """Products are of it."""
        return [
            format_html(
                '{}: <a href="{}">{}</a>',
                row,
                list_url(Product, product_type=row.pk),
                counted(row.product_count, "product", "products"),
            )
            for row in rows
            if row.product_count
        ]

    def create(self, *, by: Any, values: Any) -> ProductType:
        """Create a type."""
        return create_product_type(by=by, values=values)

    def update(self, *, by: Any, target: ProductType, values: Any, if_version: int | None) -> None:
        """Change a type."""
        update_product_type(by=by, product_type=target, values=values, if_version=if_version)

    def remove(self, *, by: Any, target: ProductType) -> None:
        """Delete a type."""
        delete_product_type(by=by, product_type=target)
