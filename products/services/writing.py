"""Writing staged edits of products: many with few statements.

A single PATCH writes one edit, an import hundreds; the number of statements depends on the kinds of work, not on how
many rows there are.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import Any

from django.utils import timezone

from products.listings.names import share
from products.listings.rows import Parts, holding, insert_listings, keep, update_listings
from products.models import Price, Product, ProductCategory, Variant
from products.models.inserting import BATCH, insert_lines, insert_rows
from products.models.updating import is_worth_a_list, update_from_lists, update_rows
from products.services.actor import Actor
from products.services.changes.recording import Entry, created, record, updated
from products.services.inputs import ProductInput
from products.services.staging import ProductEdit, VariantEdit

KEY_OF = {"name": "name_key", "sku": "sku_key"}


def share_names(batch: Iterable[ProductInput]) -> None:
    """Hold still what products are about to refer to. Comes before the products' own locks, as in every transaction."""
    batch = list(batch)
    share(values["brand"] for values in batch if values.get("brand"))
    share(category for values in batch for category in values.get("categories", ()))
    share(values["product_type"] for values in batch if values.get("product_type"))


def insert(edits: Sequence[ProductEdit], *, by: Actor | None) -> list[Entry]:
    """Write new products with all that belongs to them: a few statements a batch. Returns what the log says of it.

    Their names must be shared already.
    """
    insert_rows([edit.product for edit in edits])
    links = [links_of(edit) for edit in edits]
    _insert_links([link for group in links for link in group])
    _insert_variants([variant for edit in edits for variant in edit.new_variants])
    with holding(_parts(edits, links)):
        insert_listings([edit.product for edit in edits])
        return record([created(row) for edit in edits for row in _rows(edit)], by=by)


def write(edits: Iterable[ProductEdit], *, by: Actor | None) -> list[Entry]:
    """Write edits of existing, locked products. Versions and `updated_at` move only where something changed.

    Returns what the log says of it: nothing for what changes nothing.
    """
    edits = [edit for edit in edits if edit.is_effective]
    if not edits:
        return []
    _write_products([edit for edit in edits if edit.is_versioned])
    _replace_links([edit for edit in edits if edit.categories is not None])
    _write_variants([variant for edit in edits for variant in edit.variants])
    _insert_variants([variant for edit in edits for variant in edit.new_variants])
    for edit in edits:
        _settle(edit)
    update_listings(
        [edit.product for edit in edits],
        repriced=[edit.product for edit in edits if edit.is_repriced],
        reworded=any(edit.is_reworded for edit in edits),
    )
    return record([entry for edit in edits for entry in _entries(edit)], by=by)


def _rows(edit: ProductEdit) -> Iterator[Product | Variant]:
    """A new product and its variants."""
    yield edit.product
    for new in edit.new_variants:
        yield new.variant


def _entries(edit: ProductEdit) -> Iterator[Entry]:
    """What a written edit has changed, entity by entity."""
    if edit.before:
        yield updated(edit.product, edit.before)
    for variant in edit.variants:
        if variant.before:
            yield updated(variant.variant, variant.before)
    for new in edit.new_variants:
        yield created(new.variant)


def _parts(edits: Sequence[ProductEdit], links: Sequence[list[ProductCategory]]) -> Iterator[Parts]:
    """What belongs to new products and to their variants."""
    for edit, group in zip(edits, links, strict=True):
        variants = sorted((new.variant for new in edit.new_variants), key=_place)
        yield edit.product, {"variants": variants, "category_links": group}
        for new in edit.new_variants:
            yield new.variant, {"prices": new.prices}


def _place(variant: Variant) -> tuple[int, int]:
    return variant.position, variant.pk


def _settle(edit: ProductEdit) -> None:
    """Let the product in memory show what has been written, as if it had been loaded again."""
    product = edit.product
    present = list(product.variants.all())
    for variant in edit.variants:
        _settle_prices(variant, list(variant.variant.prices.all()))
    for variant in edit.new_variants:
        _settle_prices(variant, [])
    variants = [*present, *(edit.variant for edit in edit.new_variants)]
    keep(product, "variants", sorted(variants, key=_place))
    if edit.categories is not None:
        keep(product, "category_links", links_of(edit))


def _settle_prices(edit: VariantEdit, present: list[Price]) -> None:
    prices = {price.currency: price for price in [*present, *edit.prices]}
    for dropped in edit.dropped_prices:
        del prices[dropped.currency]
    keep(edit.variant, "prices", prices.values())


def links_of(edit: ProductEdit) -> list[ProductCategory]:
    """The categories that an edit sets, as unsaved links."""
    return [
        ProductCategory(product=edit.product, category=category, position=position)
        for position, category in enumerate(edit.categories or ())
    ]


def _insert_links(links: Iterable[ProductCategory]) -> None:
    columns = ("product_id", "category_id", "position")
    insert_lines(ProductCategory, columns, [(link.product_id, link.category_id, link.position) for link in links])


def _replace_links(edits: Sequence[ProductEdit]) -> None:
    if not edits:
        return
    ProductCategory.objects.filter(product__in=[edit.product.pk for edit in edits]).delete()
    _insert_links(link for edit in edits for link in links_of(edit))


def _insert_variants(edits: Sequence[VariantEdit]) -> None:
    insert_rows([edit.variant for edit in edits])
    columns = ("variant_id", "currency", "amount", "compare_at")
    lines = [
        (edit.variant.pk, price.currency, price.amount, price.compare_at) for edit in edits for price in edit.prices
    ]
    insert_lines(Price, columns, lines)


def _write_products(edits: Sequence[ProductEdit]) -> None:
    for edit in edits:
        edit.product.version += 1
    _update([(edit.product, edit.fields) for edit in edits])


def _write_variants(edits: Sequence[VariantEdit]) -> None:
    for edit in edits:
        edit.variant.version += edit.is_versioned
    edits = [edit for edit in edits if edit.is_versioned or edit.fields]
    _update([(edit.variant, edit.fields) for edit in edits])
    dropped = [price.pk for edit in edits for price in edit.dropped_prices]
    if dropped:
        Price.objects.filter(pk__in=dropped).delete()
    _upsert_prices([price for edit in edits for price in edit.prices])


def _upsert_prices(prices: Sequence[Price]) -> None:
    now = timezone.now()
    for price in prices:
        price.updated_at = now
    fields = ["amount", "compare_at", "updated_at"]
    known = [price for price in prices if price.pk]
    if is_worth_a_list(len(known)):
        update_from_lists(known, fields)
        prices = [price for price in prices if not price.pk]
    Price.objects.bulk_create(
        [Price(variant=p.variant, currency=p.currency, amount=p.amount, compare_at=p.compare_at) for p in prices],
        BATCH,
        update_conflicts=True,
        unique_fields=["variant", "currency"],
        update_fields=fields,
    )


def _update(edits: Sequence[tuple[Product | Variant, Collection[str]]]) -> None:
    """Write changed columns, those that changed alike together: a row is never written where it was not edited."""
    alike: dict[frozenset[str], list[Any]] = {}
    now = timezone.now()
    for row, fields in edits:
        row.updated_at = now
        row.derive()
        alike.setdefault(frozenset(fields), []).append(row)
    for names, rows in alike.items():
        keys = {KEY_OF[name] for name in names & KEY_OF.keys()}
        update_rows(rows, {*names, *keys, "version", "updated_at"})
