"""The history tab: what the log says of a row, field by field."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

from catalog_project.models import VersionedModel
from products.models import Change, Product, Variant
from products.services.changes.feed import history
from products.services.changes.values import VALUES

MAX_LENGTH = 500  # characters of a value that are shown
# What the parts of a list are known by.
PART_KEYS = ("code", "attribute")
EMPTY: tuple[Any, ...] = (None, "", [], {})


@dataclass(frozen=True)
class Line:
    """What a field, or a part of one, held before and after; empty for nothing."""

    name: str
    before: str
    after: str


@dataclass(frozen=True)
class Row:
    """A change as the tab shows it; `title` says what was done to what."""

    change: Change
    title: str
    lines: Sequence[Line]


def changes_of(row: VersionedModel) -> QuerySet[Change]:
    """The changes of a row, of a product those of its variants too; the newest first."""
    entity, _ = VALUES[type(row)]
    own = Change.objects.filter(entity=entity, entity_id=row.pk)
    found: QuerySet[Change] = history(row.pk) if isinstance(row, Product) else own
    return found.order_by("-pk")


def rows_of(changes: Sequence[Change]) -> list[Row]:
    """Some changes as the tab shows them; one query for the SKUs of their variants."""
    fields = [json.loads(change.changes) for change in changes]
    skus = _skus(changes, fields)
    return [Row(change, _title(change, skus), list(_lines(own))) for change, own in zip(changes, fields, strict=True)]


def _skus(changes: Sequence[Change], fields: Sequence[dict[str, Any]]) -> dict[int, str]:
    """By the id of each variant its SKU, or of those that are gone the one they had."""
    ids = {change.entity_id for change in changes if change.entity == Change.Entity.VARIANT}
    gone = {
        change.entity_id: str(own["sku"]["before"] or own["sku"]["after"])
        for change, own in zip(changes, fields, strict=True)
        if change.entity_id in ids and "sku" in own
    }
    return gone | dict(Variant.objects.filter(pk__in=ids).values_list("pk", "sku") if ids else ())


def _title(change: Change, skus: dict[int, str]) -> str:
    done = {"create": "added", "update": "changed", "delete": "deleted"}[change.action]
    if change.entity == Change.Entity.VARIANT:
        return f"Variant {skus.get(change.entity_id, change.entity_id)} {done}"
    return f"{change.get_entity_display()} {done}"


def _lines(fields: dict[str, Any]) -> Iterator[Line]:
    for name, values in fields.items():
        before, after = _parts(values["before"]), _parts(values["after"])
        if isinstance(before or after, dict) and isinstance(after or before, dict):
            yield from _lines_of_parts(name, before or {}, after or {})
        elif before not in EMPTY or after not in EMPTY:
            yield Line(name, _text(before), _text(after))


def _lines_of_parts(name: str, before: dict[str, Any], after: dict[str, Any]) -> Iterator[Line]:
    """The parts that differ, each on a line: of ten attributes one has changed."""
    for key in dict.fromkeys([*before, *after]):
        old, new = before.get(key), after.get(key)
        if old != new or (key in before) != (key in after):
            yield Line(f"{name}: {key}", _text(old), _text(new))


def _parts(value: Any) -> Any:
    """A list of objects by what they are known by; anything else as it is."""
    if isinstance(value, list) and value and all(isinstance(part, dict) for part in value):
        key = next((key for key in PART_KEYS if key in value[0]), None)
        return {part[key]: {n: v for n, v in part.items() if n != key} for part in value} if key else value
    return value


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, dict):
        return _shortened(", ".join(f"{name} {_text(part)}" for name, part in value.items() if part not in EMPTY))
    if isinstance(value, list):
        return _shortened(", ".join(map(_text, value)))
    if isinstance(value, bool):
        return "yes" if value else "no"
    return _shortened(str(value))


def _shortened(text: str) -> str:
    return text if len(text) <= MAX_LENGTH else f"{text[:MAX_LENGTH]}…"
