"""One record of a source: as it was read, and what became of it."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Protocol, TypeVar

from catalog_project.errors import Fault
from catalog_project.jobs.positions import START, Position

BATCH_RECORDS = 500
# A few long lines weigh as much as many short ones; memory stays constant for both.
BATCH_BYTES = 1_000_000


class Outcome(StrEnum):
    """What became of a record."""

    CREATED = "created"
    CHANGED = "changed"
    UNCHANGED = "unchanged"
    FAILED = "failed"


@dataclass(slots=True)
class Record:
    """A JSON object from one line, or the rows of a CSV file that make one product together.

    `line` is where it begins in the file (from 1), `source` its value as it was read. What cannot be read has its
    `text` instead. `faults` name places in the write shape, as the API does. Behind `end` the reading can be taken up
    again; where that is None, records that stand further back come before it.
    """

    line: int
    source: Any = None
    text: str | None = None
    size: int = 0
    faults: list[Fault] = field(default_factory=list)
    outcome: Outcome | None = None
    values: dict[str, Any] = field(default_factory=dict)
    is_product: bool = True
    end: Position | None = START

    @classmethod
    def unreadable(cls, line: int, text: str, reason: str, end: Position = START) -> "Record":
        """A record that failed before anything looked into it."""
        fault = Fault("malformed", reason, "")
        return cls(line, text=text, size=len(text), faults=[fault], outcome=Outcome.FAILED, end=end)

    def fail(self, faults: Iterable[Fault]) -> None:
        """Refuse it, saying why."""
        self.faults, self.outcome = list(faults), Outcome.FAILED


@dataclass
class Summary:
    """What became of the products. A brand or category that failed counts as failed, too."""

    created: int = 0
    changed: int = 0
    unchanged: int = 0
    failed: int = 0

    def count(self, record: Record) -> None:
        """Add a record."""
        if record.outcome and (record.is_product or record.outcome is Outcome.FAILED):
            setattr(self, record.outcome, getattr(self, record.outcome) + 1)


class Portionable(Protocol):
    """What has a size in bytes, and an end behind which the reading can be taken up; None where it cannot."""

    @property
    def size(self) -> int: ...

    @property
    def end(self) -> Position | None: ...


Read = TypeVar("Read", bound=Portionable)


def batches(records: Iterable[Read]) -> Iterator[list[Read]]:
    """Records in portions that fit into memory and into one transaction; behind each the reading can be taken up."""
    batch: list[Read] = []
    size = 0
    for record in records:
        batch.append(record)
        size += record.size
        if is_full(len(batch), size) and record.end:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


def is_full(records: int, size: int) -> bool:
    """Whether so many records, or bytes of them, are a batch."""
    return records >= BATCH_RECORDS or size >= BATCH_BYTES
