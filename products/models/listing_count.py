"""How many products there are of each kind: what facets sum up where they would have to read every listing."""

from datetime import datetime
from typing import Any, ClassVar, Self

from django.db import models

from catalog_project.models import TimestampedModel, TimestampedQuerySet
from products.models.brand import Brand
from products.models.integers import IntegersField
from products.models.product import within_window
from products.models.product_type import ProductType


class ListingCountQuerySet(TimestampedQuerySet):
    """Counts, by whose products may be seen."""

    def visible(self, at: datetime | None = None) -> Self:
        """Those of products that anyone may see `at` (default: now)."""
        return self.filter(within_window(at))


class ListingCount(TimestampedModel):
    """So many active products more (or, below zero, fewer) of a kind: in one row or in several, which are to be summed.

    PostgreSQL writes these rows by triggers of the listings, in the transaction of every write, and never changes one:
    so nobody waits for anybody. Now and then one of them folds all rows into one a kind. There are none on SQLite.
    """

    brand = models.ForeignKey(
        Brand, on_delete=models.DO_NOTHING, null=True, db_constraint=False, db_index=False, related_name="+"
    )
    product_type = models.ForeignKey(
        ProductType, on_delete=models.DO_NOTHING, null=True, db_constraint=False, db_index=False, related_name="+"
    )
    category_ids = IntegersField()
    in_stock = models.BooleanField()
    published_from = models.DateTimeField(null=True)
    published_until = models.DateTimeField(null=True)
    n = models.BigIntegerField()

    objects: ClassVar[Any] = ListingCountQuerySet.as_manager()

    def __str__(self) -> str:
        return f"{self.n:+} products"
