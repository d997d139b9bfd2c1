"""Adding the products of a seed, batch by batch: what is there stays, what is missing is added.

A batch lands whole or not at all, and whoever lands it has its turn: runs that were killed and started again, or that
work side by side, add every product once.
"""

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

from django.db import Error, IntegrityError, reset_queries, transaction

from catalog_project.api.integrity import translate
from catalog_project.errors import DomainError
from catalog_project.turns import take_turn
from products.exchange.seed_shop import Shop, external_id
from products.models import Product
from products.services.products import create_products

BATCH = 500
SHOP_LOCK = 0x73 << 56  # "s", as the first byte of numbers for `take_turn`
BITS_OF_INDEX = 27  # of seeds and numbers of products up to 100,000,000


class SeedingError(Exception):
    """Why no more products can be added, for people to read."""


class Landed(NamedTuple):
    """A batch that is in the catalog: how many products it has, and how many of them were missing."""

    products: int
    added: int


def prepare(seed: int) -> Shop:
    """The shop of a seed, with everything its products refer to in the catalog. Raises SeedingError."""
    with _explaining(), transaction.atomic():
        take_turn(SHOP_LOCK)
        return Shop(seed)


def batches(products: int) -> Iterator[range]:
    """The numbers of so many products, batch by batch; where a batch begins does not depend on how many there are."""
    for first in range(0, products, BATCH):
        yield range(first, min(first + BATCH, products))


def land(shop: Shop, numbers: range) -> Landed:
    """Add the products with these numbers that are missing, all or none. Raises SeedingError."""
    with _explaining(), transaction.atomic():
        take_turn(SHOP_LOCK + (shop.seed << BITS_OF_INDEX) + numbers.start + 1)
        keys = {external_id(shop.seed, number): number for number in numbers}
        present = set(Product.objects.filter(external_id__in=keys).values_list("external_id", flat=True))
        batch = [shop.product(number) for key, number in keys.items() if key not in present]
        if batch:
            create_products(by=None, batch=batch)
    reset_queries()  # with DEBUG on, Django would keep every statement
    gc.collect()  # a product and its listing hold each other: half of a process's memory else
    return Landed(len(numbers), len(batch))


@contextmanager
def _explaining() -> Iterator[None]:
    try:
        yield
    except DomainError as error:
        raise SeedingError(error.faults[0].detail if error.faults else error.detail) from error
    except IntegrityError as error:
        raise SeedingError(translate(error).detail) from error
    except Error as error:
        reason = str(error).partition("\n")[0]
        raise SeedingError(f"The database failed: {reason}") from error
