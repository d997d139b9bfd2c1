"""Bulk calls as jobs: of any size, in portions; an atomic one as a whole."""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import IO, Any

import orjson
from django.contrib.auth import get_user_model

from catalog_project.jobs.kinds import Batch, Failure, JobRefused, Landed
from catalog_project.jobs.models import Job
from catalog_project.jobs.positions import Position
from products.bulk.calls import CallMode, nothing_written
from products.bulk.items import Item, Result
from products.bulk.landing import land
from products.bulk.reading import ItemReader
from products.bulk.results import failed
from products.bulk.rights import hides_products, may_write_something
from products.bulk.uploads import Entry, count_entries, read_entries
from products.exchange.records import batches

KIND = "bulk"


class BulkKind:
    """A bulk call, each portion with the rights that its owner has then.

    Options: `mode` (a CallMode) and `format` (ARRAY or LINES).
    """

    def __init__(self, job: Job) -> None:
        self._job = job
        self._mode, self._format = CallMode(job.options["mode"]), job.options["format"]

    def count(self, file: IO[bytes]) -> int:
        """How many items there are."""
        return count_entries(file, self._format)

    def batches(self, file: IO[bytes], start: Position) -> Iterator[Batch]:
        """The items in portions; all of them as one where one failure is everybody's."""
        # Blank lines do not count: a place in the file does not say how many items lie before it.
        entries = read_entries(file, self._format, start, first=self._job.processed)
        for portion in batches(entries) if self._mode == CallMode.PER_ITEM else [list(entries)]:
            yield Batch(portion, portion[-1].end)

    def land(self, items: Sequence[Entry]) -> Landed:
        """Write a portion through the engine of bulk calls."""
        owner = self._entitled_owner()
        read = ItemReader(owner.has_perm).read([entry.value for entry in items], first=items[0].index)
        for item, entry in zip(read, items, strict=True):
            if entry.fault:
                item.refuse_at(*entry.fault)
        land(read, by=owner, hides=hides_products(owner))
        pairs = zip(read, items, strict=True)
        failures = [Failure(item.index, _line(item, entry)) for item, entry in pairs if item.failure]
        if failures and self._mode == CallMode.ATOMIC:
            raise JobRefused(nothing_written(len(failures), len(items)), failures=failures)
        return Landed(failures, Counter(_outcome(item.result) for item in read))

    def _entitled_owner(self) -> Any:
        owner: Any = get_user_model().objects.filter(pk=self._job.owner_id).first()
        if owner is None or not may_write_something(owner):
            raise JobRefused("Its owner may not write any more.")
        return owner


def _line(item: Item, entry: Entry) -> bytes:
    """A failed item as a line of NDJSON, without its end: `{"index", "status", "problem", "item"}`.

    What could not be read stands under `text`, as it is in the body.
    """
    sent = {"text": entry.text} if entry.fault else {"item": entry.value}
    return orjson.dumps({**failed(item), **sent})


def _outcome(result: Result | None) -> str:
    if result is None:
        return "failed"
    if result.status == 200:
        return "changed" if result.changes else "unchanged"
    return {201: "created", 204: "deleted"}[result.status]
