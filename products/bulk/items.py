"""One item of a bulk call: what it asks for, and what became of it."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any

from catalog_project.api.exceptions import Failure, explain
from catalog_project.errors import Fault, Stale

Values = dict[str, Any]
# By field: {"before": …, "after": …}.
Changes = dict[str, dict[str, Any]]


class Op(StrEnum):
    """What can be done."""

    CREATE = "create"
    UPDATE = "update"
    UPSERT = "upsert"
    DELETE = "delete"
    PUBLISH = "publish"
    ARCHIVE = "archive"
    SET_STOCK = "set_stock"
    SET_PRICE = "set_price"


class Resource(StrEnum):
    """What it can be done to."""

    PRODUCT = "product"
    VARIANT = "variant"
    CATEGORY = "category"
    BRAND = "brand"


@dataclass(slots=True)
class Result:
    """What an item did: `row` is what it made, changed or deleted; the changes show everything that it did to it."""

    status: int
    row: Any
    changes: Changes
    version: int | None
    id: int | None = None

    def keep_id(self) -> None:
        """Take the id, which a new row has once it is written and a deleted one loses."""
        self.id = self.row.pk


@dataclass(slots=True)
class Item:
    """One item; it ends with a `result` or a `failure`.

    `values` are validated, with `Named` in place of the rows that they refer to. `ref` is an id (int) or a key (str).
    """

    index: int
    op: str = ""
    resource: str = ""
    ref: int | str | None = None
    version: int | None = None
    values: Values = field(default_factory=dict)
    result: Result | None = None
    failure: Failure | None = None

    def refuse(self, error: Exception, *, below: str = "/data") -> None:
        """Let it fail for a reason; the pointers of its faults lead into what stands at `below` in the item.

        Raises the error itself where it is nobody's fault but ours.
        """
        failure = explain(error)
        if failure is None:
            raise error
        faults = tuple(fault.below(below) for fault in failure.faults)
        self.result = None
        self.failure = replace(failure, faults=faults)

    def refuse_at(self, code: str, detail: str, faults: Sequence[Fault] = ()) -> None:
        """Let it fail with a registered code and faults whose pointers begin at the item."""
        self.result = None
        self.failure = Failure(code, detail, tuple(faults))

    def refuse_stale(self, error: Stale) -> None:
        """Let it fail since what it means is at another version."""
        fault = Fault("stale", f"It is at version {error.version} now.", "/version")
        self.refuse_at("stale", error.detail, [fault])

    def forget(self) -> None:
        """As if it had not been tried."""
        self.result = self.failure = None

    @property
    def is_open(self) -> bool:
        """Whether it is still to be done."""
        return self.result is None and self.failure is None
