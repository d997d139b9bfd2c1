"""Which products records mean, and what of them belongs to others."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from catalog_project.errors import Fault
from products.exchange.records import Record
from products.models import Product, Variant
from products.models.naming import sku_key

Values = dict[str, Any]


@dataclass(frozen=True)
class Owner:
    """A product that has a key."""

    id: int
    slug: str
    external_id: str | None


@dataclass(frozen=True)
class Matches:
    """Who has the keys that some records name: one query for each kind of key."""

    external_ids: dict[str, Owner]
    slugs: dict[str, Owner]
    skus: dict[str, Owner]
    variant_ids: dict[str, Owner]

    def target(self, values: Values) -> Owner | None:
        """The product that a record means: by its external_id, else its first variant, else (without both) its slug.

        A product that another system knows under another external_id is another product, whatever its SKU.
        """
        external_id = values.get("external_id")
        if external_id in self.external_ids:
            return self.external_ids[external_id]
        if not values.get("variants"):
            return None if external_id else self.slugs.get(values.get("slug", ""))
        owner = self.owner_of(values["variants"][0])
        return None if owner and external_id and owner.external_id else owner

    def owner_of(self, variant: Values) -> Owner | None:
        """The product that a variant belongs to: by its external_id, else its SKU."""
        by_id = self.variant_ids.get(variant.get("external_id") or "")
        return by_id or self.skus.get(sku_key(variant.get("sku", "")))

    def owners(self, values: Values) -> Iterator[Owner]:
        """The products that have any of a record's keys, whether it means them or not; some of them more than once."""
        found = [self.external_ids.get(values.get("external_id") or ""), self.slugs.get(values.get("slug", ""))]
        for variant in values.get("variants", ()):
            found += [
                self.variant_ids.get(variant.get("external_id") or ""),
                self.skus.get(sku_key(variant.get("sku", ""))),
            ]
        yield from filter(None, found)

    def conflicts(self, values: Values, target: Owner | None) -> Iterator[Fault]:
        """The keys of a record that belong to other products than the one it means."""
        own = target.id if target else None
        if (owner := self.slugs.get(values.get("slug", ""))) and owner.id != own:
            yield _belongs("slug", values["slug"], owner, "/slug")
        for index, variant in enumerate(values.get("variants", ())):
            sku, external_id = variant.get("sku", ""), variant.get("external_id") or ""
            if (owner := self.skus.get(sku_key(sku))) and owner.id != own:
                yield _belongs("SKU", sku, owner, f"/variants/{index}/sku")
            if (owner := self.variant_ids.get(external_id)) and owner.id != own:
                yield _belongs("external_id", external_id, owner, f"/variants/{index}/external_id")


def find_matches(records: Sequence[Record]) -> Matches:
    """Look up every key that the records name."""
    products = [record.values for record in records]
    variants = [variant for values in products for variant in values.get("variants", ())]
    return Matches(
        external_ids=_products("external_id", products),
        slugs=_products("slug", products),
        skus=_variants("sku_key", (sku_key(variant["sku"]) for variant in variants if "sku" in variant)),
        variant_ids=_variants("external_id", (variant.get("external_id") for variant in variants)),
    )


def _products(field: str, products: Iterable[Values]) -> dict[str, Owner]:
    wanted = {values[field] for values in products if values.get(field)}
    if not wanted:
        return {}
    rows = Product.objects.filter(**{f"{field}__in": wanted}).values_list(field, "pk", "slug", "external_id")
    return {key: Owner(*owner) for key, *owner in rows}


def _variants(field: str, keys: Iterable[str | None]) -> dict[str, Owner]:
    wanted = set(keys) - {None}
    if not wanted:
        return {}
    rows = Variant.objects.filter(**{f"{field}__in": wanted})
    owners = rows.values_list(field, "product_id", "product__slug", "product__external_id")
    return {key: Owner(*owner) for key, *owner in owners}


def _belongs(what: str, key: str, owner: Owner, pointer: str) -> Fault:
    return Fault("duplicate", f"The {what} {key!a} belongs to the product {owner.slug!a}.", pointer)
