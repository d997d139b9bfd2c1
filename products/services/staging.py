"""Edits of a product in two steps: stage them in memory, where no-ops show, then write many with few statements.

A single PATCH stages one edit, an import hundreds; the number of statements depends on the kinds of work, not on how
many rows there are.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.db.models import Model
from django.utils import timezone

from catalog_project.errors import Fault, Invalid
from products.listings.documents import prices_document
from products.listings.names import share
from products.listings.rows import Parts, holding, insert_listings, keep, update_listings
from products.models import Category, Price, Product, ProductCategory, Variant
from products.models.attributes import attributes_fault
from products.models.inserting import BATCH, insert_lines, insert_rows
from products.models.updating import is_worth_a_list, update_from_lists, update_rows
from products.services.actor import Actor
from products.services.changes.recording import Entry, created, record, updated
from products.services.inputs import PriceInput, ProductInput, VariantInput
from products.services.merge_patch import merge_patch

PRODUCT_FIELDS = (
    "name", "slug", "description", "published_from", "published_until", "product_type", "brand", "external_id",
)  # fmt: skip
KEY_OF = {"name": "name_key", "sku": "sku_key"}
VARIANT_FIELDS = ("sku", "external_id", "name", "barcode", "weight_g", "position")
# What a search looks into, of products and of variants.
FOUND_BY = {"name", "description", "sku", "attributes", "brand", "product_type"}


@dataclass
class VariantEdit:
    """What changes on one variant; `fields` are columns with what each held before, prices are rows of their own.

    `prices_before` is what they were before, as the API writes them; None where none were given.
    `codes` are the attributes it sets or removes, `pointer` says where the variant stands in the body.
    """

    variant: Variant
    fields: dict[str, Any] = field(default_factory=dict)
    codes: set[str] = field(default_factory=set)
    pointer: str = ""
    prices: list[Price] = field(default_factory=list)
    dropped_prices: list[Price] = field(default_factory=list)
    prices_before: dict[str, Any] | None = None

    @property
    def before(self) -> dict[str, Any]:
        """By the name of each changed field, what it held before."""
        is_repriced = self.prices or self.dropped_prices
        return {**self.fields, "prices": self.prices_before} if is_repriced else self.fields

    @property
    def is_versioned(self) -> bool:
        """Whether the change counts as one of the variant: a sale alone must not fail an editor."""
        return bool(self.prices or self.dropped_prices or self.fields.keys() - {"stock"})


@dataclass
class ProductEdit:
    """What changes on one product, whose variants, prices and category links have been loaded.

    `fields` are columns with what each held before, `codes` the attributes that it sets or removes, `categories` those
    that it is to stand in, None where they stay.
    """

    product: Product
    fields: dict[str, Any] = field(default_factory=dict)
    codes: set[str] = field(default_factory=set)
    categories: list[Category] | None = None
    categories_before: list[str] = field(default_factory=list)
    variants: list[VariantEdit] = field(default_factory=list)
    new_variants: list[VariantEdit] = field(default_factory=list)

    @property
    def before(self) -> dict[str, Any]:
        """By the name of each changed field of the product itself, what it held before."""
        return self.fields if self.categories is None else {**self.fields, "categories": self.categories_before}

    @property
    def is_new(self) -> bool:
        """Whether the product is about to be made."""
        return self.product.pk is None

    @property
    def was_active(self) -> bool:
        """Whether the product is active already, and not made so by this edit."""
        return not self.is_new and "status" not in self.fields and self.product.status == Product.Status.ACTIVE

    @property
    def is_effective(self) -> bool:
        """Whether anything is to be written at all."""
        return self.is_versioned or any(edit.fields for edit in self.variants)

    @property
    def is_repriced(self) -> bool:
        """Whether the bounds of its prices, or the categories under which they are found, may have changed."""
        if self.new_variants or self.categories is not None:
            return True
        return any(edit.prices or edit.dropped_prices for edit in self.variants)

    @property
    def is_reworded(self) -> bool:
        """Whether a search may find it by other words."""
        changed = self.fields.keys() & FOUND_BY or self.categories is not None or self.new_variants
        return bool(changed) or any(edit.fields.keys() & FOUND_BY for edit in self.variants)

    @property
    def is_versioned(self) -> bool:
        """Whether the product's version rises."""
        changed = self.fields or self.categories is not None or self.new_variants
        return bool(changed) or any(edit.is_versioned for edit in self.variants)


def stage_product(product: Product, values: ProductInput, *, keep_nulls: bool = False) -> ProductEdit:
    """Set a product's own fields from a merge patch, in memory. Raises Invalid when the attributes outgrow limits."""
    edit = ProductEdit(product)
    edit.fields = assign(product, {name: values[name] for name in PRODUCT_FIELDS if name in values})  # type: ignore[literal-required]
    if "attributes" in values:
        edit.codes = _touched(product.attributes, values["attributes"])
        edit.fields |= _assign_attributes(product, values["attributes"], keep_nulls=keep_nulls)
    if "categories" in values:
        _stage_categories(edit, values["categories"])
    return edit


def stage_variant(variant: Variant, values: VariantInput, *, keep_nulls: bool = False) -> VariantEdit:
    """Set a variant's fields and prices from a merge patch, in memory; `stock` only where it is given.

    Raises Invalid when the attributes outgrow their limits or a new price has no amount.
    """
    edit = VariantEdit(variant)
    names = (*VARIANT_FIELDS, "stock")
    edit.fields = assign(variant, {name: values[name] for name in names if name in values})  # type: ignore[literal-required]
    if "attributes" in values:
        edit.codes = _touched(variant.attributes, values["attributes"])
        edit.fields |= _assign_attributes(variant, values["attributes"], keep_nulls=keep_nulls)
    _stage_prices(edit, values.get("prices", {}))
    return edit


