"""Which rights an import takes: those that the same writes would take one by one."""

from collections.abc import Iterator
from typing import Any

from products.exchange.importing import KINDS, PRODUCT

# The models that a record of a kind may add and change.
WRITES = {
    PRODUCT: ("product", "variant"),
    "attribute": ("attribute",),
    "product_type": ("producttype",),
    "brand": ("brand",),
    "category": ("category",),
}
CREATE_MISSING = ("products.add_brand", "products.add_category")


def may_import(user: Any, *, create_missing: bool = False) -> bool:
    """Whether somebody may import at all: add and change products and variants, add what is missing."""
    needed = [*_rights(PRODUCT), *(CREATE_MISSING if create_missing else ())]
    return bool(user.has_perms(needed))


def kinds_open_to(user: Any) -> set[str]:
    """The kinds of records that somebody may write."""
    return {kind for kind in KINDS if user.has_perms(list(_rights(kind)))}


def _rights(kind: str) -> Iterator[str]:
    return (f"products.{verb}_{model}" for model in WRITES[kind] for verb in ("add", "change"))
