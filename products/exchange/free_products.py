"""Where inference finds products with free attributes: in the catalog, or in a file through a mapping."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from products.exchange.attribute_rules import flattened
from products.exchange.codes import attribute_code
from products.exchange.importing import read_records
from products.exchange.mapping import LEVEL, SourceMapping
from products.exchange.observing import Kind, Observations, kind_named
from products.exchange.reading import Source
from products.models import Product

CHUNK = 500


@dataclass(frozen=True)
class Reading:
    """How free attributes are read: `type_by` names the attribute that tells kinds apart, else the primary category."""

    type_by: str | None = None
    is_flat: bool = False

    def attributes(self, given: dict[str, Any]) -> dict[str, Any]:
        """Attributes as they are, or with nested objects as one."""
        return flattened(given) if self.is_flat else given

    def kind_of(self, product: Product) -> Kind | None:
        """The kind of a product of the catalog, whose categories have been loaded; None where nothing tells it."""
        if self.type_by:
            return kind_named(product.attributes.get(self.type_by))
        links = product.ordered_links()
        if not links or not (code := attribute_code(links[0].category.slug)):
            return None
        return Kind(code, links[0].category.name)

    def kind_of_document(self, document: dict[str, Any]) -> Kind | None:
        """The kind of a mapped record: its product type, else as in the catalog."""
        if document.get("product_type"):
            return kind_named(document["product_type"])
        if self.type_by:
            return kind_named(document.get("attributes", {}).get(self.type_by))
        return kind_named(next(iter(document.get("categories", ())), "").rpartition(LEVEL)[2])


def observe_catalog(reading: Reading) -> Observations:
    """What products without a type hold."""
    met = Observations()
    rows = Product.objects.filter(product_type=None).order_by("pk").only("attributes")
    for product in rows.prefetch_related("category_links__category", "variants").iterator(CHUNK):
        variants = (reading.attributes(variant.attributes) for variant in product.variants.all())
        met.note(reading.kind_of(product), reading.attributes(product.attributes), variants)
    return met


def observe_file(source: Source, mapping: SourceMapping, reading: Reading) -> Observations:
    """What the records of a file hold, once mapped; what cannot be read is left to the import to refuse."""
    met = Observations()
    for document in _documents(source, mapping):
        variants = (reading.attributes(variant.get("attributes", {})) for variant in document.get("variants", ()))
        met.note(reading.kind_of_document(document), reading.attributes(document.get("attributes", {})), variants)
    return met


def _documents(source: Source, mapping: SourceMapping) -> Iterator[dict[str, Any]]:
    for record in read_records(source, mapping):
        document = mapping.document(record.source) if record.outcome is None else None
        if isinstance(document, dict):
            yield document
