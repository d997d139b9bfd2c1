"""Finding products: each condition of a list as a filter."""

from collections.abc import Mapping
from functools import reduce
from operator import or_
from typing import Any

from django.db.models import Exists, F, OuterRef, Q, QuerySet

from products.models import Category, Listing, LowestPrice, Price, Product, Variant
from products.models.naming import sku_key

PRICE_CONDITIONS = frozenset({"price__gte", "price__lte"})
IN_STOCK = Q(stock=None) | Q(stock__gt=0)


def matching(listings: QuerySet[Listing], conditions: Mapping[str, Any]) -> QuerySet[Listing]:
    """The products that meet every condition; keys are the API's parameter names, references are rows.
    Those about attributes stand under `attributes`, as AttributeConditions.

    All conditions about variants must hold for one and the same variant.
    """
    for name, value in conditions.items():
        if name in PRODUCT_CONDITIONS:
            listings = listings.filter(PRODUCT_CONDITIONS[name](value))
    if "in_stock" in conditions:
        listings = listings.filter(in_stock=conditions["in_stock"])
    for condition in conditions.get("attributes", ()):
        listings = listings.filter(condition.on_listing())
    return listings.filter(_correlated(conditions))


def with_price(currency: str, listings: QuerySet[Listing]) -> QuerySet[Listing]:
    """Those with a price in the currency, each with its `lowest_price` and, beside it in one index, `priced_id`."""
    priced = listings.filter(lowest_prices__currency=currency)
    return priced.annotate(lowest_price=F("lowest_prices__amount"), priced_id=F("lowest_prices__listing_id"))


def without_price(currency: str, listings: QuerySet[Listing]) -> QuerySet[Listing]:
    """Those without a price in the currency."""
    return listings.exclude(Exists(LowestPrice.objects.filter(listing=OuterRef("pk"), currency=currency)))


def _in_categories(categories: list[Category]) -> Q:
    inside = reduce(or_, (Category.objects.within(category.path) for category in categories))
    return Q(category_ids__overlap=list(inside.values_list("pk", flat=True)))


def _having(values: list[str]) -> Q:
    return Q(product__in=Product.objects.filter(external_id__in=values).values("pk"))


PRODUCT_CONDITIONS: dict[str, Any] = {
    "category": _in_categories,
    "brand": lambda brands: Q(brand__in=brands),
    "product_type": lambda types: Q(product_type__in=types),
    "status": lambda values: Q(status__in=values),
    "external_id": _having,
    "id__in": lambda values: Q(pk__in=values),
    "created_at__gte": lambda time: Q(created_at__gte=time),
    "created_at__lt": lambda time: Q(created_at__lt=time),
    "updated_at__gte": lambda time: Q(updated_at__gte=time),
    "updated_at__lt": lambda time: Q(updated_at__lt=time),
}


def on_one_variant(conditions: Mapping[str, Any]) -> Q:
    """What one and the same variant must meet; empty when no condition is about variants."""
    wanted = Q()
    if "sku" in conditions:
        wanted &= Q(sku_key__in=[sku_key(sku) for sku in conditions["sku"]])
    if "price__gte" in conditions or "price__lte" in conditions:
        wanted &= _in_price_range(conditions)
    for condition in conditions.get("attributes", ()):
        wanted &= condition.on_variant()
    if conditions.get("in_stock") is True:
        wanted &= IN_STOCK
    return wanted


def _correlated(conditions: Mapping[str, Any]) -> Q:
    """That one variant meets them all, where the listing alone cannot tell: it knows each but not whether together."""
    attributes = [condition.attribute for condition in conditions.get("attributes", ())]
    others = "sku" in conditions or conditions.get("in_stock") is True
    if PRICE_CONDITIONS & conditions.keys():
        return _a_variant(conditions) if attributes or others else _priced(conditions)
    if "sku" in conditions:
        return _a_variant(conditions)
    if not attributes:
        return Q()
    types = frozenset.intersection(*(attribute.all_types for attribute in attributes))
    simple = [
        type_id for type_id in sorted(types) if others + sum(type_id in each.variant_types for each in attributes) < 2
    ]
    if len(simple) == len(types):
        return Q()
    return _a_variant(conditions) | Q(product_type__in=simple) if simple else _a_variant(conditions)


def _a_variant(conditions: Mapping[str, Any]) -> Q:
    return Q(Exists(Variant.objects.filter(on_one_variant(conditions), product=OuterRef("pk"))))


def _priced(conditions: Mapping[str, Any]) -> Q:
    """That a variant's price is in a range: the bounds tell, unless the whole range lies between them."""
    least, most = (conditions.get(name) for name in ("price__gte", "price__lte"))
    low, high = (f"prices__{conditions['currency']}__{index}" for index in (0, 1))
    if least is None:
        return Q(**{f"{low}__lte": float(conditions["price__lte"])})
    if most is None:
        return Q(**{f"{high}__gte": float(least)})
    within = [Q(**{f"{bound}__gte": float(least), f"{bound}__lte": float(most)}) for bound in (low, high)]
    around = Q(**{f"{low}__lt": float(least), f"{high}__gt": float(most)})
    return within[0] | within[1] | (around & _a_variant(conditions))


def _in_price_range(conditions: Mapping[str, Any]) -> Q:
    prices = Price.objects.filter(variant=OuterRef("pk"), currency=conditions["currency"])
    if "price__gte" in conditions:
        prices = prices.filter(amount__gte=conditions["price__gte"])
    if "price__lte" in conditions:
        prices = prices.filter(amount__lte=conditions["price__lte"])
    return Q(Exists(prices))
