"""What the log keeps of an entity: every field that its write shape has, as the API writes it.

References are slugs and codes; a variant names its product by id. What derives from other fields is left out.
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any

from catalog_project.formats import format_time
from catalog_project.models import VersionedModel
from products.listings.definitions import attribute_document, product_type_document
from products.listings.documents import Document, prices_document
from products.models import Attribute, Brand, Category, Change, Price, Product, ProductType, Variant
from products.models.attributes import canonical

Entity = Change.Entity
REFERRED_BY: dict[type, str] = {Brand: "slug", Category: "slug", ProductType: "code"}


def product_values(product: Product, categories: Iterable[Category] | None = None) -> Document:
    """A product without its variants; its categories must have been loaded, or are given for one that is new."""
    if categories is None:
        categories = (link.category for link in product.ordered_links())
    return {
        "name": product.name,
        "slug": product.slug,
        "description": product.description,
        "status": str(product.status),
        "published_from": shown(product.published_from),
        "published_until": shown(product.published_until),
        "external_id": product.external_id,
        "product_type": shown(product.product_type),
        "brand": shown(product.brand),
        "categories": [category.slug for category in categories],
        "attributes": canonical(product.attributes),
    }


def variant_values(variant: Variant, prices: Iterable[Price] | None = None) -> Document:
    """A variant; its prices must have been loaded, or are given for one that is new."""
    return {
        "product": variant.product_id,
        "sku": variant.sku,
        "external_id": variant.external_id,
        "name": variant.name,
        "barcode": variant.barcode,
        "attributes": canonical(variant.attributes),
        "weight_g": variant.weight_g,
        "position": variant.position,
        "stock": variant.stock,
        "prices": prices_document(variant.parts("prices") if prices is None else prices),
    }


def category_values(category: Category) -> Document:
    """A category; its parent must have been loaded."""
    return {
        "name": category.name,
        "slug": category.slug,
        "parent": shown(category.parent),
        "description": category.description,
        "position": category.position,
    }


def brand_values(brand: Brand) -> Document:
    """A brand."""
    return {"name": brand.name, "slug": brand.slug}


VALUES: dict[type[VersionedModel], tuple[Entity, Callable[[Any], Document]]] = {
    Product: (Entity.PRODUCT, product_values),
    Variant: (Entity.VARIANT, variant_values),
    Category: (Entity.CATEGORY, category_values),
    Brand: (Entity.BRAND, brand_values),
    Attribute: (Entity.ATTRIBUTE, attribute_document),
    ProductType: (Entity.PRODUCT_TYPE, product_type_document),
}


def values_of(row: VersionedModel) -> Document:
    """Every field of an entity, by name."""
    return VALUES[type(row)][1](row)


def shown(value: Any) -> Any:
    """What a column or reference holds, as the API writes it."""
    if isinstance(value, datetime):
        return format_time(value)
    key = REFERRED_BY.get(type(value))
    return canonical(value) if key is None else getattr(value, key)


def shown_values(values: Mapping[str, Any]) -> Document:
    """The same for several, by name."""
    return {name: shown(value) for name, value in values.items()}
