"""Records out of NDJSON, whatever a file may hold."""

import gzip
import io
import json
import sys
from pathlib import Path
from typing import IO

import pytest

from catalog_project.api.batches import MAX_ITEM_BYTES
from products.exchange.reading import Source, SourceError, open_source, read_ndjson, unpacked
from products.exchange.records import Record


def read(content: bytes) -> list[Record]:
    return list(read_ndjson(io.BytesIO(content)))


def reason(content: bytes) -> str:
    [record] = read(content)
    assert record.outcome == "failed"
    return record.faults[0].detail


def test_a_record_knows_its_line_and_its_value() -> None:
    assert [(record.line, record.source) for record in read(b'{"a": 1}\n{"a": 2}')] == [(1, {"a": 1}), (2, {"a": 2})]


def test_a_byte_order_mark_and_any_line_ends_are_fine() -> None:
    assert [record.source for record in read(b'\xef\xbb\xbf{"a": 1}\r\n{"a": 2}\n')] == [{"a": 1}, {"a": 2}]


CONTENTS = {
    "plain": b'{"a": 1}\n{"a": 2}\n\n{"a": 3}',
    "a mark and mixed ends": b'\xef\xbb\xbf{"a": 1}\r\n\r\n{"a": 2}\n{"a": 3}\r\n',
    "faults": b'{"a": 1}\n{\n{"a": "\xff"}\n' + b"x" * 3 * MAX_ITEM_BYTES + b'\n{"a": 2}',
}


@pytest.mark.parametrize("pack", [bytes, gzip.compress], ids=["plain", "gzip"])
@pytest.mark.parametrize("content", CONTENTS.values(), ids=CONTENTS)
def test_the_reading_can_be_taken_up_behind_each_record(content: bytes, pack) -> None:
    def stream() -> IO[bytes]:
        return unpacked(io.BufferedReader(io.BytesIO(pack(content))))  # type: ignore[arg-type]

    whole = list(read_ndjson(stream()))
    for index, record in enumerate(whole, start=1):
        assert list(read_ndjson(stream(), record.end)) == whole[index:]


def test_blank_lines_are_skipped_but_counted() -> None:
    assert [record.line for record in read(b'\n  \n{"a": 1}\n\r\n{"a": 2}\n\n')] == [3, 5]


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (b"{", "at column 2"),
        (b'{"a": 1, "a": 2}', "the key 'a' stands twice"),
        (b'{"a": "\xff"}', "it is not UTF-8"),
        (b'{"a": "\\u0000"}', "the NUL character"),
        (b'{"a": NaN}', "NaN is not a JSON number"),
        (b"[" * 40 + b"]" * 40, "nested more than 32 levels deep"),
    ],
)
def test_a_line_that_is_no_strict_json_is_a_failed_record(line: bytes, expected: str) -> None:
    assert expected in reason(line)


def test_a_failed_line_is_kept_as_it_stood() -> None:
    [record] = read(b'{"a": "\xff"\n')
    assert record.text == '{"a": "\\xff"'


def test_a_line_of_a_million_bytes_is_read() -> None:
    value = "x" * (MAX_ITEM_BYTES - len('{"a":""}'))
    [record] = read(b'{"a":"%s"}\r\n' % value.encode())
    assert record.source == {"a": value}


def test_a_longer_line_is_a_failed_record_and_the_next_one_is_read() -> None:
    long, after = read(b'{"a": "%s"}\n{"a": 2}\n' % (b"x" * 3 * MAX_ITEM_BYTES))
    assert "longer than 1000000 bytes" in long.faults[0].detail
    assert len(long.text or "") == 200
    assert (after.line, after.source) == (2, {"a": 2})


def test_a_damaged_archive_fails_where_it_breaks() -> None:
    lines = b"".join(b'{"a": "%s"}\n' % (b"%030d" % number) for number in range(50_000))
    stream = gzip.GzipFile(fileobj=io.BytesIO(gzip.compress(lines)[:-2_000]))
    *whole, broken = read_ndjson(stream)
    assert broken.line == len(whole) + 1
    assert broken.faults[0].detail == "The file is damaged here and cannot be read further."
    assert not [record for record in whole if record.outcome]


def test_a_line_of_an_error_file_stands_for_the_record_in_it() -> None:
    line = {"line": 7, "errors": [], "record": {"name": "Cup"}}
    assert [record.source for record in read(json.dumps(line).encode())] == [{"name": "Cup"}]


def test_the_text_in_an_error_file_is_read_again() -> None:
    mended = {"line": 7, "errors": [], "text": '{"name": "Cup"}'}
    assert [record.source for record in read(json.dumps(mended).encode())] == [{"name": "Cup"}]
    assert "column 2" in reason(json.dumps({**mended, "text": "{"}).encode())


def opened(name: str) -> tuple[Source, bytes]:
    with open_source(name) as source:
        return source, source.stream.read()


@pytest.mark.parametrize("pack", [bytes, gzip.compress])
def test_gzip_is_recognised_by_its_content(tmp_path: Path, pack) -> None:
    path = tmp_path / "products.ndjson"
    path.write_bytes(pack(b"{}\n"))
    assert opened(str(path))[1] == b"{}\n"


@pytest.mark.parametrize(("name", "is_csv"), [("a.csv", True), ("a.CSV.gz", True), ("a.jsonl.gz", False), ("a", False)])
def test_the_name_says_whether_it_is_csv(tmp_path: Path, name: str, is_csv: bool) -> None:
    (tmp_path / name).write_bytes(b"")
    assert opened(str(tmp_path / name))[0].is_csv is is_csv


def test_a_source_knows_how_far_it_has_been_read(tmp_path: Path) -> None:
    path = tmp_path / "products.ndjson"
    path.write_bytes(b"{}\n" * 5)
    with open_source(str(path)) as source:
        list(read_ndjson(source.stream))
        assert source.position() == source.size == 15


def test_a_dash_reads_standard_input(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"{}\n")))
    source, content = opened("-")
    assert (source.size, content) == (None, b"{}\n")


@pytest.mark.parametrize(("name", "expected"), [("missing.ndjson", "No such file"), (".", "Is a directory")])
def test_a_file_that_cannot_be_opened_is_named(tmp_path: Path, name: str, expected: str) -> None:
    with pytest.raises(SourceError, match=f"{name}: {expected}"):
        opened(str(tmp_path / name))
