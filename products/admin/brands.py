"""Brands in the admin."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString

from products.admin.base import CatalogAdmin, counted, list_url
from products.admin.fields import SlugField
from products.admin.finding import count_of, find_named
from products.admin.forms import CatalogForm
from products.models import Brand, Product, naming
from products.services.brands import create_brand, delete_brand, update_brand


class BrandForm(CatalogForm):
    """A brand."""

    name = forms.CharField(max_length=naming.NAME_LENGTH)
    slug = SlugField()


@admin.register(Brand)
class BrandAdmin(CatalogAdmin):
    """Brands, each with the number of its products."""

    form = BrandForm
    fields = ("name", "slug")
    list_display = ("name", "slug", "products_link", "updated")
    ordering = ("name_key", "id")
    search_fields = ("name_key",)  # shows the search box; get_search_results says what is searched
    search_help_text = "By name or the beginning of the slug"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Brand]:
        """Brands, each with the number of its products."""
        brands: QuerySet[Brand] = super().get_queryset(request)
        return brands.annotate(product_count=count_of(Product, "brand"))

    def get_search_results(self, request: HttpRequest, queryset: Any, search_term: str) -> tuple[Any, bool]:
        """Brands by name or slug."""
        return find_named(queryset, search_term), False

    @admin.display(description="products", ordering="product_count")
    def products_link(self, brand: Any) -> SafeString:
        """How many there are, and the way to them."""
        return format_html('<a href="{}">{}</a>', list_url(Product, brand=brand.pk), f"{brand.product_count:,}")

    def reasons_to_keep(self, rows: Sequence[Any]) -> list[str]:
        """Products carry it."""
        return [
            format_html(
                '{}: <a href="{}">{}</a>',
                brand,
                list_url(Product, brand=brand.pk),
                counted(brand.product_count, "product", "products"),
            )
            for brand in rows
            if brand.product_count
        ]

    def create(self, *, by: Any, values: Any) -> Brand:
        """Create a brand."""
        return create_brand(by=by, values=values)

    def update(self, *, by: Any, target: Brand, values: Any, if_version: int | None) -> None:
        """Change a brand."""
        update_brand(by=by, brand=target, values=values, if_version=if_version)

    def remove(self, *, by: Any, target: Brand) -> None:
        """Delete a brand."""
        delete_brand(by=by, brand=target)
