"""What rows hold, as the change log keeps it, and what changed between two states."""

from collections.abc import Iterable

from products.bulk.items import Changes
from products.listings.documents import Document
from products.models import Price, Variant
from products.services.changes.values import variant_values
from products.services.staging import same_json


def variant_state(variant: Variant, prices: Iterable[Price]) -> Document:
    """A variant's own fields and its prices; not its product, which an item names and never changes."""
    return {name: value for name, value in variant_values(variant, prices).items() if name != "product"}


def changes_between(before: Document | None, after: Document | None) -> Changes:
    """The fields that differ; all of them where there was nothing before, or is nothing after."""
    before, after = before or {}, after or {}
    return {
        name: {"before": before.get(name), "after": after.get(name)}
        for name in (after or before)
        if name not in before or name not in after or not same_json(before[name], after[name])
    }
