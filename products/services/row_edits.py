"""Edits of rows that stand by themselves, brands and categories: staged in memory, then written together."""

from collections.abc import Mapping, Sequence
from copy import copy
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from django.utils import timezone

from catalog_project.models import VersionedModel
from products.models.updating import update_rows
from products.services.staging import assign

Row = TypeVar("Row", bound=VersionedModel)


@dataclass
class RowEdit(Generic[Row]):
    """What changes on one locked row; `fields` are columns with what each held before all changes."""

    row: Row
    fields: dict[str, Any] = field(default_factory=dict)

    def stage(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """Set values in memory; what differs is a new version. Returns what the fields that changed held before."""
        changed = assign(self.row, values)
        self.row.version += bool(changed)
        self.fields = {**changed, **self.fields}
        return changed

    def before(self) -> Row:
        """The row as it was."""
        was = copy(self.row)
        was.__dict__.update(self.fields)
        return was


def write_rows(edits: Sequence[RowEdit[Row]]) -> list[RowEdit[Row]]:
    """Write those of some edits of one model that change something, and return them: one statement for all."""
    edits = [edit for edit in edits if edit.fields]
    now = timezone.now()
    for edit in edits:
        edit.row.updated_at = now
        edit.row.derive()
    if edits:
        names = {name for edit in edits for name in edit.fields} | {"name_key", "version", "updated_at"}
        update_rows([edit.row for edit in edits], names)
    return edits
