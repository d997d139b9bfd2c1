"""Bodies of bulk jobs."""

import gzip
import io
from typing import Any

import pytest

from catalog_project.jobs.kinds import JobRefused
from catalog_project.jobs.positions import START, Position
from products.bulk.uploads import ARRAY, LINES, Entry, count_entries, read_entries

BODY = b'\xef\xbb\xbf{"a": 1}\r\n\n \n{"a": \n%s\n7' % (b"x" * 1_000_001)


def read(body: bytes, body_format: str = LINES, start: Position = START, first: int = 0) -> list[Entry]:
    return list(read_entries(io.BufferedReader(io.BytesIO(body)), body_format, start, first=first))


def count(body: bytes, body_format: str = LINES) -> int:
    return count_entries(io.BufferedReader(io.BytesIO(body)), body_format)


@pytest.mark.parametrize("pack", [bytes, gzip.compress])
def test_lines_that_hold_something_are_items_and_those_that_cannot_be_read_say_why(pack: Any) -> None:
    found = read(pack(BODY))
    assert [(entry.index, entry.value) for entry in found] == [(0, {"a": 1}), (1, None), (2, None), (3, 7)]
    assert [entry.fault and entry.fault[0] for entry in found] == [None, "malformed", "payload_too_large", None]
    assert found[1].fault is not None
    assert found[1].fault[1].startswith("Line 4 is not valid JSON")
    assert found[1].text == '{"a": '
    assert count(pack(BODY)) == 4


@pytest.mark.parametrize("pack", [bytes, gzip.compress])
def test_reading_goes_on_behind_any_item(pack: Any) -> None:
    whole = read(pack(BODY))
    for number, entry in enumerate(whole, start=1):
        assert read(pack(BODY), LINES, entry.end, number) == whole[number:]


def test_a_damaged_file_ends_with_an_item_that_says_so() -> None:
    packed = gzip.compress(b'{"a": 1}\n' * 50_000, mtime=0)
    found = read(packed[: len(packed) // 2])
    assert found[-1].fault is not None
    assert "is damaged" in found[-1].fault[1]
    assert count(packed[: len(packed) // 2]) == len(found)


@pytest.mark.parametrize("pack", [bytes, gzip.compress])
def test_an_array_is_read_as_a_whole_and_goes_on_behind_any_item(pack: Any) -> None:
    body = pack(b'\xef\xbb\xbf[{"a": 1}, 7, null]')
    whole = read(body, ARRAY)
    assert [(entry.index, entry.value, entry.fault) for entry in whole] == [
        (0, {"a": 1}, None),
        (1, 7, None),
        (2, None, None),
    ]
    assert read(body, ARRAY, whole[0].end, 1) == whole[1:]
    assert count(body, ARRAY) == 3


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        (b"[1,", "The body is not valid JSON"),
        (b"{}", "The body must be an array of items."),
        (b"[" + b" " * 2_000 + b"]", "An array may hold 2,000 bytes (BULK_MAX_BYTES): send NDJSON."),
        (
            gzip.compress(b"[" + b" " * 2_000 + b"]", mtime=0),
            "An array may hold 2,000 bytes (BULK_MAX_BYTES): send NDJSON.",
        ),
        (gzip.compress(b"[1, 2]", mtime=0)[:-9], "The body is damaged and cannot be unpacked."),
    ],
)
def test_an_array_that_cannot_be_read_ends_the_job(settings: Any, body: bytes, sentence: str) -> None:
    settings.BULK_MAX_BYTES = 2_000
    with pytest.raises(JobRefused) as caught:
        count(body, ARRAY)
    assert sentence in caught.value.reason
