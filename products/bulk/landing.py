"""The engine of bulk calls: takes validated items, as many as there are, and says what became of each."""

from collections.abc import Sequence

from django.db import OperationalError, transaction

from catalog_project.postgresql.patience import in_line
from products.bulk.directory import Directory
from products.bulk.items import Item
from products.bulk.locking import lock_all
from products.bulk.planning import next_wave, plan
from products.bulk.writing import write_wave
from products.exchange.upsert import ATTEMPTS, TRANSIENT
from products.services.actor import Actor


def land(items: Sequence[Item], *, by: Actor | None, hides: bool = False) -> None:
    """Write what is open of some items, in the caller's transaction; each leaves with its result or its failure.

    The outcome is that of the items one after another, and each is written entirely or not at all. Where `hides` is
    True only products that anyone may see can be meant by a ref. Raises what is no item's fault.
    """
    failed = {item.index for item in items if not item.is_open}
    for attempt in range(1, ATTEMPTS + 1):
        todo = [item for item in items if item.index not in failed]
        for item in todo:
            item.forget()
        try:
            with transaction.atomic():
                _land(todo, by=by, hides=hides)
        except OperationalError as error:
            if getattr(error.__cause__, "sqlstate", None) not in TRANSIENT or attempt == ATTEMPTS:
                raise
        else:
            return


def _land(todo: Sequence[Item], *, by: Actor | None, hides: bool) -> None:
    if todo:
        with in_line():
            lock_all(todo, hides=hides)
    while todo:
        directory = Directory(todo, hides=hides)
        wave, todo = next_wave([plan(item, directory) for item in todo])
        write_wave(wave, by=by)
