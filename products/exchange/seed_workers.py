"""Seeding by several processes: one hands out batches, the others land them."""

from collections.abc import Iterator
from contextlib import suppress
from multiprocessing.connection import Connection, wait
from typing import cast

from catalog_project.garbage import collecting_seldom
from catalog_project.processes import LOST, started
from products.exchange.seeding import Landed, SeedingError, batches, land, prepare


def seed_catalog(*, products: int, seed: int, workers: int = 1) -> Iterator[Landed]:
    """Add the first `products` products of a seed but for those that are there; yields every batch as it has landed.

    Raises SeedingError when one cannot be added: then no batch is begun any more, and those that were begun end.
    """
    shop = prepare(seed)
    if workers > 1:
        yield from _landed_by(workers, products, seed)
        return
    with collecting_seldom():
        for numbers in batches(products):
            yield land(shop, numbers)


def _landed_by(workers: int, products: int, seed: int) -> Iterator[Landed]:
    waiting = batches(products)
    failure: SeedingError | None = None
    with started(workers, f"{__name__}.work", seed) as pipes:
        busy = {pipe for pipe in pipes if _hand_out(waiting, pipe)}
        while busy:
            for pipe in cast("list[Connection]", wait(busy)):
                outcome = _outcome(pipe)
                if isinstance(outcome, Landed):
                    yield outcome
                else:
                    failure = failure or outcome
                if failure or not _hand_out(waiting, pipe):
                    busy.remove(pipe)
    if failure:
        raise failure


def work(pipe: Connection, seed: int) -> None:
    """Land batches for as long as somebody hands them out, and say what became of each."""
    with suppress(EOFError, ConnectionError), collecting_seldom():
        shop = None
        while True:
            numbers = pipe.recv()
            try:
                shop = shop or prepare(seed)
                pipe.send(land(shop, numbers))
            except SeedingError as error:
                pipe.send(error)


def _hand_out(waiting: Iterator[range], pipe: Connection) -> bool:
    """Whether there was a batch to hand out. A process that has ended is noticed when its outcome is read."""
    numbers = next(waiting, None)
    if numbers is not None:
        with suppress(ConnectionError):
            pipe.send(numbers)
    return numbers is not None


def _outcome(pipe: Connection) -> Landed | SeedingError:
    try:
        return cast("Landed | SeedingError", pipe.recv())
    except (EOFError, OSError):
        return SeedingError(f"{LOST}.")
