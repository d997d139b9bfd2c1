"""What a call answers for each item."""

from datetime import datetime
from typing import Any

from catalog_project.api.problems import PROBLEMS, item_problem
from products.bulk.items import Item


def shown(item: Item, *, dry_run_since: datetime | None) -> dict[str, Any]:
    """An item's result: `{"index", "status", "id", "version", "changed"}`, and its `problem` where it has failed.

    `dry_run_since` is when a dry run began: its results hold the `changes` themselves, and rows that it has made since
    have no id, for the later call will give them others.
    """
    if item.result is None:
        return {**failed(item), "id": None, "version": None, "changed": []}
    result = item.result
    body: dict[str, Any] = {"index": item.index, "status": result.status, "id": result.id, "version": result.version}
    body["changed"] = list(result.changes)
    if dry_run_since is not None:
        body["changes"] = result.changes
        body["id"] = None if result.row.created_at >= dry_run_since else result.id
    return body


def failed(item: Item) -> dict[str, Any]:
    """What is said of a failed item, in whichever way it was sent: `{"index", "status", "problem"}`."""
    failure = item.failure
    assert failure is not None  # noqa: S101 - for the type checker: whoever has no result has failed
    document = item_problem(failure.code, failure.detail, failure.faults)
    status = PROBLEMS[failure.code].status
    return {"index": item.index, "status": status, "problem": document}