def replace_attributes(edit: ProductEdit | VariantEdit, row: Product | Variant, wanted: dict[str, Any] | None) -> None:
    """Set an edited row's attributes as a whole, in memory: a merge patch cannot say null. None leaves them."""
    before = row.attributes
    if wanted is not None and not same_json(wanted, before):
        absent = object()
        codes = wanted.keys() | before.keys()
        edit.codes = {c for c in codes if not same_json(wanted.get(c, absent), before.get(c, absent))}
        edit.fields["attributes"] = before
        row.attributes = wanted


def new_product(values: ProductInput, *, slug: str) -> ProductEdit:
    """A product to be, with its variants; positions are the order given where none are."""
    product = Product(
        **{name: values[name] for name in PRODUCT_FIELDS if name in values and name != "slug"},  # type: ignore[literal-required]
        slug=slug,
        status=values.get("status", Product.Status.DRAFT),
    )
    product.attributes = _first_attributes(product, values)
    edit = ProductEdit(product, categories=list(values.get("categories", ())))
    edit.new_variants = [
        new_variant(product, variant, position=index, pointer=f"/variants/{index}")
        for index, variant in enumerate(values.get("variants", ()))
    ]
    return edit


def new_variant(product: Product, values: VariantInput, *, position: int, pointer: str = "") -> VariantEdit:
    """A variant to be, with its prices; `pointer` says where it stands in the body."""
    columns = {name: values[name] for name in (*VARIANT_FIELDS, "stock") if name in values}  # type: ignore[literal-required]
    attributes = _first_attributes(product, values)
    variant = Variant(**{"position": position, **columns}, attributes=attributes, product=product)
    prices = [
        Price.unsaved(currency, **price) for currency, price in values.get("prices", {}).items() if price is not None
    ]
    return VariantEdit(variant, prices=prices, pointer=pointer)


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


def assign(target: Model, values: Mapping[str, Any]) -> dict[str, Any]:
    """Set attributes that differ; returns, by name, what they held before."""
    changed = {name: before for name, value in values.items() if (before := getattr(target, name)) != value}
    for name in changed:
        setattr(target, name, values[name])
    return changed


def same_json(left: Any, right: Any) -> bool:
    """Whether two JSON values are the same text: Python takes true for 1 and 1.0 for 1, a catalog does not."""
    if type(left) is not type(right):
        # PostgreSQL writes 1e16 and beyond out in digits: those of the text, not of the binary number behind it.
        are_numbers = {type(left), type(right)} == {int, float}
        return are_numbers and abs(left) >= 1e16 and Decimal(repr(left)) == Decimal(repr(right))
    if isinstance(left, dict):
        return left.keys() == right.keys() and all(same_json(left[key], right[key]) for key in left)
    if isinstance(left, list):
        return len(left) == len(right) and all(map(same_json, left, right))
    return bool(left == right)


def _first_attributes(product: Product, values: ProductInput | VariantInput) -> dict[str, Any]:
    """The attributes of a new row; null is a value where attributes are free, and none where a type defines them."""
    given: dict[str, Any] = values.get("attributes", {})
    return given if product.product_type_id is None else {c: value for c, value in given.items() if value is not None}


def _touched(present: Mapping[str, Any], patch: Mapping[str, Any]) -> set[str]:
    """The attributes that a merge patch sets to something else or removes; those it finds so already stay out."""
    return {
        code
        for code, value in patch.items()
        if (value is not None if code not in present else not same_json(present[code], value))
    }


def _assign_attributes(target: Product | Variant, patch: dict[str, Any], *, keep_nulls: bool) -> dict[str, Any]:
    before = target.attributes
    merged = merge_patch(before, patch, keep_nulls=keep_nulls)
    if same_json(merged, before):
        return {}
    if fault := attributes_fault(merged):
        raise Invalid([fault])
    target.attributes = merged
    return {"attributes": before}


def _stage_categories(edit: ProductEdit, wanted: Sequence[Category]) -> None:
    links = edit.product.ordered_links()
    if [link.category_id for link in links] != [category.pk for category in wanted]:
        edit.categories = list(wanted)
        edit.categories_before = [link.category.slug for link in links]


def _stage_prices(edit: VariantEdit, patch: Mapping[str, PriceInput | None]) -> None:
    present = {price.currency: price for price in edit.variant.prices.all()} if edit.variant.pk else {}
    _require_amounts(patch, present.keys())
    if patch:
        edit.prices_before = prices_document(present.values())
    for currency, values in patch.items():
        price = present.get(currency)
        if values is None:
            edit.dropped_prices += [price] if price else []
        elif price is None:
            edit.prices.append(Price(variant=edit.variant, currency=currency, **values))
        elif assign(price, values):
            edit.prices.append(price)


def _require_amounts(patch: Mapping[str, PriceInput | None], present: Collection[str]) -> None:
    faults = [
        Fault("required", "This field is required.", f"/prices/{currency}/amount")
        for currency, values in patch.items()
        if values is not None and "amount" not in values and currency not in present
    ]
    if faults:
        raise Invalid(faults)


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
