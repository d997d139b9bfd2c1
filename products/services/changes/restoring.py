"""From what the log holds back to what write functions take. References are looked up under the name they had."""

from collections.abc import Callable, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from catalog_project.errors import Conflict, Fault
from products.listings.documents import Document
from products.models import Attribute, Brand, Category, Change, ProductType
from products.services.changes.values import VALUES

Values = dict[str, Any]
KEYS: dict[type[Any], str] = {Attribute: "code", Brand: "slug", Category: "slug", ProductType: "code"}


def restored(values: Document, *, change: Change) -> Values:
    """Logged values as write functions take them. Raises Conflict `not_revertible` naming each reference that is gone.

    A name that was given to another row, or to this one, after the change means nothing any more.
    """
    return {name: _restored(name, value, change) for name, value in values.items()}


def _restored(name: str, value: Any, change: Change) -> Any:
    restore = RESTORED.get((change.entity, name))
    return value if restore is None or value is None else restore(name, value, change)


def _row(model: type[Any]) -> Callable[[str, Any, Change], Any]:
    return lambda name, value, change: _found(model, name, value, change)


def _found(model: type[Any], name: str, word: str, change: Change) -> Any:
    key = KEYS[model]
    row = model.objects.filter(**{key: word}).first()
    if row is None or _has_been_renamed(row, key, change):
        fault = Fault("not_revertible", f"{word!a} is gone or has another name now.", f"/changes/{name}")
        raise Conflict("This change cannot be reverted any more.", code="not_revertible", faults=[fault])
    return row


def _has_been_renamed(row: Any, key: str, change: Change) -> bool:
    later = Change.objects.filter(entity=VALUES[type(row)][0], entity_id=row.pk, pk__gt=change.pk)
    return later.filter(changes__contains=f'"{key}":{{"before":').exists()


def _categories(name: str, slugs: list[str], change: Change) -> list[Category]:
    return [_found(Category, name, slug, change) for slug in slugs]


def _links(name: str, links: list[Document], change: Change) -> list[Values]:
    return [{**link, "attribute": _found(Attribute, name, link["attribute"], change)} for link in links]


def _time(_: str, text: str, __: Change) -> datetime:
    return datetime.fromisoformat(text)


def _prices(_: str, prices: Mapping[str, Document], __: Change) -> Values:
    return {
        currency: {name: None if amount is None else Decimal(amount) for name, amount in price.items()}
        for currency, price in prices.items()
    }


E = Change.Entity
RESTORED: dict[tuple[str, str], Callable[[str, Any, Change], Any]] = {
    (E.PRODUCT, "published_from"): _time,
    (E.PRODUCT, "published_until"): _time,
    (E.PRODUCT, "product_type"): _row(ProductType),
    (E.PRODUCT, "brand"): _row(Brand),
    (E.PRODUCT, "categories"): _categories,
    (E.VARIANT, "prices"): _prices,
    (E.CATEGORY, "parent"): _row(Category),
    (E.PRODUCT_TYPE, "attributes"): _links,
}
