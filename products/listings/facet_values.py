"""What the read model holds of typed attributes: the values by which products are filtered and counted."""

from collections.abc import Iterable, Iterator, Mapping
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
    found = {
        code: _distinct(_values(product, code, level)) for code, level in filterable[product.product_type_id].items()
    }
    return {code: values for code, values in found.items() if values}


def _values(product: Product, code: str, level: str) -> Iterator[Any]:
    bearers = [product] if level == Level.PRODUCT else product.variants.all()
    values = (bearer.attributes.get(code) for bearer in bearers)
    return chain.from_iterable(value if isinstance(value, list) else [value] for value in values)


def _distinct(values: Iterable[Any]) -> list[Any]:
    """In one order, so that what is stored compares; the values of an attribute are all of one type."""
    return sorted({canonical(value) for value in values if value is not None})
