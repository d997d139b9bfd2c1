"""Which typed attributes a search looks into."""

from collections.abc import Iterable, Mapping

from products.listings.words import Searchable
from products.models import AttributeOption, Product, ProductTypeAttribute

SearchableByType = Mapping[int, Searchable]


def searchable_of(products: Iterable[Product]) -> SearchableByType:
    """What is searchable by the ids of these products' types: one query, one more for options, none without types."""
    types: dict[int, dict[str, dict[str, int] | None]] = {
        product.product_type_id: {} for product in products if product.product_type_id is not None
    }
    links = ProductTypeAttribute.objects.filter(product_type__in=types, attribute__searchable=True)
    found = list(links.select_related("attribute")) if types else []
    options = _options([link.attribute_id for link in found if link.attribute.has_options])
    for link in found:
        types[link.product_type_id][link.attribute.code] = options.get(link.attribute_id)
    return types


def _options(attributes: list[int]) -> dict[int, dict[str, int]]:
    ids: dict[int, dict[str, int]] = {attribute: {} for attribute in attributes}
    if ids:
        rows = AttributeOption.objects.filter(attribute__in=ids).values_list("attribute", "code", "pk")
        for attribute, code, pk in rows:
            ids[attribute][code] = pk
    return ids
