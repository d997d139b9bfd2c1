"""One bulk call: all of its items or each by itself, for real or to see what it would do."""

from collections.abc import Sequence
from enum import StrEnum
from typing import Any

from django.db import transaction
from django.utils import timezone

from catalog_project.api.problems import PROBLEMS
from catalog_project.errors import DomainError, Fault
from products.bulk.items import Item
from products.bulk.landing import land
from products.bulk.results import shown
from products.services.actor import Actor


class CallMode(StrEnum):
    """Whether one failure is everybody's."""

    ATOMIC = "atomic"
    PER_ITEM = "per_item"


def run_bulk(
    items: Sequence[Item], *, by: Actor | None, mode: CallMode, dry_run: bool = False, hides: bool = False
) -> dict[str, Any]:
    """Land the items of one call and return what to answer.

    Raises in atomic mode a DomainError of the first failed item's code that names the faults of all, each pointer
    beginning with the item's index; then nothing is written. A dry run writes nothing either way.
    """
    started = timezone.now()
    with transaction.atomic():
        land(items, by=by, hides=hides)
        if mode == CallMode.ATOMIC and any(item.failure for item in items):
            raise _refusal(items)
        if dry_run:
            transaction.set_rollback(True)
    results = [shown(item, dry_run_since=started if dry_run else None) for item in items]
    return {"mode": mode.value, "dry_run": dry_run, "results": results}


def _refusal(items: Sequence[Item]) -> DomainError:
    faults: list[Fault] = []
    failures = [(item.index, item.failure) for item in items if item.failure is not None]
    for index, failure in failures:
        whole = Fault(failure.code, failure.detail or PROBLEMS[failure.code].meaning)
        faults += [fault.below(f"/{index}") for fault in failure.faults or (whole,)]
    return DomainError(nothing_written(len(failures), len(items)), code=failures[0][1].code, faults=faults)


def nothing_written(failed: int, total: int) -> str:
    """What an atomic call says of items that could not be done."""
    return f"Nothing was written: {failed:,} of {total:,} items cannot be done."
