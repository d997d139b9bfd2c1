"""Writes product records: each creates a product, edits the one it means, or changes nothing."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import TypeVar

from django.db import DataError, IntegrityError, OperationalError, transaction
from django.db.models import Count

from catalog_project.api.integrity import translate
from catalog_project.errors import DomainError, Fault
from products.exchange.claims import Claims, claims_of
from products.exchange.edits import creation_faults, staged
from products.exchange.matching import Matches, Owner, Values, find_matches
from products.exchange.records import Outcome, Record
from products.exchange.references import SlugReferences
from products.exchange.spelling import TypedSpellings
from products.models import Product, Variant
from products.services.actor import Actor
from products.services.products import create_products, lock_products
from products.services.staging import ProductEdit
from products.services.typed import TypeRules, rules_of
from products.services.writing import share_names, write

# So many variants are read or written at once, or those of one product.
MAX_VARIANTS = 2_000
# PostgreSQL's codes for "deadlock detected" and "could not serialize": another writer went first, nothing is wrong.
TRANSIENT = {"40P01", "40001"}
ATTEMPTS = 5

Item = TypeVar("Item")


class ProductWriter:
    """Writes many records in one transaction. When that fails, its halves are tried apart, down to who is guilty.

    `is_foreign` says that typed attributes are spelled as a foreign file has them: options by label, units in the text.
    """

    def __init__(self, *, by: Actor | None, references: SlugReferences, is_foreign: bool = False) -> None:
        self._by, self._references, self._is_foreign = by, references, is_foreign

    def write(self, records: Sequence[Record]) -> None:
        """Write validated records and give each its outcome. Raises what no record is guilty of."""
        for portion in portions(records, lambda record: len(record.values.get("variants", ()))):
            self._try(portion)

    def _try(self, records: Sequence[Record], attempts: int = ATTEMPTS) -> None:
        try:
            with transaction.atomic():
                self._write_in_waves(records)
        except (DomainError, IntegrityError, DataError) as error:
            self._references.forget()
            self._find_guilty(records, error)
        except OperationalError as error:
            self._references.forget()
            if getattr(error.__cause__, "sqlstate", None) not in TRANSIENT or attempts == 1:
                raise
            self._try(records, attempts - 1)
        else:
            self._references.keep()

    def _find_guilty(self, records: Sequence[Record], error: Exception) -> None:
        if len(records) == 1:
            records[0].fail(faults_from(error))
            return
        middle = len(records) // 2
        self._try(records[:middle])
        self._try(records[middle:])

    def _write_in_waves(self, records: Sequence[Record]) -> None:
        """Records that lay claim to the same follow one another, the others go together."""
        while records:
            matches = find_matches(records)
            wave, later = self._divided(records, matches)
            self._write_wave(wave, matches)
            records = later

    def _divided(self, records: Sequence[Record], matches: Matches) -> tuple[list[Record], list[Record]]:
        """Those that can be written at once, and those that must follow them."""
        wave: list[Record] = []
        later: list[Record] = []
        claimed, put_off = Claims(), Claims()
        for record in records:
            claims = claims_of(record.values, matches, self._references)
            if claims.crosses(put_off) or claims.must_follow(claimed):
                later.append(record)
                put_off.add(claims)
                if record.values.get("slug"):
                    put_off.add(claimed)  # whose slugs it may free
            else:
                wave.append(record)
                claimed.add(claims)
        return wave, later

    def _write_wave(self, wave: Sequence[Record], matches: Matches) -> None:
        good: list[tuple[Record, Owner | None]] = []
        for record in wave:
            target = matches.target(record.values)
            faults = [*matches.conflicts(record.values, target)]
            if target is None:
                faults += creation_faults(record.values)
            if faults:
                record.fail(faults)
            else:
                good.append((record, target))
        self._references.create_brands(record.values for record, _ in good)
        settled = [(record, target, self._references.settled(record.values)) for record, target in good]
        self._create([(record, values) for record, target, values in settled if target is None])
        self._edit({target.id: (record, values) for record, target, values in settled if target})

    def _create(self, records: Sequence[tuple[Record, Values]]) -> None:
        if not records:
            return
        batch = [settled for _, settled in records]
        if self._is_foreign:
            spellings = TypedSpellings(_type_ids(batch))
            batch = [spellings.applied(values) for values in batch]
        create_products(by=self._by, batch=batch)  # type: ignore[arg-type]
        for record, _ in records:
            record.outcome = Outcome.CREATED

    def _edit(self, records: Mapping[int, tuple[Record, Values]]) -> None:
        if not records:
            return
        settled = {product_id: values for product_id, (_, values) in records.items()}
        share_names(settled.values())  # type: ignore[arg-type]
        owners = Variant.objects.filter(product__in=records).values_list("product")
        counts = dict(owners.annotate(Count("pk")).order_by())
        # in the order of their ids, in which everybody locks them
        for portion in portions(sorted(records), lambda product_id: counts.get(product_id, 0)):
            products = lock_products(portion)
            rules = rules_of(products.values(), (settled[product_id] for product_id in portion))
            if self._is_foreign:
                spellings = TypedSpellings([*_type_ids(settled.values()), *_present_types(products.values())])
                settled |= {key: spellings.applied(settled[key], products[key]) for key in portion}
            write(
                [
                    _staged(products[product_id], records[product_id][0], settled[product_id], rules)
                    for product_id in portion
                ],
                by=self._by,
            )


def _staged(product: Product, record: Record, values: Values, rules: TypeRules) -> ProductEdit:
    edit = staged(product, values, rules)
    record.outcome = Outcome.CHANGED if edit.is_effective else Outcome.UNCHANGED
    return edit


def faults_from(error: Exception) -> list[Fault]:
    """What a refused write means for the record that was written."""
    if isinstance(error, IntegrityError):
        error = translate(error)
    if isinstance(error, DomainError):
        return list(error.faults) or [Fault(error.error_code, error.detail, "")]
    return [Fault("invalid", "A value is outside the range that can be stored.", "")]


def _type_ids(batch: Iterable[Values]) -> Iterator[int]:
    return (values["product_type"].pk for values in batch if values.get("product_type"))


def _present_types(products: Iterable[Product]) -> Iterator[int | None]:
    return (product.product_type_id for product in products)


def portions(items: Iterable[Item], variants: Callable[[Item], int]) -> Iterator[list[Item]]:
    """Items in portions with no more than `MAX_VARIANTS` variants, or those of one item."""
    portion: list[Item] = []
    weight = 0
    for item in items:
        if portion and weight + variants(item) > MAX_VARIANTS:
            yield portion
            portion, weight = [], 0
        portion.append(item)
        weight += variants(item)
    if portion:
        yield portion
