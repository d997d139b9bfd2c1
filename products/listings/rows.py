"""Writing the read model: rows rendered from products in memory, in the transaction that changes them.

Who writes holds the locks of the products (`services.products.lock_products`): that is all the order there is.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import Any

from django.db.models import Model, Prefetch, QuerySet

from products.listings.documents import bounds_of, prices_of, render
from products.models import Listing, LowestPrice, Product, ProductCategory
from products.models.inserting import BATCH, insert_rows

COPIED = ("status", "published_from", "published_until", "name_key", "brand_id", "created_at", "updated_at")
WRITTEN = ("document", *COPIED, "category_ids", "in_stock", "prices")


def loaded(products: QuerySet[Product]) -> QuerySet[Product]:
    """Products with everything a document shows or an edit looks at; a constant number of queries."""
    # Joined, since a category may go between two queries. The brand is not: who waited for a product's lock would be
    # given the name from before the wait.
    links = Prefetch("category_links", ProductCategory.objects.select_related("category"))
    return products.prefetch_related("brand", links, "variants__prices")


def listing_of(product: Product) -> Listing:
    """The row of a loaded product, unsaved; it becomes `product.listing`."""
    return Listing(
        product=product,
        document=render(product),
        **{name: getattr(product, name) for name in COPIED},
        category_ids=[link.category_id for link in product.ordered_links()],
        in_stock=any(variant.in_stock for variant in product.variants.all()),
        prices={currency: [float(low), float(high)] for currency, (low, high) in bounds_of(prices_of(product)).items()},
    )


def insert_listings(products: Sequence[Product]) -> None:
    """List new products: two statements a batch."""
    insert_rows([listing_of(product) for product in products])
    insert_rows([price for product in products for price in lowest_prices(product)])


def update_listings(products: Sequence[Product], *, repriced: Collection[Product]) -> None:
    """List changed products again; of those in `repriced` the lowest prices too."""
    Listing.objects.bulk_create(
        [listing_of(product) for product in products],
        BATCH,
        update_conflicts=True,
        unique_fields=["product"],
        update_fields=WRITTEN,
    )
    if repriced:
        _reprice(repriced)


def relist(products: QuerySet[Product]) -> int:
    """List products again from what the tables hold, whatever was listed; returns how many."""
    done = 0
    for portion in portions(products):
        update_listings(portion, repriced=portion)
        done += len(portion)
    return done


def portions(products: QuerySet[Product]) -> Iterator[list[Product]]:
    """Loaded products in the order of their ids, a few at a time."""
    last = 0
    while portion := list(loaded(products.filter(pk__gt=last).order_by("pk")[:BATCH])):
        yield portion
        last = portion[-1].pk


def keep(row: Model, name: str, related: Iterable[Any]) -> None:
    """Let `row.NAME.all()` answer these rows without a query, as if they had been prefetched."""
    queryset = getattr(row, name).all()
    queryset._result_cache = list(related)  # noqa: SLF001 - as prefetch_related_objects does
    row.__dict__.setdefault("_prefetched_objects_cache", {})[name] = queryset


def lowest_prices(product: Product) -> list[LowestPrice]:
    """The rows that keep a product's lowest prices, unsaved."""
    return [
        LowestPrice(listing_id=product.pk, currency=currency, amount=lowest)
        for currency, (lowest, _) in bounds_of(prices_of(product)).items()
    ]


def _reprice(products: Collection[Product]) -> None:
    """Write the lowest prices that differ and drop those of currencies that are gone."""
    present = {
        (price.listing_id, price.currency): price
        for price in LowestPrice.objects.filter(listing__in=[product.pk for product in products])
    }
    wanted = {(price.listing_id, price.currency): price for product in products for price in lowest_prices(product)}
    gone = [price.pk for key, price in present.items() if key not in wanted]
    if gone:
        LowestPrice.objects.filter(pk__in=gone).delete()
    changed = [price for key, price in wanted.items() if key not in present or present[key].amount != price.amount]
    if changed:
        LowestPrice.objects.bulk_create(
            changed,
            BATCH,
            update_conflicts=True,
            unique_fields=["listing", "currency"],
            update_fields=["amount", "updated_at"],
        )
