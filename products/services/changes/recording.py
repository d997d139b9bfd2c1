"""Writing the log: every write function says here, after its rows are written, what it has changed.

After, since ids then follow the order of the locks: whoever waited for another's lock gets the higher id.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

import orjson
from django.contrib.auth.base_user import AbstractBaseUser

from catalog_project.models import VersionedModel
from catalog_project.observability.request_id import current_request_id
from products.listings.documents import Document
from products.models import Change, Product, Variant
from products.models.inserting import insert_lines
from products.services.actor import Actor
from products.services.changes.values import VALUES, shown_values, values_of

Action = Change.Action
COLUMNS = (
    "entity", "entity_id", "product_id", "action", "version", "changes",
    "request_id", "actor_id", "actor_name", "message",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Entry:
    """One change of one entity; `changes` is `{field: {"before": …, "after": …}}` in the API's write shape."""

    entity: str
    id: int
    action: str
    version: int
    changes: Document
    product_id: int | None = None


@dataclass
class _Note:
    message: str
    entries: list[Entry]


_note: ContextVar[_Note | None] = ContextVar("change_note", default=None)


@contextmanager
def noting(message: str = "") -> Iterator[list[Entry]]:
    """Let the changes recorded meanwhile carry a message; yields the list that they come to stand in, in their order.

    What is rolled back inside stays in the list.
    """
    note = _Note(message, [])
    token = _note.set(note)
    try:
        yield note.entries
    finally:
        _note.reset(token)


def created(row: VersionedModel) -> Entry:
    """A new row, with every field; what belongs to it must have been loaded, as for the others below."""
    return _entry(row, Action.CREATE, {name: _change(None, value) for name, value in values_of(row).items()})


def updated(row: VersionedModel, before: Mapping[str, Any]) -> Entry:
    """A row that has changed; `before` says by field what it held, as columns hold it or as the API writes it."""
    after = values_of(row)
    former = shown_values(before)
    return _entry(row, Action.UPDATE, {name: _change(value, after[name]) for name, value in former.items()})


def deleted(row: VersionedModel) -> Entry:
    """A row that is about to go: what it held, and null after."""
    return _entry(row, Action.DELETE, {name: _change(value, None) for name, value in values_of(row).items()})


def record(entries: Sequence[Entry], *, by: Actor | None) -> list[Entry]:
    """Write changes to the log, one INSERT for all, in the transaction that made them; returns them."""
    note = _note.get()
    if note:
        note.entries += entries
    insert_lines(Change, COLUMNS, list(_lines(entries, message=note.message if note else "", by=by)))
    return list(entries)


def _entry(row: VersionedModel, action: Action, changes: Document) -> Entry:
    entity, _ = VALUES[type(row)]
    return Entry(str(entity), row.pk, str(action), row.version, changes, _product_id(row))


def _change(before: Any, after: Any) -> Document:
    return {"before": before, "after": after}


def _product_id(row: VersionedModel) -> int | None:
    if isinstance(row, Variant):
        return row.product_id
    return row.pk if isinstance(row, Product) else None


def _actor(by: Actor | None) -> tuple[int | None, str]:
    return (by.pk, by.get_username()) if isinstance(by, AbstractBaseUser) else (None, "")


def _lines(entries: Sequence[Entry], *, message: str, by: Actor | None) -> Iterator[tuple[Any, ...]]:
    """The values of COLUMNS, entry by entry."""
    shared = (current_request_id(), *_actor(by), message)
    for entry in entries:
        changes = orjson.dumps(entry.changes).decode()
        yield (entry.entity, entry.id, entry.product_id, entry.action, entry.version, changes, *shared)
