"""The error file."""

import io
import json
from typing import Any

from catalog_project.errors import Fault
from products.exchange.reading import read_ndjson
from products.exchange.records import Record
from products.exchange.rejects import write_reject

FAULT = Fault("unknown_value", "The brand 'acm' is not known.", "/brand", suggestion="acme")


def written(record: Record) -> Any:
    file = io.BytesIO()
    write_reject(file, record)
    assert file.getvalue().endswith(b"\n")
    return json.loads(file.getvalue())


def test_a_line_says_where_why_and_what() -> None:
    record = Record(12, {"name": "Cup", "brand": "acm"})
    record.fail([FAULT])
    assert written(record) == {
        "line": 12,
        "errors": [
            {
                "code": "unknown_value",
                "detail": "The brand 'acm' is not known.",
                "pointer": "/brand",
                "suggestion": "acme",
            }
        ],
        "record": {"name": "Cup", "brand": "acm"},
    }


def test_what_could_not_be_read_stands_there_as_text() -> None:
    body = written(Record.unreadable(3, '{"name', "No."))
    assert (body["text"], body["errors"]) == ('{"name', [{"code": "malformed", "detail": "No.", "pointer": ""}])


def test_a_mended_error_file_is_read_as_it_is() -> None:
    body = written(Record(12, {"name": "Cup", "brand": "acm"}))
    body["record"]["brand"] = "acme"
    [record] = read_ndjson(io.BytesIO(json.dumps(body).encode()))
    assert record.source == {"name": "Cup", "brand": "acme"}
