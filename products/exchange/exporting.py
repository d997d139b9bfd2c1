"""Writes the catalog as NDJSON that an import reads back: what products refer to, each before it is named, then these.

Ids, versions and times stay behind; everything else returns as it was.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

import orjson
from django.db import connection, transaction

from catalog_project.api.batches import MAX_ITEM_BYTES
from products.exchange.definitions import definition_lines
from products.listings.documents import Document, product_document, variant_document
from products.listings.rows import portions
from products.models import Brand, Category, Product, Variant
from products.schemas.variants import MAX_VARIANTS

CHUNK = 500
# An import takes lines so long and so many variants; what a product has more goes into further lines that edit it.
MAX_LINE = MAX_ITEM_BYTES - 100_000  # room for what names the product
PART_VARIANTS = MAX_VARIANTS - 1  # one more names the product
PRODUCT_FIELDS = ("external_id", "slug", "name", "description", "status", "published_from", "published_until")
VARIANT_FIELDS = ("sku", "external_id", "name", "barcode", "attributes", "weight_g", "position", "stock", "prices")


def export_lines() -> Iterator[bytes]:
    """The lines of the whole catalog as it is at one moment, in constant memory."""
    with _snapshot():
        yield from map(_line, definition_lines())
        for brand in Brand.objects.order_by("slug").iterator(CHUNK):
            yield _line({"kind": "brand", "slug": brand.slug, "name": brand.name})
        for category in Category.objects.select_related("parent").order_by("path").iterator(CHUNK):
            yield _line(_category(category))
        for portion in portions(Product.objects.all()):
            for product in portion:
                yield from _product_lines(product)


@contextmanager
def _snapshot() -> Iterator[None]:
    """Every query sees the same moment: a product must not name a brand that came after the brands were written."""
    if connection.in_atomic_block:
        yield  # the caller's transaction decides
    elif connection.vendor == "postgresql":
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
            yield
    else:
        # Django's own transactions on SQLite lock out all writers; a plain BEGIN reads beside them.
        with connection.cursor() as cursor:
            cursor.execute("BEGIN")
            try:
                yield
            finally:
                cursor.execute("ROLLBACK")


def _category(category: Category) -> Document:
    return {
        "kind": "category",
        "slug": category.slug,
        "name": category.name,
        "parent": category.parent.slug if category.parent else None,
        "description": category.description,
        "position": category.position,
    }


def _product_lines(product: Product) -> Iterator[bytes]:
    """A product's line; what would make it too long goes into further lines, which add variants to it."""
    document = _product(product)
    parts = list(_parts(len(_line(document)), [_variant(variant) for variant in product.variants.all()]))
    yield _line({**document, "variants": parts[0]})
    for part in parts[1:]:
        yield _line(_continued(product, part))


def _parts(size: int, variants: Iterable[bytes]) -> Iterator[list[orjson.Fragment]]:
    part: list[orjson.Fragment] = []
    for variant in variants:
        size += len(variant) + 1
        if part and (size > MAX_LINE or len(part) == PART_VARIANTS):
            yield part
            part, size = [], len(variant)
        part.append(orjson.Fragment(variant))
    yield part


def _continued(product: Product, part: list[orjson.Fragment]) -> Document:
    """Variants of a product named by its external_id, or else by its first SKU."""
    if product.external_id:
        return {"external_id": product.external_id, "variants": part}
    return {"variants": [{"sku": product.variants.all()[0].sku}, *part]}


def _product(product: Product) -> Document:
    shown = product_document(product)
    return {
        **{name: shown[name] for name in PRODUCT_FIELDS},
        "product_type": product.product_type.code if product.product_type else None,
        "brand": product.brand.slug if product.brand else None,
        "categories": [category["slug"] for category in shown["categories"]],
        "attributes": shown["attributes"],
    }


def _variant(variant: Variant) -> bytes:
    shown = variant_document(variant)
    return orjson.dumps({name: shown[name] for name in VARIANT_FIELDS})


def _line(document: Document) -> bytes:
    return orjson.dumps(document, option=orjson.OPT_APPEND_NEWLINE)
