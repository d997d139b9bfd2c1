"""Proving and remaking the read model."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet

from products.listings.counts import recount
from products.listings.rows import WRITTEN, Line, listings_of, portions, price_lines, stored_prices, update_listings
from products.listings.vocabulary import name_everything
from products.models import Listing, Product
from products.models.inserting import BATCH


@dataclass(frozen=True)
class Drift:
    """A product whose listing is not what the tables say: `fields` names the columns, or says that it is missing."""

    product_id: int
    fields: tuple[str, ...]


def find_drift() -> Iterator[Drift]:
    """Compare the read model with the tables, product by product; reads only."""
    for portion in portions(Product.objects.all()):
        ids = [product.pk for product in portion]
        stored = Listing.objects.with_document().annotate(words=F("found_by__words")).in_bulk(ids)
        prices = _by_product(stored_prices(ids).values())
        for wanted in listings_of(portion):
            fields = _differences(wanted, stored.get(wanted.pk), prices.get(wanted.pk, ()))
            if fields:
                yield Drift(wanted.pk, fields)
    for pk in _orphans().values_list("pk", flat=True).iterator():
        yield Drift(pk, ("product",))


def rebuild(*, missing: bool = False) -> Iterator[int]:
    """Write every listing anew, or only those that are missing, beside other writers; yields how many are done.

    A portion is a transaction.
    """
    _orphans().delete()
    name_everything()
    recount()
    is_missing = Q(listing__shown=None) | Q(listing__found_by=None)
    products = Product.objects.filter(is_missing if missing else Q())
    done = last = 0
    while ids := list(products.filter(pk__gt=last).order_by("pk").values_list("pk", flat=True)[:BATCH]):
        last = ids[-1]
        done += _rebuild(ids)
        yield done


@transaction.atomic
def _rebuild(ids: list[int]) -> int:
    locked = (
        Product.objects.select_for_update(no_key=True).filter(pk__in=ids).order_by("pk").values_list("pk", flat=True)
    )
    products = [product for portion in portions(Product.objects.filter(pk__in=list(locked))) for product in portion]
    update_listings(products, repriced=products)
    return len(products)


def _orphans() -> QuerySet[Listing]:
    """Rows of products that are not there: foreign keys prevent them, hands in the database may not."""
    return Listing.objects.exclude(Exists(Product.objects.filter(pk=OuterRef("pk"))))


def _differences(wanted: Listing, stored: Listing | None, prices: Iterable[Line]) -> tuple[str, ...]:
    if stored is None:
        return ("missing",)
    fields = [name for name in ("document", "words", *WRITTEN) if getattr(stored, name) != getattr(wanted, name)]
    if sorted(prices) != list(price_lines(wanted)):
        fields.append("lowest_prices")
    return tuple(fields)


def _by_product(lines: Iterable[Line]) -> dict[int, list[Line]]:
    prices: dict[int, list[Line]] = {}
    for line in lines:
        prices.setdefault(line[0], []).append(line)
    return prices
