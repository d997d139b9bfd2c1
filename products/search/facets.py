"""Facets: by which values a list could be narrowed, and how many products each would leave.

Each facet ignores its own filter and keeps all others. Facets without a filter of their own share one scan of what the
list matches; every other one has a scan of its own. Numbers and dates take a second one, once their edges are known.
"""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from django.db.models import QuerySet

from products.models import Listing
from products.search.facet_kinds import Facet, PriceFacet, RangeFacet, RowFacet, StockFacet, ValueFacet
from products.search.facet_labels import brand_values, category_values, product_type_values
from products.search.facet_scan import Row, Scan
from products.search.facet_tally import can_tally, tally
from products.search.filterable import AttributeCondition, Filterable

FACETS = ("brand", "category", "product_type", "price", "in_stock")
ATTRIBUTE = "attr."
COLUMNS: Mapping[str, tuple[str, Any]] = {
    "brand": ("brand_id", brand_values),
    "category": ("category_ids", category_values),
    "product_type": ("product_type_id", product_type_values),
}
PRICE_FILTERS = frozenset({"price__gte", "price__lte"})
Conditions = Mapping[str, Any]


@dataclass(frozen=True)
class Counted:
    """What is shown for each facet, and how many products were gone over; `as_of` where that was some seconds ago."""

    shown: dict[str, Any]
    scanned: int
    as_of: datetime | None = None


Remember = Callable[[list[str], Conditions, Callable[[], Counted]], Counted]


def count_now(names: list[str], kept: Conditions, count: Callable[[], Counted]) -> Counted:  # noqa: ARG001 - see Remember
    """Remember nothing: count."""
    return count()


def count_facets(
    listings: QuerySet[Listing],
    conditions: Conditions,
    wanted: Collection[str],
    attributes: Mapping[str, Filterable],
    remember: Remember = count_now,
    *,
    are_public: bool = False,
) -> Counted:
    """The facets wanted, in their order, over those of `listings` that meet the conditions of the list.

    `conditions` are as `products.matching` takes them, with `currency`; `attributes` holds those of facets, by code.
    `remember` is given the facets that are counted together, under which conditions, and what counts them. The
    listings `are_public` where they are all that anyone may see, but for what the conditions say.
    """
    found = [
        remember(
            [_own(name, conditions) for name in names],
            kept,
            partial(_count, listings, kept, facets, are_public=are_public),
        )
        for kept, names in _groups(wanted, conditions)
        for facets in [[_facet(name, conditions, attributes) for name in names]]
    ]
    shown = {name: values for each in found for name, values in each.shown.items()}
    as_of = min((each.as_of for each in found if each.as_of), default=None)
    return Counted({name: shown[name] for name in wanted}, max(each.scanned for each in found), as_of)


def _own(name: str, conditions: Conditions) -> str:
    """A facet with its own filter, which decides what is shown as selected."""
    return f"{name}={_selected(name, conditions)}"


def _groups(wanted: Iterable[str], conditions: Conditions) -> list[tuple[Conditions, list[str]]]:
    """Facets that are counted under the same conditions: all of the list's, or all but a facet's own."""
    together: list[str] = []
    groups: list[tuple[Conditions, list[str]]] = []
    for name in wanted:
        kept = _kept(name, conditions)
        if kept == conditions:
            together.append(name)
        else:
            groups.append((kept, [name]))
    return [(conditions, together), *groups] if together else groups


def _kept(name: str, conditions: Conditions) -> Conditions:
    """The conditions without a facet's own filter."""
    if name.startswith(ATTRIBUTE):
        others = tuple(each for each in _attributes(conditions) if ATTRIBUTE + each.attribute.code != name)
        return {**conditions, "attributes": others} if len(others) < len(_attributes(conditions)) else conditions
    own = PRICE_FILTERS if name == "price" else {name}
    return {key: value for key, value in conditions.items() if key not in own}


def _count(listings: QuerySet[Listing], kept: Conditions, facets: list[Facet], *, are_public: bool) -> Counted:
    """What facets show, and the number of products that meet the conditions."""
    is_told = are_public and can_tally([facet.name for facet in facets], kept)
    scan = tally(kept) if is_told else Scan(listings, kept)
    scan.count_all()
    for facet in facets:
        facet.count(scan)
    parts = _by_part(scan.run())
    parts |= _count_buckets(
        Scan(listings, kept, by_product=True), [each for each in facets if isinstance(each, RangeFacet)], parts
    )
    values = {facet.name: facet.show(parts.get(facet.name, [])) for facet in facets}
    return Counted(values, sum(row[3] for row in parts.get("all", [])))


def _count_buckets(scan: Scan, ranges: list[RangeFacet], parts: Mapping[str, list[Row]]) -> dict[str, list[Row]]:
    for facet in ranges:
        facet.count_buckets(scan, parts.get(facet.name, []))
    counted = _by_part(scan.run()) if scan.parts else {}
    return {facet.name: counted.get(facet.name, []) for facet in ranges}


def _by_part(rows: Iterable[Row]) -> dict[str, list[Row]]:
    parts: dict[str, list[Row]] = {}
    for row in rows:
        parts.setdefault(row[0], []).append(row)
    return parts


def _facet(name: str, conditions: Conditions, attributes: Mapping[str, Filterable]) -> Facet:
    if name in COLUMNS:
        column, label = COLUMNS[name]
        return RowFacet(name, column, conditions.get(name, ()), label)
    if name == "price":
        return PriceFacet(name, conditions["currency"])
    if name == "in_stock":
        return StockFacet(name, [conditions[name]] if name in conditions else [])
    attribute = attributes[name.removeprefix(ATTRIBUTE)]
    if attribute.is_ranged:
        return RangeFacet(name, attribute)
    return ValueFacet(name, attribute, _selected(name, conditions))


def _selected(name: str, conditions: Conditions) -> Any:
    """The values that a facet's own filter names."""
    if name.startswith(ATTRIBUTE):
        own = (each.values for each in _attributes(conditions) if ATTRIBUTE + each.attribute.code == name)
        return next(own, ())
    return conditions.get(name, ())


def _attributes(conditions: Conditions) -> tuple[AttributeCondition, ...]:
    found: tuple[AttributeCondition, ...] = conditions.get("attributes", ())
    return found
