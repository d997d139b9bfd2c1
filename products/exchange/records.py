"""One record of a source: as it was read, and what became of it."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from catalog_project.errors import Fault

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
    `text` instead. `faults` name places in the write shape, as the API does.
    """

    line: int
    source: Any = None
    text: str | None = None
    size: int = 0
    faults: list[Fault] = field(default_factory=list)
    outcome: Outcome | None = None
    values: dict[str, Any] = field(default_factory=dict)
    is_product: bool = True

    @classmethod
    def unreadable(cls, line: int, text: str, reason: str) -> "Record":
        """A record that failed before anything looked into it."""
        return cls(line, text=text, size=len(text), faults=[Fault("malformed", reason, "")], outcome=Outcome.FAILED)

    def fail(self, faults: Iterable[Fault]) -> None:
        """Refuse it, saying why."""
        self.faults, self.outcome = list(faults), Outcome.FAILED


def batches(records: Iterable[Record]) -> Iterator[list[Record]]:
    """Records in portions that fit into memory and into one transaction."""
    batch: list[Record] = []
    size = 0
    for record in records:
        batch.append(record)
        size += record.size
        if len(batch) == BATCH_RECORDS or size >= BATCH_BYTES:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch
