"""The public documents: what a product, variant, category or brand looks like to a reader."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from decimal import Decimal
from typing import Any

import orjson

from catalog_project.formats import format_time
from products.models import Brand, Category, Price, Product, ProductType, Variant
from products.models.attributes import canonical
from products.models.currency import format_money

Document = dict[str, Any]


def render(product: Product) -> str:
    """A product as the JSON text that is stored and sent."""
    return orjson.dumps(product_document(product)).decode()


def product_document(product: Product) -> Document:
    """A product with its variants; its parts must have been loaded (`rows.loaded`) or each costs a query."""
    variants = [variant_document(variant) for variant in product.parts("variants")]
    return {
        "id": product.pk,
        "slug": product.slug,
        "name": product.name,
        "description": product.description,
        "status": product.status,
        "published_from": _time(product.published_from),
        "published_until": _time(product.published_until),
        "external_id": product.external_id,
        "product_type": product_type_reference(product.product_type) if product.product_type else None,
        "brand": brand_reference(product.brand) if product.brand else None,
        "categories": [category_reference(link.category) for link in product.ordered_links()],
        "attributes": attributes_document(product.attributes),
        "variants": variants,
        "price_range": price_range(prices_of(product)),
        "in_stock": any(variant["in_stock"] for variant in variants),
        "version": product.version,
        "created_at": format_time(product.created_at),
        "updated_at": format_time(product.updated_at),
    }


def variant_document(variant: Variant) -> Document:
    """A variant as it stands inside its product."""
    return {
        "id": variant.pk,
        "sku": variant.sku,
        "external_id": variant.external_id,
        "name": variant.name,
        "barcode": variant.barcode,
        "attributes": attributes_document(variant.attributes),
        "weight_g": variant.weight_g,
        "prices": prices_document(variant.parts("prices")),
        "stock": variant.stock,
        "in_stock": variant.in_stock,
        "position": variant.position,
        "version": variant.version,
        "created_at": format_time(variant.created_at),
        "updated_at": format_time(variant.updated_at),
    }


def own_variant_document(variant: Variant) -> Document:
    """A variant on its own URL: the same, and which product it belongs to."""
    product = variant.product
    return {
        **variant_document(variant),
        "product": {"id": product.pk, "slug": product.slug, "name": product.name},
    }


def category_document(category: Category) -> Document:
    """A category; its parent must have been loaded."""
    return {
        "id": category.pk,
        "slug": category.slug,
        "name": category.name,
        "parent": category.parent.slug if category.parent else None,
        "path": category.path,
        "description": category.description,
        "position": category.position,
        "created_at": format_time(category.created_at),
        "updated_at": format_time(category.updated_at),
    }


def brand_document(brand: Brand) -> Document:
    """A brand."""
    return {
        "id": brand.pk,
        "slug": brand.slug,
        "name": brand.name,
        "created_at": format_time(brand.created_at),
        "updated_at": format_time(brand.updated_at),
    }


def prices_document(prices: Iterable[Price]) -> Document:
    """A variant's prices by currency, in the order of the currencies."""
    return {price.currency: _price(price) for price in sorted(prices, key=_by_currency)}


def prices_of(product: Product) -> Iterator[Price]:
    """Every price of its variants."""
    return (price for variant in product.parts("variants") for price in variant.parts("prices"))


def bounds_of(prices: Iterable[Price]) -> dict[str, tuple[Decimal, Decimal]]:
    """The lowest and the highest amount in each currency."""
    amounts: dict[str, list[Decimal]] = {}
    for price in prices:
        amounts.setdefault(price.currency, []).append(price.amount)
    return {currency: (min(found), max(found)) for currency, found in sorted(amounts.items())}


def price_range(prices: Iterable[Price]) -> Document:
    """The same as the API writes amounts."""
    return {
        currency: {"min": format_money(lowest, currency), "max": format_money(highest, currency)}
        for currency, (lowest, highest) in bounds_of(prices).items()
    }


def attributes_document(attributes: Document) -> orjson.Fragment:
    """Attributes in one order: PostgreSQL keeps them in an order of its own, and documents should compare."""
    return orjson.Fragment(orjson.dumps(canonical(attributes), option=orjson.OPT_SORT_KEYS))


def brand_reference(brand: Brand) -> Document:
    """A brand as its products show it."""
    return {"slug": brand.slug, "name": brand.name}


def category_reference(category: Category) -> Document:
    """A category as its products show it."""
    return {"slug": category.slug, "name": category.name, "path": category.path}


def _price(price: Price) -> Document:
    compare_at = price.compare_at
    return {
        "amount": format_money(price.amount, price.currency),
        "compare_at": None if compare_at is None else format_money(compare_at, price.currency),
    }


def _by_currency(price: Price) -> str:
    return price.currency


def product_type_reference(product_type: ProductType) -> Document:
    """A product type as its products show it."""
    return {"code": product_type.code, "name": product_type.name}


def _time(value: datetime | None) -> str | None:
    return None if value is None else format_time(value)
