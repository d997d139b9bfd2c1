"""The public documents of attributes and product types."""

from typing import Any

from products.models import Attribute, AttributeOption, ProductType, ProductTypeAttribute

Document = dict[str, Any]
EXACT = 2**53  # up to here every whole number has a float of its own


def attribute_document(attribute: Attribute) -> Document:
    """An attribute; its options must have been loaded."""
    return {
        "code": attribute.code,
        "name": attribute.name,
        "type": attribute.type,
        "unit": attribute.unit,
        "filterable": attribute.filterable,
        "searchable": attribute.searchable,
        "min": _number(attribute.min),
        "max": _number(attribute.max),
        "options": [_option(option) for option in attribute.ordered_options()],
    }


def product_type_document(product_type: ProductType) -> Document:
    """A product type; its links and their attributes must have been loaded."""
    return {
        "code": product_type.code,
        "name": product_type.name,
        "attributes": [_link(link) for link in product_type.ordered_links()],
    }


def _option(option: AttributeOption) -> Document:
    return {"code": option.code, "label": option.label, "position": option.position}


def _link(link: ProductTypeAttribute) -> Document:
    return {"attribute": link.attribute.code, "level": link.level, "required": link.required}


def _number(value: float | None) -> float | None:
    """A whole number without a fraction, as somebody will have written it."""
    return int(value) if value is not None and abs(value) < EXACT and value == int(value) else value
