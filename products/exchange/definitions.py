"""Attributes and product types in imports and exports: what they are written as, and what a record does to one."""

from collections.abc import Iterator
from typing import Any

from products.exchange.records import Outcome
from products.exchange.taxonomy import TaxonomyWriter, Values
from products.listings.definitions import Document, attribute_document, product_type_document
from products.models import Attribute, ProductType
from products.services.attributes import create_attribute, update_attribute
from products.services.product_types import create_product_type, update_product_type

CHUNK = 100  # an attribute may have thousands of options


class AttributeWriter(TaxonomyWriter):
    """Writes attributes, matched by code; options are replaced as a whole where a record has them."""

    def upsert(self, values: Values) -> Outcome:
        """Create or edit an attribute."""
        before = _attribute(values["code"])
        if before is None:
            create_attribute(by=self.by, values=values)
            return Outcome.CREATED
        update_attribute(by=self.by, attribute=before, values=values)
        return _outcome(attribute_document(before), attribute_document(_attribute(values["code"])))


class ProductTypeWriter(TaxonomyWriter):
    """Writes product types, matched by code; their attributes are replaced as a whole where a record has them."""

    def upsert(self, values: Values) -> Outcome:
        """Create or edit a product type."""
        before = _product_type(values["code"])
        if before is None:
            create_product_type(by=self.by, values=values)
            return Outcome.CREATED
        update_product_type(by=self.by, product_type=before, values=values)
        return _outcome(product_type_document(before), product_type_document(_product_type(values["code"])))


def definition_lines() -> Iterator[Document]:
    """Every attribute and then every product type as the line that an import reads, by code."""
    for attribute in Attribute.objects.order_by("code").prefetch_related("options").iterator(CHUNK):
        yield attribute_line(attribute)
    for product_type in _types().order_by("code").iterator(CHUNK):
        yield {"kind": "product_type", **product_type_document(product_type)}


def attribute_line(attribute: Attribute) -> Document:
    """An attribute in the write shape. Options that stand where the list has them need no position."""
    document = attribute_document(attribute)
    options = document.pop("options")
    if attribute.has_options:
        document["options"] = [_option(option, index) for index, option in enumerate(options)]
    return {"kind": "attribute", **document}


def _option(option: Document, index: int) -> Document:
    return option if option["position"] != index else {"code": option["code"], "label": option["label"]}


def _attribute(code: str) -> Any:
    return Attribute.objects.prefetch_related("options").filter(code=code).first()


def _product_type(code: str) -> Any:
    return _types().filter(code=code).first()


def _types() -> Any:
    return ProductType.objects.prefetch_related("attribute_links__attribute")


def _outcome(before: Document, after: Document) -> Outcome:
    return Outcome.UNCHANGED if before == after else Outcome.CHANGED
