"""Finding products: each condition of a list as a filter."""

from collections.abc import Mapping
from functools import reduce
from operator import or_
from typing import Any

from django.db.models import Exists, F, OuterRef, Q, QuerySet

from products.models import Category, Listing, LowestPrice, Price, Product, Variant
from products.models.naming import sku_key

IN_STOCK = Q(stock=None) | Q(stock__gt=0)


def matching(listings: QuerySet[Listing], conditions: Mapping[str, Any]) -> QuerySet[Listing]:
    """The products that meet every condition; keys are the API's parameter names, references are rows.

    All conditions about variants must hold for one and the same variant.
    """
    for name, value in conditions.items():
        if name in PRODUCT_CONDITIONS:
            listings = listings.filter(PRODUCT_CONDITIONS[name](value))
    if "in_stock" in conditions:
        listings = listings.filter(in_stock=conditions["in_stock"])
    variants = _matching_variants(conditions)
    return listings if variants is None else listings.filter(Exists(variants.filter(product=OuterRef("pk"))))


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


def _matching_variants(conditions: Mapping[str, Any]) -> QuerySet[Variant] | None:
    """Variants that meet every variant-level condition, or None when there is no such condition."""
    wanted = Q()
    if "sku" in conditions:
        wanted &= Q(sku_key__in=[sku_key(sku) for sku in conditions["sku"]])
    if "price__gte" in conditions or "price__lte" in conditions:
        wanted &= _in_price_range(conditions)
    if wanted and conditions.get("in_stock") is True:
        wanted &= IN_STOCK  # of that same variant; by itself the listing knows it
    return Variant.objects.filter(wanted) if wanted else None


def _in_price_range(conditions: Mapping[str, Any]) -> Q:
    prices = Price.objects.filter(variant=OuterRef("pk"), currency=conditions["currency"])
    if "price__gte" in conditions:
        prices = prices.filter(amount__gte=conditions["price__gte"])
    if "price__lte" in conditions:
        prices = prices.filter(amount__lte=conditions["price__lte"])
    return Q(Exists(prices))
