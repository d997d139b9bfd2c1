"""What somebody sees who may look but not change: the values of fields that only a form can show."""

import json
from collections.abc import Iterable, Mapping
from typing import Any

from django.contrib import admin
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from products.admin.fields import pretty
from products.admin.typed_forms import TYPED_CLASS
from products.models import Price, Product, Variant
from products.models.currency import format_money
from products.models.product_type import Definition, definitions


class ReadOnlyAttributes:
    """An admin that shows `attributes` with its line breaks where it cannot be edited."""

    def may_edit(self, request: Any, obj: Any) -> bool:
        """Whether fields are boxes; a new row's are."""
        return obj is None or bool(self.has_change_permission(request, obj))  # type: ignore[attr-defined]

    @admin.display(description="attributes")
    def attributes_shown(self, row: Product | Variant) -> SafeString:
        """The attributes that the type defines, one a line, and the others as JSON with line breaks."""
        known = {code: one for code, one in self.definitions_of(row).items() if code in row.attributes}
        rest = {code: value for code, value in row.attributes.items() if code not in known}
        lines = format_html_join(
            "", "<dt>{}</dt><dd>{}</dd>", ((one.name, _text(one, row.attributes[code])) for code, one in known.items())
        )
        shown = format_html('<dl class="catalog-values">{}</dl>', lines) if known else SafeString("")
        if known and not rest:
            return shown
        return shown + format_html('<pre class="catalog-json">{}</pre>', pretty(rest) or "-")

    def definitions_of(self, row: Product | Variant) -> Mapping[str, Definition]:
        """The attributes of the row's product type, by code; none where it has no type."""
        product = row if isinstance(row, Product) else row.product
        type_id = product.product_type_id
        return definitions([type_id])[type_id] if type_id else {}


def shown_fieldset() -> tuple[str, dict[str, Any]]:
    """The attributes of those who may only look."""
    return "Attributes", {"fields": ("attributes_shown",), "classes": (TYPED_CLASS,)}


def without_attributes(fields: Iterable[str]) -> tuple[str, ...]:
    """The fields but for the attributes, where these are shown elsewhere."""
    return tuple(name for name in fields if name != "attributes")


def price_lines(prices: Iterable[Price]) -> SafeString:
    """Prices, one a line."""
    ordered = sorted(prices, key=lambda price: price.currency)
    return format_html_join("", "<div>{}</div>", ((_price(price),) for price in ordered)) or SafeString("-")


def _text(definition: Definition, value: Any) -> str:
    """A value as people read it."""
    if isinstance(value, list):
        return ", ".join(_text(definition, part) for part in value)
    if isinstance(value, bool):
        return "Yes" if value else "No"
    text = value if isinstance(value, str) else json.dumps(value)
    return f"{definition.options.get(text, text)} {definition.unit}".strip()


def _price(price: Price) -> str:
    amount = f"{price.currency} {format_money(price.amount, price.currency)}"
    compare_at = price.compare_at
    return amount if compare_at is None else f"{amount} (compare at {format_money(compare_at, price.currency)})"
