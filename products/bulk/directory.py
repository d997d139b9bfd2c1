"""Whose the names are that items use: looked up for all of them at once, a query for each kind of name."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from typing import Any

from products.bulk.items import Item, Op, Resource
from products.bulk.references import named_in
from products.exchange import matching
from products.models import Brand, Category, Product, ProductType, Variant
from products.models.naming import sku_key

# A kind of name and the name itself: ("sku", "tb-red"), ("product", 42).
Name = tuple[str, Any]
# As many names as one query may carry on any database.
PORTION = 5_000


@dataclass(frozen=True)
class Owner:
    """A row that is there; `keys` holds its other names by the field that the API has them in."""

    resource: Resource
    id: int
    keys: Mapping[str, Any]
    product_id: int = 0


@dataclass(frozen=True)
class _Kind:
    """How rows are found by a kind of name."""

    resource: Resource
    model: type[Any]
    column: str
    keys: tuple[str, ...]


_PRODUCT = (Resource.PRODUCT, Product)
_VARIANT = (Resource.VARIANT, Variant)
_PRODUCT_KEYS = ("slug", "external_id")
_VARIANT_KEYS = ("sku_key", "external_id", "product_id", "product__slug", "product__external_id")
KINDS: dict[str, _Kind] = {
    "product": _Kind(*_PRODUCT, "pk", _PRODUCT_KEYS),
    "product_slug": _Kind(*_PRODUCT, "slug", _PRODUCT_KEYS),
    "product_external_id": _Kind(*_PRODUCT, "external_id", _PRODUCT_KEYS),
    "variant": _Kind(*_VARIANT, "pk", _VARIANT_KEYS),
    "sku": _Kind(*_VARIANT, "sku_key", _VARIANT_KEYS),
    "variant_external_id": _Kind(*_VARIANT, "external_id", _VARIANT_KEYS),
    "brand": _Kind(Resource.BRAND, Brand, "pk", ("slug",)),
    "brand_slug": _Kind(Resource.BRAND, Brand, "slug", ("slug",)),
    "category": _Kind(Resource.CATEGORY, Category, "pk", ("slug",)),
    "category_slug": _Kind(Resource.CATEGORY, Category, "slug", ("slug",)),
}
# In the order of the fields of `Matches`.
PRODUCT_KINDS = ("product_external_id", "product_slug", "sku", "variant_external_id")
REFERRED = {Brand: "brand_slug", Category: "category_slug", ProductType: "product_type"}


class Directory:
    """Who has the names that some items use. Where `hides` is True only visible products can be meant."""

    def __init__(self, items: Iterable[Item], *, hides: bool) -> None:
        wanted: dict[str, set[Any]] = {}
        for item in items:
            for kind, word in names_of(item):
                wanted.setdefault(kind, set()).add(word)
        self._owners: dict[Name, Owner] = {}
        for kind, words in wanted.items():
            if kind in KINDS:
                self._owners |= _find(kind, words)
        self._hidden = self._find_hidden() if hides else frozenset()

    def owner(self, name: Name) -> Owner | None:
        """The row that has a name."""
        return self._owners.get(name)

    def meant(self, name: Name | None) -> Owner | None:
        """The row that a caller may mean by a name."""
        owner = self._owners.get(name) if name else None
        return None if owner and owner.product_id in self._hidden else owner

    def product(self, found: matching.Owner | None) -> Owner | None:
        """A product that `matches` has found, where the caller may mean it."""
        if found is None or found.id in self._hidden:
            return None
        return Owner(Resource.PRODUCT, found.id, {"slug": found.slug, "external_id": found.external_id}, found.id)

    @cached_property
    def matches(self) -> matching.Matches:
        """The products by their keys and by those of their variants, as imports match records."""
        by_kind: dict[str, dict[Any, matching.Owner]] = {kind: {} for kind in PRODUCT_KINDS}
        for (kind, word), owner in self._owners.items():
            if kind in by_kind:
                by_kind[kind][word] = _as_product(owner)
        return matching.Matches(*by_kind.values())

    def _find_hidden(self) -> Collection[int]:
        ids = {owner.product_id for owner in self._owners.values()} - {0}
        shown = Product.objects.visible().filter(pk__in=ids).values_list("pk", flat=True)
        return ids - set(shown)


def names_of(item: Item) -> Iterator[Name]:
    """Every name that an item uses: its ref, what it refers to, and the keys that it gives or matches by."""
    if ref := ref_of(item):
        yield ref
    if product := product_ref(item):
        yield product
    yield from (name for _, name in keys_given(item))
    yield from references_of(item)


def ref_of(item: Item) -> Name | None:
    """The name that its ref is."""
    if item.ref is None:
        return None
    if isinstance(item.ref, int):
        return item.resource, item.ref
    if item.resource == Resource.VARIANT:
        return "sku", sku_key(item.ref)
    return f"{item.resource}_slug", item.ref


def product_ref(item: Item) -> Name | None:
    """The name of the product that a variant is to belong to."""
    ref = item.values.get("product") if item.resource == Resource.VARIANT else None
    return None if ref is None else ("product" if isinstance(ref, int) else "product_slug", ref)


def keys_given(item: Item) -> Iterator[tuple[str, Name]]:
    """The keys in its data, each with its pointer into them."""
    values = item.values
    if item.resource == Resource.VARIANT:
        yield from variant_keys(values, "")
        return
    if values.get("slug"):
        yield "/slug", (f"{item.resource}_slug", values["slug"])
    if values.get("external_id"):
        yield "/external_id", ("product_external_id", values["external_id"])
    for index, variant in enumerate(values.get("variants", ())):
        yield from variant_keys(variant, f"/variants/{index}")


def variant_keys(values: Mapping[str, Any], pointer: str) -> Iterator[tuple[str, Name]]:
    """The keys of a variant, each with its pointer."""
    if values.get("sku"):
        yield f"{pointer}/sku", ("sku", sku_key(values["sku"]))
    if values.get("external_id"):
        yield f"{pointer}/external_id", ("variant_external_id", values["external_id"])


def references_of(item: Item) -> Iterator[Name]:
    """The names of brands, categories and types in its data."""
    if item.op in {Op.CREATE, Op.UPDATE, Op.UPSERT}:
        yield from ((REFERRED[named.model], named.word) for _, named in named_in(item.values))


def _find(kind: str, words: Collection[Any]) -> dict[Name, Owner]:
    how = KINDS[kind]
    found: dict[Name, Owner] = {}
    rest = iter(words)
    while portion := list(islice(rest, PORTION)):
        rows = how.model.objects.filter(**{f"{how.column}__in": portion})
        for word, pk, *keys in rows.order_by().values_list(how.column, "pk", *how.keys):
            found[kind, word] = _owner(how.resource, pk, dict(zip(how.keys, keys, strict=True)))
    return found


def _owner(resource: Resource, pk: int, keys: dict[str, Any]) -> Owner:
    product_id = pk if resource == Resource.PRODUCT else keys.get("product_id", 0)
    return Owner(resource, pk, keys, product_id)


def _as_product(owner: Owner) -> matching.Owner:
    prefix = "product__" if owner.resource == Resource.VARIANT else ""
    return matching.Owner(owner.product_id, owner.keys[f"{prefix}slug"], owner.keys[f"{prefix}external_id"])
