"""The error file: what was refused, why, and the record itself, so that it can be mended and imported again."""

from dataclasses import asdict
from typing import IO, Any

import orjson

from products.exchange.records import Record


def write_reject(file: IO[bytes], record: Record) -> None:
    """Add a failed record to an error file."""
    file.write(reject_line(record) + b"\n")


def reject_line(record: Record) -> bytes:
    """A failed record as a line of NDJSON, without its end: `{"line", "errors", "record"}`.

    What could not be read stands under `text`, as it is in the file.
    """
    body: dict[str, Any] = {"line": record.line, "errors": [_present(asdict(fault)) for fault in record.faults]}
    body |= {"record": record.source} if record.text is None else {"text": record.text}
    return orjson.dumps(body)


def _present(fault: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in fault.items() if value is not None}
