"""Bodies of bulk jobs, item by item: NDJSON as it comes, of any length; a JSON array has to be held as a whole."""

import io
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO, Any, cast

from django.conf import settings
from rest_framework.exceptions import ParseError

from catalog_project.api.batches import MAX_ITEM_BYTES, ItemsParser
from catalog_project.api.exceptions import explain
from catalog_project.api.parsers import BOM, loads_line
from catalog_project.errors import DomainError
from catalog_project.jobs.kinds import JobRefused
from catalog_project.jobs.positions import START, Position
from products.exchange.reading import EXCERPT, STREAM_ERRORS, numbered_lines, shown, unpacked

ARRAY, LINES = "json", "ndjson"


@dataclass(frozen=True, slots=True)
class Entry:
    """An item as it was sent: its value, or the code and sentence of why it cannot be read, and then its text.

    Behind `end` the reading can be taken up again.
    """

    index: int
    value: Any
    end: Position
    size: int = 0
    fault: tuple[str, str] | None = None
    text: str = ""


def read_entries(file: IO[bytes], body_format: str, start: Position = START, *, first: int = 0) -> Iterator[Entry]:
    """The items of a file, plain or gzipped, from `start` on, where the index is `first`.

    Raises JobRefused for an array that cannot be read.
    """
    stream = unpacked(cast(io.BufferedReader, file))
    if body_format == ARRAY:
        for index, value in enumerate(_array(stream)[first:], start=first):
            yield Entry(index, value, Position(0, index + 1))
        return
    lines = ((line, end) for line, end in numbered_lines(stream, start) if line is None or line.strip())
    for index, (line, end) in enumerate(lines, start=first):
        yield _entry(index, line, end)


def count_entries(file: IO[bytes], body_format: str) -> int:
    """How many items there are. Raises JobRefused as `read_entries` does."""
    stream = unpacked(cast(io.BufferedReader, file))
    if body_format == ARRAY:
        return len(_array(stream))
    return sum(1 for line, _ in numbered_lines(stream) if line is None or line.strip())


def _array(stream: IO[bytes]) -> list[Any]:
    limit = settings.BULK_MAX_BYTES
    try:
        raw = stream.read(limit + 1)
    except STREAM_ERRORS as error:
        raise JobRefused("The body is damaged and cannot be unpacked.") from error
    if len(raw) > limit:
        raise JobRefused(f"An array may hold {limit:,} bytes (BULK_MAX_BYTES): send NDJSON.")
    try:
        return ItemsParser().items(raw.removeprefix(BOM))
    except (ParseError, DomainError) as error:
        failure = explain(error)
        assert failure is not None  # noqa: S101 - for the type checker: both kinds are explained
        raise JobRefused(failure.faults[0].detail if failure.faults else str(failure.detail)) from error


def _entry(index: int, line: bytes | None, end: Position) -> Entry:
    where = f"Line {end.line}"
    if line is None:
        return _unreadable(index, b"", end, "malformed", f"{where} is damaged, and nothing behind it can be read.")
    if len(line) > MAX_ITEM_BYTES:
        return _unreadable(
            index, line[:EXCERPT], end, "payload_too_large", f"{where} is over {MAX_ITEM_BYTES:,} bytes long."
        )
    try:
        return Entry(index, loads_line(line), end, len(line))
    except ValueError as error:
        return _unreadable(index, line, end, "malformed", f"{where} is not valid JSON: {error}.")


def _unreadable(index: int, line: bytes, end: Position, code: str, sentence: str) -> Entry:
    return Entry(index, None, end, len(line), (code, sentence), shown(line))
