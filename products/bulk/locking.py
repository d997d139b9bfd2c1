"""Locks everything that a call will write before it writes anything: in one order, whatever the order of its items.

First the tree's turn, then the rows that bear names (brands, categories, types), each kind by id, then products by id:
the order of every other writer. What the call itself makes nobody else can hold.
"""

from collections.abc import Collection, Sequence
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet, Value
from django.db.models.functions import Concat, StrIndex

from products.bulk.directory import Directory
from products.bulk.items import Item, Resource
from products.bulk.planning import Plan, plan
from products.bulk.references import find_named
from products.listings.names import share
from products.models import Brand, Category, Product, ProductCategory, ProductType
from products.services.categories import lock_tree


def lock_all(items: Sequence[Item], *, hides: bool) -> None:
    """Take the locks that items will need, as far as what they name is there already."""
    if any(item.resource == Resource.CATEGORY for item in items):
        lock_tree()
    directory = Directory(items, hides=hides)
    plans = [plan(item, directory) for item in items]
    named = list(find_named(item.values for item in items).values())
    brands = _targets(plans, Resource.BRAND)
    categories = Category.objects.filter(Exists(_around(_targets(plans, Resource.CATEGORY))))
    _lock_names(Brand, named, brands)
    _lock_names(Category, named, set(categories.values_list("pk", flat=True)) if _is_about_categories(plans) else ())
    share(row for row in named if isinstance(row, ProductType))
    shown = Q(pk__in={planned.product_id for planned in plans} - {0})
    if brands:
        shown |= Q(brand__in=brands)
    if _is_about_categories(plans):
        links = ProductCategory.objects.filter(product=OuterRef("pk"), category__in=categories.values("pk"))
        shown |= Q(Exists(links))
    _lock(Product.objects.filter(shown))


def _lock_names(model: type[Any], named: Sequence[Any], written: Collection[int]) -> None:
    """Hold rows of a model still; alone, if any of them is to be written."""
    rows = [row for row in named if isinstance(row, model)]
    if written:
        _lock(model.objects.filter(pk__in={*written, *(row.pk for row in rows)}))
    else:
        share(rows)


def _lock(rows: QuerySet[Any]) -> None:
    list(rows.select_for_update(no_key=True, of=("self",)).order_by("pk").values_list("pk"))


def _targets(plans: Sequence[Plan], resource: Resource) -> set[int]:
    return {planned.target.id for planned in plans if planned.target and planned.target.resource == resource}


def _is_about_categories(plans: Sequence[Plan]) -> bool:
    return bool(_targets(plans, Resource.CATEGORY))


def _around(ids: Collection[int]) -> QuerySet[Category]:
    """Those of some categories that an outer one is, or stands below."""
    below = StrIndex(Concat(OuterRef("path"), Value("/")), Concat("path", Value("/")))
    found: QuerySet[Category] = Category.objects.filter(pk__in=ids).annotate(at=below).filter(at=1)
    return found
