"""Reads records out of CSV: one a row, or one for all rows of a product."""

import csv
from collections.abc import Iterator
from typing import IO

from catalog_project.api.batches import MAX_ITEM_BYTES
from catalog_project.api.parsers import BOM
from catalog_project.jobs.positions import START, Position
from products.exchange.reading import EXCERPT, STREAM_ERRORS, SourceError
from products.exchange.records import Record
from products.schemas.variants import MAX_VARIANTS

DAMAGED = "The file is damaged here and cannot be read further."
# So many rows in succession that cannot be read end the group that they stand in.
MAX_UNREADABLE = 100
TOO_LONG = f"The row is longer than {MAX_ITEM_BYTES} bytes; is a quote not closed?"


class _TooLongError(Exception):
    """A row goes on and on, most likely because of a quote that is not closed."""

    def __str__(self) -> str:
        return "it is too long"


class _Lines:
    """Decoded lines for the csv module, which may take several for one row; remembers those of the row under way."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream
        self.number = self.size = self.offset = 0
        self.row: list[str] = []

    def __iter__(self) -> "_Lines":
        return self

    def __next__(self) -> str:
        line = self._read(MAX_ITEM_BYTES + 1)
        if not line:
            raise StopIteration
        self.number += 1
        self.size += len(line)
        if self.size > MAX_ITEM_BYTES:
            while line and not line.endswith(b"\n"):
                line = self._read(MAX_ITEM_BYTES)
            raise _TooLongError
        text = line.removeprefix(BOM) if self.number == 1 else line
        self.row.append(text.decode("utf-8", "surrogateescape"))
        return self.row[-1]

    @property
    def position(self) -> Position:
        """Where the reading is."""
        return Position(self.offset, self.number)

    def go_on_at(self, position: Position) -> None:
        """Skip what stands before a place between two rows, if the reading is not beyond it already."""
        if position > self.position:
            self._stream.seek(position.offset)
            self.offset, self.number = position

    def start_row(self) -> int:
        """Forget the last row; answers the number of the line that comes next."""
        self.size, self.row = 0, []
        return self.number + 1

    def text(self) -> str:
        """The row under way, as it stands in the file; bytes that are not UTF-8 as escapes."""
        return "".join(self.row).encode("utf-8", "backslashreplace").decode()

    def _read(self, most: int) -> bytes:
        line = self._stream.readline(most)
        self.offset += len(line)
        return line


def read_csv(stream: IO[bytes], *, delimiter: str = ",", start: Position = START) -> Iterator[Record]:
    """Each row from `start` on as an object of its columns, which the first row names; blank rows are skipped.

    Raises SourceError when the first row does not name the columns.
    """
    csv.field_size_limit(MAX_ITEM_BYTES)
    lines = _Lines(stream)
    rows = csv.reader(lines, delimiter=delimiter, strict=True)
    names: list[str] = []
    while True:
        line = lines.start_row()
        try:
            cells = next(rows)
        except StopIteration:
            return
        except STREAM_ERRORS:
            yield Record.unreadable(line, "", DAMAGED, lines.position)
            return
        except (_TooLongError, csv.Error) as error:
            if not names:
                raise SourceError(f"line {line}: the row that names the columns cannot be read: {error}.") from error
            yield _unreadable(line, lines, error)
            continue
        if names and cells:
            yield _record(line, lines, names, cells)
        elif cells:
            names = _column_names(cells, line)
            lines.go_on_at(start)


def group_rows(rows: Iterator[Record], *, by: str, starts: str | None) -> Iterator[Record]:
    """Join rows that follow each other under one value of column `by`; a row with `starts` filled begins anew.

    A record is then the list of its rows. Rows beyond the number of variants that a product may have are dropped: the
    record is refused for those it has. A row that cannot be read leaves the group around it alone, but many of them end
    it: until it ends, nothing that is read can land. Raises SourceError when a column is missing.
    """
    group: Record | None = None
    unreadable = 0
    for record in rows:
        if record.outcome:
            unreadable += 1
            if group and unreadable > MAX_UNREADABLE:
                yield group
                group = None
            if group:
                # The two may be taken up again together alone.
                group.end, record.end = record.end, None
            yield record
            continue
        unreadable = 0
        if group and _belongs(record, group, by, starts):
            _join(group, record)
            continue
        if group:
            yield group
        group = _started(record, by, starts)
    if group:
        yield group


def _started(record: Record, by: str, starts: str | None) -> Record:
    for column in filter(None, (by, starts)):
        if column not in record.source:
            raise SourceError(f"there is no column {column!a}, by which the mapping groups rows.")
    return Record(record.line, [record.source], size=record.size, end=record.end)


def _belongs(record: Record, group: Record, by: str, starts: str | None) -> bool:
    row = record.source
    return bool(row[by] == group.source[0][by] and not (starts and row[starts].strip()))


def _join(group: Record, record: Record) -> None:
    if len(group.source) <= MAX_VARIANTS:
        group.source.append(record.source)
        group.size += record.size
    group.end = record.end


def _column_names(cells: list[str], line: int) -> list[str]:
    names = [cell.strip() for cell in cells]
    for name in names:
        if not name or names.count(name) > 1:
            what = f"two columns are named {name!a}" if name else "a column has no name"
            raise SourceError(f"line {line}: {what}.")
    return names


def _record(line: int, lines: _Lines, names: list[str], cells: list[str]) -> Record:
    if fault := _fault(names, cells, lines.text()):
        return Record.unreadable(line, lines.text(), fault, lines.position)
    return Record(line, dict(zip(names, cells, strict=True)), size=lines.size, end=lines.position)


def _fault(names: list[str], cells: list[str], text: str) -> str | None:
    if len(cells) != len(names):
        return f"The row has {len(cells)} cells where the first row names {len(names)} columns."
    if "\x00" in text:
        return "The row holds the NUL character, which cannot be stored."
    if "\\udc" in text and any("\udc80" <= char <= "\udcff" for cell in cells for char in cell):
        return "The row is not UTF-8."
    return None


def _unreadable(line: int, lines: _Lines, error: Exception) -> Record:
    if isinstance(error, _TooLongError):
        return Record.unreadable(line, lines.text()[:EXCERPT], TOO_LONG, lines.position)
    return Record.unreadable(line, lines.text(), f"The row is not valid CSV: {error}.", lines.position)
