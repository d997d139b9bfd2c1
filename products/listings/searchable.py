"""Which typed attributes a search looks into."""

from collections.abc import Iterable, Mapping

from products.listings.words import Searchable
from products.models import Attribute, AttributeOption, Product, ProductTypeAttribute

SearchableByType = Mapping[int, Searchable]


def searchable_of(products: Iterable[Product]) -> SearchableByType:
    """What is searchable by the ids of these products' types: one query, one more for options, none without types."""
    types: dict[int, dict[str, dict[str, int] | None]] = {
        product.product_type_id: {} for product in products if product.product_type_id is not None
    }
    links = ProductTypeAttribute.objects.filter(product_type__in=types, attribute__searchable=True)
    columns = ("product_type_id", "attribute_id", "attribute__code", "attribute__type")
    found = list(links.values_list(*columns)) if types else []
    options = _options([attribute for _, attribute, _, kind in found if kind in Attribute.WITH_OPTIONS])
    for type_id, attribute, code, _ in found:
        types[type_id][code] = options.get(attribute)
    return types


def _options(attributes: list[int]) -> dict[int, dict[str, int]]:
    ids: dict[int, dict[str, int]] = {attribute: {} for attribute in attributes}
    if ids:
        rows = AttributeOption.objects.filter(attribute__in=ids).values_list("attribute", "code", "pk")
        for attribute, code, pk in rows:
            ids[attribute][code] = pk
    return ids
