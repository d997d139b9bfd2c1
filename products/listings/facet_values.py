"""What the read model holds of typed attributes: the values by which products are filtered and counted."""

from collections.abc import Iterable, Mapping, Sequence
from itertools import chain
from typing import Any

from products.models import Product, ProductTypeAttribute
from products.models.attributes import canonical
from products.models.product_type import lock_rules

Level = ProductTypeAttribute.Level
# The level of each filterable attribute by the product type's id and the attribute's code.
Filterable = Mapping[int, Mapping[str, str]]


def filterable_of(products: Iterable[Product]) -> Filterable:
    """What is filterable of these products' types, which stays so until the transaction ends; no query for none."""
    types: dict[int, dict[str, str]] = {
        product.product_type_id: {} for product in products if product.product_type_id is not None
    }
    if not types:
        return types
    lock_rules(types, alone=False)
    links = ProductTypeAttribute.objects.filter(product_type__in=types, attribute__filterable=True)
    for type_id, code, level in links.values_list("product_type_id", "attribute__code", "level"):
        types[type_id][code] = level
    return types


def facet_values(product: Product, filterable: Filterable) -> dict[str, list[Any]]:
    """The distinct values by code of each filterable attribute, those of all variants together; none without values."""
    if product.product_type_id is None:
        return {}
    bearers: dict[str, list[Mapping[str, Any]]] = {
        Level.PRODUCT: [product.attributes],
        Level.VARIANT: [variant.attributes for variant in product.parts("variants")],
    }
    found = (
        (code, [attributes[code] for attributes in bearers[level] if code in attributes])
        for code, level in filterable[product.product_type_id].items()
    )
    return {code: distinct for code, values in found if values and (distinct := _distinct(values))}


def _distinct(values: Sequence[Any]) -> list[Any]:
    """In one order, so that what is stored compares; the values of an attribute are all of one type."""
    if len(values) == 1 and isinstance(values[0], (str, int)):
        return [values[0]]
    each = chain.from_iterable(value if isinstance(value, list) else [value] for value in values)
    return sorted({canonical(value) for value in each if value is not None})
