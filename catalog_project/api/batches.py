"""Bodies that hold many items: a JSON array, or NDJSON with an item on each line; as strict as any other JSON."""

from collections.abc import Iterator, Mapping
from hashlib import sha256
from typing import IO, Any

import orjson
from rest_framework.exceptions import ParseError
from rest_framework.parsers import BaseParser

from catalog_project.api.parsers import BOM, loads, loads_line, read_whole
from catalog_project.errors import Fault, Invalid, TooLarge

MAX_ITEMS = 1_000
# Of one item among many, wherever they come from: in a body, or in the lines of a file.
MAX_ITEM_BYTES = 1_000_000


class Items(list[Any]):
    """The items of a body; `digest` is the SHA-256 of the body."""

    digest = sha256(b"").digest()


class ItemsParser(BaseParser):
    """A JSON array of items."""

    media_type = "application/json"

    def parse(  # type: ignore[override] # DRF takes whatever a parser returns
        self,
        stream: IO[bytes],
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> Items:
        """The items. Raises ParseError saying what is wrong and where, Invalid for no array, TooLarge."""
        raw = read_whole(stream, parser_context).removeprefix(BOM)
        items = Items(self.items(raw))
        if len(items) > MAX_ITEMS:
            raise TooLarge(f"There are more than {MAX_ITEMS:,} items.", code="too_many_items")
        items.digest = sha256(raw).digest()
        return items

    def items(self, raw: bytes) -> list[Any]:
        """The items of a whole body."""
        try:
            items = loads(raw)
        except ValueError as error:
            raise ParseError(f"The body is not valid JSON: {error}.") from error
        if not isinstance(items, list):
            raise Invalid([Fault("invalid", "The body must be an array of items.", "")])
        for index, item in enumerate(items) if len(raw) > MAX_ITEM_BYTES else ():
            if len(orjson.dumps(item)) > MAX_ITEM_BYTES:
                raise TooLarge(f"The item at index {index} is larger than {MAX_ITEM_BYTES:,} bytes.")
        return items


class LinesParser(ItemsParser):
    """NDJSON: an item on each line. Lines end as they like, and blank ones do not count."""

    media_type = "application/x-ndjson"

    def items(self, raw: bytes) -> list[Any]:
        """The items of a whole body; one too many is enough to know."""
        items: list[Any] = []
        for number, line in _lines(raw):
            if len(line) > MAX_ITEM_BYTES:
                raise TooLarge(f"The item in line {number} is larger than {MAX_ITEM_BYTES:,} bytes.")
            if len(items) > MAX_ITEMS:
                break
            try:
                items.append(loads_line(line))
            except ValueError as error:
                raise ParseError(f"Line {number} is not valid JSON: {error}.") from error
        return items


def _lines(raw: bytes) -> Iterator[tuple[int, bytes]]:
    """The lines that hold something, numbered from 1."""
    for number, line in enumerate(raw.splitlines(), start=1):
        if line.strip():
            yield number, line
