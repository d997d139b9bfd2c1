"""What the write functions take: validated values under the API's names, references resolved to rows.

A key that is left out stays as it is (or gets its default on create).
"""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any, TypedDict

from products.models import Brand, Category, ProductType


class PriceInput(TypedDict, total=False):
    """One price; `amount` is required where the currency is new."""

    amount: Decimal
    compare_at: Decimal | None


class VariantInput(TypedDict, total=False):
    """A variant; `attributes` and `prices` are merge patches, null removing a key. `sku` is required on create."""

    sku: str
    external_id: str | None
    name: str
    barcode: str
    attributes: dict[str, Any]
    weight_g: int | None
    position: int
    stock: int | None
    prices: dict[str, PriceInput | None]


class ProductInput(TypedDict, total=False):
    """A product; `name` is required on create, `variants` and `status` are taken on create only."""

    name: str
    slug: str
    description: str
    status: str
    published_from: datetime | None
    published_until: datetime | None
    product_type: ProductType | None
    brand: Brand | None
    categories: Sequence[Category]
    attributes: dict[str, Any]
    external_id: str | None
    variants: Sequence[VariantInput]
