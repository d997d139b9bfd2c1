"""Gives products with free attributes the types that inference proposed, values spelled as these demand."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction

from catalog_project.errors import Fault, Invalid
from products.exchange.expressions import is_empty
from products.exchange.free_products import Reading
from products.exchange.importing import Importer
from products.exchange.inference import Proposal
from products.exchange.observing import Level, Place
from products.exchange.records import Record
from products.exchange.spelling import TypedSpellings
from products.models import Product, ProductType
from products.services.actor import Actor
from products.services.products import lock_products
from products.services.staging import ProductEdit, stage_product, stage_variant
from products.services.typed import TypeRules, require_valid, rules_for
from products.services.writing import share_names, write

BATCH = 500
NO_KIND = Fault("no_kind", "Nothing tells of which type it is.", "")
Values = dict[str, Any]


@dataclass(frozen=True)
class Stayed:
    """A product that got no type, and why."""

    slug: str
    faults: Sequence[Fault]


def define(proposal: Proposal, *, by: Actor | None) -> list[Record]:
    """Write the proposed attributes and types; what is there already is widened. Returns those that were refused."""
    records = [Record(line, source) for line, source in enumerate(proposal.lines, start=1)]
    Importer(by=by).land(records)
    return [record for record in records if record.faults]


def retype(proposal: Proposal, reading: Reading, *, by: Actor | None) -> Iterator[tuple[int, list[Stayed]]]:
    """Give products without a type theirs, batch by batch, each in a transaction; versions rise as with any edit.

    Yields how many got one and those that stayed as they are. Raises Missing when a product goes meanwhile.
    """
    writer = _Retyping(proposal, reading, by=by)
    last = 0
    while batch := list(Product.objects.filter(product_type=None, pk__gt=last).order_by("pk")[:BATCH]):
        last = batch[-1].pk
        yield writer.write([product.pk for product in batch])


class _Retyping:
    def __init__(self, proposal: Proposal, reading: Reading, *, by: Actor | None) -> None:
        self._by, self._codes, self._reading = by, proposal.codes, reading
        codes = [line["code"] for line in proposal.types]
        self._types = {row.code: row for row in ProductType.objects.filter(code__in=codes)}
        self._spellings = TypedSpellings(row.pk for row in self._types.values())

    @transaction.atomic
    def write(self, product_ids: Sequence[int]) -> tuple[int, list[Stayed]]:
        share_names([{"product_type": row} for row in self._types.values()])
        products = [row for row in lock_products(product_ids).values() if row.product_type_id is None]
        rules = rules_for(row.pk for row in self._types.values())
        edits: list[ProductEdit] = []
        stayed: list[Stayed] = []
        for product in products:
            try:
                edits.append(self._staged(product, rules))
            except Invalid as error:
                stayed.append(Stayed(product.slug, error.faults))
        write(edits, by=self._by)
        return len(edits), stayed

    def _staged(self, product: Product, rules: TypeRules) -> ProductEdit:
        """The edit that types a product. Raises Invalid, the product in memory then being of no use."""
        kind = self._reading.kind_of(product)
        product_type = self._types.get(kind.code) if kind else None
        if kind is None or product_type is None:
            raise Invalid([NO_KIND])
        values = self._spelled(product, product_type, kind.code)
        edit = stage_product(product, {"product_type": product_type, "attributes": values["attributes"]})
        for index, (variant, own) in enumerate(zip(product.variants.all(), values["variants"], strict=True)):
            staged = stage_variant(variant, {"attributes": own["attributes"]})
            staged.pointer = f"/variants/{index}"
            edit.variants.append(staged)
        require_valid(edit, rules)
        return edit

    def _spelled(self, product: Product, product_type: ProductType, kind: str) -> Values:
        """The patches that leave each key under its code and nothing that says nothing."""
        variants = [variant.attributes for variant in product.variants.all()]
        renamed = {
            "product_type": product_type,
            "attributes": self._renamed(kind, Level.PRODUCT, product.attributes),
            "variants": [{"attributes": self._renamed(kind, Level.VARIANT, own)} for own in variants],
        }
        spelled = self._spellings.applied(renamed)
        spelled["attributes"] = _patch(product.attributes, spelled["attributes"])
        spelled["variants"] = [
            {"attributes": _patch(own, patch["attributes"])}
            for own, patch in zip(variants, spelled["variants"], strict=True)
        ]
        return spelled

    def _renamed(self, kind: str, level: str, given: Mapping[str, Any]) -> Values:
        flat = self._reading.attributes(dict(given))
        return {self._codes.get(Place(kind, level, key), key): v for key, v in flat.items() if not is_empty(v)}


def _patch(given: Mapping[str, Any], wanted: Values) -> Values:
    """The merge patch from attributes to others, which hold no objects."""
    return dict.fromkeys(given, None) | wanted
