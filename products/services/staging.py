"""Edits of a product, staged: set in memory on rows that have been loaded, where what changes nothing shows."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.db.models import Model

from catalog_project.errors import Fault, Invalid
from products.listings.documents import prices_document
from products.models import Category, Price, Product, Variant
from products.models.attributes import attributes_fault
from products.services.inputs import PriceInput, ProductInput, VariantInput
from products.services.merge_patch import merge_patch

PRODUCT_FIELDS = (
    "name", "slug", "description", "published_from", "published_until", "product_type", "brand", "external_id",
)  # fmt: skip
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
