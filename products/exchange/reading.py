"""Reads records out of NDJSON, plain or gzipped, in constant memory."""

import gzip
import io
import sys
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from catalog_project.api.batches import MAX_ITEM_BYTES
from catalog_project.api.parsers import BOM, loads_line
from catalog_project.jobs.positions import START, Position
from products.exchange.records import Record

GZIP_MAGIC = b"\x1f\x8b"
# How much of a line that is too long is shown again.
EXCERPT = 200
STREAM_ERRORS = (OSError, EOFError, zlib.error)


class SourceError(Exception):
    """A file that cannot be imported at all; the message says why."""


@dataclass(frozen=True)
class Source:
    """A file being read.

    `stream` gives its content unpacked; `position` counts bytes on disk, of `size` in all (None for standard input).
    """

    name: str
    stream: IO[bytes]
    raw: IO[bytes]
    size: int | None
    is_csv: bool

    def position(self) -> int:
        """How many bytes have been taken from the disk."""
        return self.raw.tell() if self.size else 0


@contextmanager
def open_source(name: str) -> Iterator[Source]:
    """Open a file, or standard input for `-`; gzip is recognised by its first bytes. Raises SourceError."""
    with _opened(name) as raw:
        size = None if name == "-" else Path(name).stat().st_size
        is_csv = Path(name.removesuffix(".gz")).suffix.lower() == ".csv"
        yield Source(name, unpacked(raw), raw, size, is_csv)


def _opened(name: str) -> io.BufferedReader:
    if name == "-":
        return io.BufferedReader(sys.stdin.buffer)  # type: ignore[arg-type] # standard input is one, a test's need not be
    try:
        return Path(name).open("rb")
    except OSError as error:
        raise SourceError(f"{name}: {error.strerror}.") from error


def unpacked(raw: io.BufferedReader) -> IO[bytes]:
    """The content of a file that is at its start, gzipped or not. Positions in it are those of its content."""
    if not raw.peek(2).startswith(GZIP_MAGIC):
        return raw
    return io.BufferedReader(gzip.GzipFile(fileobj=raw))


def read_ndjson(stream: IO[bytes], start: Position = START) -> Iterator[Record]:
    """The records of an NDJSON stream from `start` on; blank lines are skipped, unreadable ones are failed records.

    A line of an error file stands for the record that it repeats, so that a mended error file can be read as it is.
    """
    for line, end in numbered_lines(stream, start):
        if line is None:
            yield Record.unreadable(end.line, "", "The file is damaged here and cannot be read further.", end)
        elif line.strip():
            yield _parse(line, end)


def numbered_lines(stream: IO[bytes], start: Position = START) -> Iterator[tuple[bytes | None, Position]]:
    """Lines without their ends, of longer ones no more than `MAX_ITEM_BYTES` + 1 bytes; and where each ends.

    None stands for the place from which a damaged file cannot be read.
    """
    offset, number = start
    try:
        if offset:
            stream.seek(offset)
        while line := stream.readline(MAX_ITEM_BYTES + 2):
            number += 1
            content = _content(line, is_first=number == 1)
            offset += len(line)
            while line and not line.endswith(b"\n"):
                line = stream.readline(MAX_ITEM_BYTES)
                offset += len(line)
            yield content, Position(offset, number)
    except STREAM_ERRORS:
        yield None, Position(offset, number + 1)


def _content(line: bytes, *, is_first: bool) -> bytes:
    line = line.removeprefix(BOM) if is_first else line
    return line.removesuffix(b"\n").removesuffix(b"\r")[: MAX_ITEM_BYTES + 1]


def _parse(line: bytes, end: Position) -> Record:
    number = end.line
    if len(line) > MAX_ITEM_BYTES:
        return Record.unreadable(number, shown(line[:EXCERPT]), f"The line is longer than {MAX_ITEM_BYTES} bytes.", end)
    try:
        value = loads_line(line)
        if is_rejected(value):
            value = loads_line(value["text"]) if "text" in value else value["record"]
    except ValueError as error:
        return Record.unreadable(number, shown(line), f"The line is not valid JSON: {error}.", end)
    return Record(number, value, size=len(line), end=end)


def is_rejected(value: Any) -> bool:
    """Whether a value is a line of an error file."""
    return isinstance(value, dict) and value.keys() in ({"line", "errors", "record"}, {"line", "errors", "text"})


def shown(line: bytes) -> str:
    """A line as text; bytes that are not UTF-8 as `\\xNN`."""
    return line.decode("utf-8", "backslashreplace")
