"""Finding rows of the smaller lists: by name, parent, depth, SKU."""

from collections.abc import Mapping
from typing import Any

from django.db.models import F, Q, QuerySet, Value
from django.db.models.functions import Length, Replace

from products.models import Category, Variant
from products.models.naming import sku_key, sort_key


def named(rows: QuerySet[Any], conditions: Mapping[str, Any]) -> QuerySet[Any]:
    """Rows whose name holds the `search` text, whatever its accents and case."""
    if "search" not in conditions:
        return rows
    return rows.filter(name_key__contains=sort_key(conditions["search"]))


def matching_categories(rows: QuerySet[Category], conditions: Mapping[str, Any]) -> QuerySet[Category]:
    """Categories by `search`, `parent` and `depth` (0 for roots)."""
    rows = named(rows, conditions)
    if "parent" in conditions:
        rows = rows.filter(parent__in=conditions["parent"])
    if "depth" in conditions:
        slashes = Length("path") - Length(Replace(F("path"), Value("/"), Value("")))
        rows = rows.annotate(slashes=slashes).filter(slashes=conditions["depth"])
    return rows


def matching_variants(rows: QuerySet[Variant], conditions: Mapping[str, Any]) -> QuerySet[Variant]:
    """Variants by `search`, `sku`, `barcode` and `product` (ids or slugs)."""
    rows = named(rows, conditions)
    if "sku" in conditions:
        rows = rows.filter(sku_key__in=[sku_key(sku) for sku in conditions["sku"]])
    if "barcode" in conditions:
        rows = rows.filter(barcode__in=conditions["barcode"])
    if "product" in conditions:
        refs = conditions["product"]
        ids = [int(ref) for ref in refs if ref.isascii() and ref.isdigit() and len(ref) < 19]
        rows = rows.filter(Q(product__in=ids) | Q(product__slug__in=refs))
    return rows
