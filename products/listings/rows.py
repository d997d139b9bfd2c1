"""Writing the read model: rows rendered from products in memory, in the transaction that changes them.

Who writes holds the locks of the products (`services.products.lock_products`): that is all the order there is.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from django.db.models import Model, QuerySet, prefetch_related_objects
from django.utils import timezone

from products.listings.documents import bounds_of, prices_of, render
from products.listings.facet_values import Filterable, facet_values, filterable_of
from products.listings.searchable import searchable_of
from products.listings.vocabulary import learn
from products.listings.words import words_of
from products.models import (
    Listing,
    ListingDocument,
    ListingWords,
    LowestPrice,
    Price,
    Product,
    ProductCategory,
    Variant,
)
from products.models.inserting import BATCH, STAMPS, insert_lines, insert_rows
from products.models.updating import is_worth_a_list, update_from_lists

COPIED = (
    "status", "published_from", "published_until", "name_key", "brand_id", "product_type_id",
    "created_at", "updated_at",
)  # fmt: skip
Parts = tuple[Model, dict[str, Any]]
Line = tuple[Any, ...]
PRICED = ("amount", "highest", "category_ids")
PRICE_COLUMNS = ("listing_id", "currency", *PRICED)
WRITTEN = (*COPIED, "category_ids", "facet_values", "in_stock", "prices")
# What of it may have changed where a product is found by the same words and values.
SHOWN = ("status", "published_from", "published_until", "updated_at", "in_stock", "prices")


def load(products: QuerySet[Product]) -> list[Product]:
    """Products with everything a document shows or an edit looks at; a constant number of queries.

    What belongs to them answers from memory, and iterating is all that works: Django's own prefetching makes a query
    set for each row, which takes longer than to read the row.
    """
    found = list(products)
    # Each by itself: who waited for a product's lock would be given the names that it joined before the wait.
    prefetch_related_objects(found, "brand", "product_type")
    # Joined, since a category may go between two queries.
    _load_parts(found, "category_links", ProductCategory.objects.select_related("category"), "product")
    variants = _load_parts(found, "variants", Variant.objects.all(), "product")
    _load_parts(variants, "prices", Price.objects.defer(*STAMPS), "variant")
    return found


def _load_parts(owners: Sequence[Any], name: str, rows: QuerySet[Any], owner: str) -> list[Any]:
    """Let `row.NAME.all()` of owners answer from memory; returns all of these parts."""
    by_id = {row.pk: row for row in owners}
    groups: dict[int, list[Any]] = {row.pk: [] for row in owners}
    parts = list(rows.filter(**{f"{owner}__in": by_id})) if by_id else []
    for part in parts:
        owner_id = getattr(part, f"{owner}_id")
        setattr(part, owner, by_id[owner_id])
        groups[owner_id].append(part)
    for row in owners:
        keep(row, name, groups[row.pk])
    return parts


def listings_of(products: Sequence[Product], *, worded: bool = True) -> list[Listing]:
    """The rows of loaded products, unsaved, each with its `document`; they become `product.listing`.

    Where `worded` is True each has its `words` too, and its `facet_values`.
    """
    filterable = filterable_of(products) if worded else None
    listings = [_listing(product, filterable) for product in products]
    searchable = searchable_of(products) if worded else {}
    for listing in listings if worded else ():
        product = listing.product
        listing.words = words_of(product, searchable=searchable.get(product.product_type_id or 0))
    return listings


def _listing(product: Product, filterable: Filterable | None) -> Listing:
    bounds = bounds_of(prices_of(product))
    listing = Listing(
        product=product,
        **{name: getattr(product, name) for name in COPIED},
        category_ids=[link.category_id for link in product.ordered_links()],
        facet_values={} if filterable is None else facet_values(product, filterable),
        in_stock=any(variant.in_stock for variant in product.parts("variants")),
        prices={currency: [float(low), float(high)] for currency, (low, high) in bounds.items()},
    )
    listing.bounds = bounds
    listing.document, listing.version = render(product), product.version
    return listing


def insert_listings(products: Sequence[Product]) -> None:
    """List new products: eight statements a batch at most."""
    listings = listings_of(products)
    insert_rows(listings)
    insert_lines(ListingDocument, ("listing_id", "document"), [(listing.pk, listing.document) for listing in listings])
    insert_lines(ListingWords, ("listing_id", "words"), [(listing.pk, listing.words) for listing in listings])
    insert_lines(LowestPrice, PRICE_COLUMNS, [line for listing in listings for line in price_lines(listing)])
    learn(listing.words for listing in listings)


def update_listings(products: Sequence[Product], *, repriced: Collection[Product], reworded: bool = True) -> None:
    """List changed products again; of those in `repriced`, by their prices or their categories, the prices too.

    Where no text, SKU, attribute, brand or category has changed, `reworded` is False: it is found as before,
    by words and by values.
    """
    listings = listings_of(products, worded=reworded)
    _upsert(listings, key=["product"], fields=WRITTEN if reworded else SHOWN)
    _upsert(_documents(listings), key=["listing"], fields=["document", "updated_at"])
    if repriced:
        _reprice([product.listing for product in repriced])
    if reworded:
        _upsert(_words(listings), key=["listing"], fields=["words", "updated_at"])
        learn(listing.words for listing in listings)


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
    while portion := load(products.filter(pk__gt=last).order_by("pk")[:BATCH]):
        yield portion
        last = portion[-1].pk
        if len(portion) < BATCH:
            return


@contextmanager
def holding(parts: Iterable[Parts]) -> Iterator[None]:
    """For as long as this lasts, let new rows answer what belongs to them from memory; iterating is all that works."""
    held = [_hold(row, related) for row, related in parts]
    yield
    for row in held:
        del row.__dict__["_prefetched_objects_cache"]


def _hold(row: Model, related: dict[str, Any]) -> Model:
    row.__dict__["_prefetched_objects_cache"] = related
    return row


def keep(row: Model, name: str, related: Iterable[Any]) -> None:
    """Let `row.NAME.all()` answer these rows without a query; iterating is all that works."""
    row.__dict__.setdefault("_prefetched_objects_cache", {})[name] = list(related)


def _documents(listings: Iterable[Listing]) -> list[ListingDocument]:
    return [ListingDocument(listing_id=listing.pk, document=listing.document) for listing in listings]


def _words(listings: Iterable[Listing]) -> list[ListingWords]:
    return [ListingWords(listing_id=listing.pk, words=listing.words) for listing in listings]


def price_lines(listing: Listing) -> Iterator[Line]:
    """The values of PRICE_COLUMNS, currency by currency."""
    for currency, (low, high) in listing.bounds.items():
        yield listing.pk, currency, low, high, listing.category_ids


def stored_prices(ids: Collection[int]) -> dict[int, Line]:
    """The lowest prices that are kept of these products, by the ids of their rows."""
    rows = LowestPrice.objects.filter(listing__in=ids).values_list("pk", *PRICE_COLUMNS)
    return {pk: tuple(line) for pk, *line in rows}


def _reprice(listings: Sequence[Listing]) -> None:
    """Write the prices that differ and drop those of currencies that are gone."""
    stored = stored_prices([listing.pk for listing in listings])
    known = {line[:2]: pk for pk, line in stored.items()}
    wanted = {line[:2]: line for listing in listings for line in price_lines(listing)}
    gone = [pk for key, pk in known.items() if key not in wanted]
    if gone:
        LowestPrice.objects.filter(pk__in=gone).delete()
    fields = [*PRICED, "updated_at"]
    pairs = ((known.get(key), line) for key, line in wanted.items())
    changed = [(pk, line) for pk, line in pairs if pk is None or line != stored[pk]]
    present = [_lowest(line, pk) for pk, line in changed if pk]
    if is_worth_a_list(len(present)):
        update_from_lists(present, fields)
        changed = [(pk, line) for pk, line in changed if pk is None]
    _upsert([_lowest(line) for _, line in changed], key=["listing", "currency"], fields=fields)


def _lowest(line: Line, pk: int | None = None) -> LowestPrice:
    """By position, as rows come from a table: a fifth of the time."""
    now = timezone.now()
    return LowestPrice(pk, now, now, *line)


def _upsert(rows: Sequence[Any], *, key: list[str], fields: Collection[str]) -> None:
    """Write rows, of which most are there already."""
    has_keys = all(row.pk is not None for row in rows)
    if has_keys and is_worth_a_list(len(rows)) and update_from_lists(rows, fields) == len(rows):
        return
    if rows:
        manager = type(rows[0])._default_manager
        manager.bulk_create(rows, BATCH, update_conflicts=True, unique_fields=key, update_fields=fields)
