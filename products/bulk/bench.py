"""A workbench of locked products: items change them in memory, one after another, then all is written at once.

Each item sees what the ones before it have set, and versions rise with every item that changes something, as if each
had been written by itself.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from catalog_project.errors import DomainError
from products.bulk.items import Item, Resource, Result, Values
from products.bulk.planning import Plan
from products.bulk.refusing import refuse
from products.bulk.staging import stage
from products.bulk.states import changes_between, variant_state
from products.listings.documents import Document
from products.listings.rows import keep
from products.models import Price, Product, Variant
from products.services.actor import Actor
from products.services.changes.values import product_values
from products.services.expected import require_version
from products.services.staging import ProductEdit, VariantEdit
from products.services.typed import TypeRules
from products.services.writing import links_of, write


class Bench:
    """Products, loaded and locked, and what items have changed on them so far."""

    def __init__(self, products: Mapping[int, Product], rules: TypeRules) -> None:
        self._products, self._rules = products, rules
        self._edits = {pk: ProductEdit(product) for pk, product in products.items()}
        self._prices: dict[int, list[Price]] = {}  # as they are in the database, by variant
        self._results: list[Result] = []

    def apply(self, planned: Plan, values: Values) -> None:
        """Let an item change its product, with settled values; what it refuses has changed nothing."""
        item, edit = planned.item, self._edits[planned.product_id]
        variant = planned.variant_of(edit.product)
        undo = _Undo(edit.product, variant, everything=bool(values.get("variants")))
        row = variant or edit.product
        before = _state(row, item, [])
        try:
            if not planned.is_new:
                require_version(row, item.version)
            own = stage(item, edit, variant, values, self._rules)
            planned.refuse_taken()
        except DomainError as error:
            undo.back()
            refuse(planned, error)
        else:
            self._take(edit, own)
            self._finish(item, own, row, before)

    def write(self, *, by: Actor | None) -> None:
        """Write what has changed. Raises IntegrityError when a key is taken."""
        for edit in self._edits.values():
            for variant in edit.variants:
                self._net_prices(variant)
                # the last step of each version is the writer's own
                variant.variant.version -= variant.is_versioned
            edit.product.version -= edit.is_versioned
        write(self._edits.values(), by=by)
        for result in self._results:
            result.keep_id()

    def _finish(self, item: Item, own: ProductEdit, row: Product | Variant, before: Document) -> None:
        is_new = item.resource == Resource.VARIANT and bool(own.new_variants)
        if is_new:
            [new] = own.new_variants
            row, changes = new.variant, changes_between(None, variant_state(new.variant, new.prices))
        else:
            changes = changes_between(before, _state(row, item, own.new_variants))
        item.result = Result(201 if is_new else 200, row, changes, row.version)
        self._results.append(item.result)

    def _take(self, edit: ProductEdit, own: ProductEdit) -> None:
        """Add what one item changes to what is to be written; the next item finds the rows as if it had been."""
        edit.fields = {**own.fields, **edit.fields}
        if own.categories is not None:
            if edit.categories is None:
                edit.categories_before = own.categories_before
            edit.categories = own.categories
            keep(edit.product, "category_links", links_of(own))
        edit.new_variants += own.new_variants
        edit.product.version += own.is_versioned
        for variant in own.variants:
            self._take_variant(edit, variant)

    def _take_variant(self, edit: ProductEdit, own: VariantEdit) -> None:
        variant = own.variant
        merged = next((known for known in edit.variants if known.variant is variant), None)
        if merged is None:
            merged = VariantEdit(variant)
            edit.variants.append(merged)
            self._prices[variant.pk] = _prices_of(variant)
        merged.fields = {**own.fields, **merged.fields}
        merged.prices += own.prices
        merged.dropped_prices += own.dropped_prices
        if merged.prices_before is None:
            merged.prices_before = own.prices_before
        variant.version += own.is_versioned
        present = {price.currency: price for price in [*_prices_of(variant), *own.prices]}
        for dropped in own.dropped_prices:
            del present[dropped.currency]
        keep(variant, "prices", present.values())

    def _net_prices(self, merged: VariantEdit) -> None:
        """Of all that items did to a variant's prices leave what the database is to do."""
        was_versioned = merged.is_versioned
        wanted = {price.currency: price for price in _prices_of(merged.variant)}
        stored = self._prices[merged.variant.pk]
        merged.prices = [wanted[currency] for currency in _currencies(merged.prices) if currency in wanted]
        merged.dropped_prices = [price for price in stored if price.currency not in wanted]
        keep(merged.variant, "prices", stored)
        if was_versioned and not merged.is_versioned:
            # A price came and went: the row has nothing new but its version.
            merged.fields["name"] = merged.variant.name


class _Undo:
    """Remembers what an item may set, to take it back when it is refused half way."""

    def __init__(self, product: Product, variant: Variant | None, *, everything: bool) -> None:
        variants = [*product.variants.all()] if everything else [variant] if variant else []
        rows = [product, *variants, *(price for each in variants for price in _prices_of(each))]
        # what a row holds, and the rows that it refers to
        self._kept: list[Any] = [(row, {**row.__dict__}, {**row._state.fields_cache}) for row in rows]  # noqa: SLF001 - Django keeps them there

    def back(self) -> None:
        """Set everything to what it was."""
        for row, values, related in self._kept:
            row.__dict__.update(values)
            row._state.fields_cache = related  # noqa: SLF001 - as above


def _state(row: Product | Variant, item: Item, new: Iterable[VariantEdit]) -> Document:
    """What an item can change of a row: of a product that comes with variants these too."""
    if isinstance(row, Variant):
        return variant_state(row, _prices_of(row))
    state = product_values(row)
    if item.values.get("variants"):
        present = [variant_state(variant, _prices_of(variant)) for variant in row.variants.all()]
        state["variants"] = present + [variant_state(edit.variant, edit.prices) for edit in new]
    return state


def _prices_of(variant: Variant) -> list[Price]:
    return list(variant.parts("prices"))


def _currencies(prices: Iterable[Price]) -> list[str]:
    return list(dict.fromkeys(price.currency for price in prices))
