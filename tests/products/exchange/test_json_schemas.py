"""JSON Schemas as hints."""

import gzip
import json
from pathlib import Path

import pytest

from products.exchange.json_schemas import Hint, hints_of, load_hints
from products.exchange.reading import SourceError

SCHEMAS = {
    "Tea cup": {
        "type": ["object", "null"],
        "properties": {
            "glaze": {"type": ["string", "null"], "enum": ["matt", "glossy", None]},
            "colors": {"type": "array", "items": {"type": "string", "enum": ["red"]}},
            "size": {
                "type": "object",
                "properties": {
                    "height": {"type": "number", "minimum": 1, "maximum": 30.5, "description": "The height in mm"},
                    "volume": {"type": "number", "unit": "ml", "title": "Volume"},
                },
            },
        },
    }
}


def test_choices_ranges_and_units_are_found_under_flat_codes() -> None:
    assert hints_of(SCHEMAS) == {
        "Tea_cup": {
            "glaze": Hint(choices=("matt", "glossy")),
            "colors": Hint(choices=("red",)),
            "size_height": Hint(min=1, max=30.5, unit="mm"),
            "size_volume": Hint(unit="ml", title="Volume"),
        }
    }


@pytest.mark.parametrize("pack", [bytes, gzip.compress])
def test_a_file_may_be_packed(tmp_path: Path, pack) -> None:
    (tmp_path / "schemas").write_bytes(pack(json.dumps(SCHEMAS).encode()))
    assert load_hints(str(tmp_path / "schemas")) == hints_of(SCHEMAS)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (None, "No such file"),
        (b"{", "it is not JSON"),
        (b"\x1f\x8b\x08", "it is not JSON"),
        (b"[]", "no JSON Schemas by product type"),
    ],
)
def test_a_file_that_cannot_be_used_is_named(tmp_path: Path, content: bytes | None, reason: str) -> None:
    if content is not None:
        (tmp_path / "schemas").write_bytes(content)
    with pytest.raises(SourceError, match=f"schemas: .*{reason}"):
        load_hints(str(tmp_path / "schemas"))


def test_what_is_no_schema_hints_at_nothing() -> None:
    assert hints_of({"a": 5, "b": {"properties": {"c": 5}}, "d": {"properties": []}}) == {"a": {}, "b": {}, "d": {}}
