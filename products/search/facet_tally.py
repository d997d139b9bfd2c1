"""Facets of what anyone may see, from the counts that PostgreSQL keeps beside the listings.

They tell how many products there are of each kind: to sum them up costs the same for a million products as for a
thousand. Prices are not counted: the first and the last of each list of categories are looked up in an index.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, ClassVar

from django.db import connection
from django.utils import timezone

from products.models import Listing, ListingCount, LowestPrice
from products.search.facet_scan import Scan
from products.search.facet_sql import Sql, text

# What tells one kind of products from another, where a product's own columns say it.
KINDS = frozenset({"brand", "category", "product_type"})
COUNTED = KINDS | {"in_stock", "price"}
# Parameters that leave no product out.
HARMLESS = frozenset({"currency", "ordering"})


def can_tally(facets: Collection[str], conditions: Mapping[str, Any]) -> bool:
    """Whether the counts hold these facets, of all that anyone may see under these conditions."""
    narrowing = {name for name, value in conditions.items() if value != ()} - HARMLESS
    known = {"category"} if "price" in facets else KINDS
    return connection.vendor == "postgresql" and COUNTED.issuperset(facets) and narrowing <= known


@dataclass
class Tally(Scan):
    """A scan of counts in place of products; `at` is the moment at which they were, or were not, to be seen."""

    columns: ClassVar = ("brand_id", "product_type_id", "category_ids", "in_stock", "n")
    number: ClassVar = "sum(n)"

    at: datetime = field(default_factory=timezone.now)

    def bound_prices(self, currency: str) -> None:
        """The lowest and the highest price of what matches: those of each list of categories that has products."""
        low, high = self._first(currency, "amount", "amount"), self._first(currency, "highest", "highest DESC")
        shelves = "SELECT category_ids FROM listing GROUP BY category_ids HAVING sum(n) > 0"
        bounds = f"SELECT ({low.text}) AS low, ({high.text}) AS high FROM ({shelves}) shelf"
        self._add(
            f"SELECT 'price', {text('min(low)')}, {text('max(high)')}, 0 FROM ({bounds}) bounds",
            [*low.values, *high.values],
        )

    def _first(self, currency: str, column: str, order: str) -> Sql:
        visible, values = Listing.objects.visible(self.at).values("pk").query.sql_with_params()
        return Sql(
            f"SELECT {column} FROM {LowestPrice._meta.db_table} price WHERE currency = %s"
            f" AND price.category_ids = shelf.category_ids AND listing_id IN ({visible}) ORDER BY {order} LIMIT 1",
            [currency, *values],
        )


def tally(conditions: Mapping[str, Any]) -> Tally:
    """A scan of the counts of what anyone may see now."""
    at = timezone.now()
    return Tally(ListingCount.objects.visible(at), conditions, at=at)
