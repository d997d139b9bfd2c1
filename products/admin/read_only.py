"""What somebody sees who may look but not change: the values of fields that only a form can show."""

from collections.abc import Iterable
from typing import Any

from django.contrib import admin
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from products.admin.fields import pretty
from products.models import Price, Product, Variant
from products.models.currency import format_money


class ReadOnlyAttributes:
    """An admin that shows `attributes` with its line breaks where it cannot be edited."""

    def readable(self, request: Any, obj: Any, fieldsets: Any) -> Any:
        """The fieldsets; for those who may not change the row, with values in place of boxes."""
        if obj is None or self.has_change_permission(request, obj):  # type: ignore[attr-defined]
            return fieldsets
        return tuple((title, {**options, "fields": _shown(options["fields"])}) for title, options in fieldsets)

    @admin.display(description="attributes")
    def attributes_shown(self, row: Product | Variant) -> SafeString:
        """The attributes as JSON with line breaks."""
        return format_html('<pre class="catalog-json">{}</pre>', pretty(row.attributes) or "-")


def price_lines(prices: Iterable[Price]) -> SafeString:
    """Prices, one a line."""
    ordered = sorted(prices, key=lambda price: price.currency)
    return format_html_join("", "<div>{}</div>", ((_price(price),) for price in ordered)) or SafeString("-")


def _price(price: Price) -> str:
    amount = f"{price.currency} {format_money(price.amount, price.currency)}"
    compare_at = price.compare_at
    return amount if compare_at is None else f"{amount} (compare at {format_money(compare_at, price.currency)})"


def _shown(fields: Any) -> Any:
    if isinstance(fields, str):
        return "attributes_shown" if fields == "attributes" else fields
    return tuple(_shown(field) for field in fields)
