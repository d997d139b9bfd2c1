"""Records out of CSV."""

import io

import pytest

from catalog_project.api.batches import MAX_ITEM_BYTES
from catalog_project.jobs.positions import START, Position
from products.exchange.csv_rows import MAX_UNREADABLE, group_rows, read_csv
from products.exchange.reading import SourceError
from products.exchange.records import Record


def read(content: str | bytes, **options: str) -> list[Record]:
    raw = content.encode() if isinstance(content, str) else content
    return list(read_csv(io.BytesIO(raw), **options))


def grouped(content: str, starts: str | None = None) -> list[Record]:
    return list(group_rows(read_csv(io.BytesIO(content.encode())), by="handle", starts=starts))


def test_a_row_is_an_object_of_its_columns() -> None:
    [record] = read("sku, name\nA1,Cup\n")
    assert (record.line, record.source) == (2, {"sku": "A1", "name": "Cup"})


def test_a_byte_order_mark_any_line_ends_and_blank_rows_are_fine() -> None:
    assert [record.line for record in read(b"\xef\xbb\xbfsku\r\nA1\r\n\n\nA2")] == [2, 5]


def test_a_cell_may_take_several_lines() -> None:
    records = read('sku,text\nA1,"one\ntwo"\nA2,three\n')
    assert [(record.line, record.source["text"]) for record in records] == [(2, "one\ntwo"), (4, "three")]


def test_the_delimiter_may_be_another() -> None:
    assert read("sku;name\nA1;Cup, blue\n", delimiter=";")[0].source == {"sku": "A1", "name": "Cup, blue"}


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        (b"A1", "has 1 cells where the first row names 2"),
        (b"A1,Cup,Blue", "has 3 cells"),
        (b'A1,"Cup" blue', "not valid CSV"),
        (b"A1,C\xffp", "not UTF-8"),
        (b"A1,C\x00p", "NUL"),
    ],
)
def test_a_faulty_row_is_a_failed_record_and_the_next_one_is_read(row: bytes, expected: str) -> None:
    failed, good = read(b"sku,name\n" + row + b"\nA2,Mug\n")
    assert expected in failed.faults[0].detail
    assert (failed.line, good.line, good.source["sku"]) == (2, 3, "A2")
    assert (failed.text or "").startswith("A1")


def test_a_quote_that_is_not_closed_fails_at_a_million_bytes_and_not_at_the_end_of_memory() -> None:
    lines = b"A2,Mug\n" * 200_000
    failed, *rest = read(b'sku,name\nA1,"Cup\n' + lines)
    assert "is a quote not closed?" in failed.faults[0].detail
    assert failed.line == 2
    assert rest[-1].source == {"sku": "A2", "name": "Mug"}


def test_a_line_without_an_end_is_skipped_as_a_whole() -> None:
    failed, good = read(b"sku,name\nA1," + b"x" * 3 * MAX_ITEM_BYTES + b"\nA2,Mug\n")
    assert (failed.line, good.line) == (2, 3)


@pytest.mark.parametrize(
    ("header", "expected"),
    [("sku,sku", "two columns are named 'sku'"), ("sku,", "a column has no name"), ('"sku" x,name', "cannot be read")],
)
def test_columns_must_have_names_of_their_own(header: str, expected: str) -> None:
    with pytest.raises(SourceError, match=rf"line 1: .*{expected}"):
        read(f"{header}\nA1,Cup\n")


def test_a_file_without_rows_has_no_records() -> None:
    assert not read("sku,name\n")
    assert not read("")


def test_rows_that_follow_each_other_under_one_handle_are_one_record() -> None:
    records = grouped("handle,title,sku\ncup,Cup,A1\ncup,,A2\nmug,Mug,B1\n")
    assert [[row["sku"] for row in record.source] for record in records] == [["A1", "A2"], ["B1"]]
    assert [record.line for record in records] == [2, 4]


def test_a_row_that_starts_a_product_does_so_under_the_same_handle_too() -> None:
    records = grouped("handle,title,sku\ncup,Cup,A1\ncup,,A2\ncup,Other cup,B1\n", starts="title")
    assert [len(record.source) for record in records] == [2, 1]


def test_a_failed_row_leaves_its_group_alone() -> None:
    records = grouped("handle,sku\ncup,A1\ncup\ncup,A2\n")
    assert [record.line for record in records if record.outcome] == [3]
    assert [len(record.source) for record in records if not record.outcome] == [2]


FILES = {
    "plain": "handle,title,sku\ncup,Cup,A1\ncup,,A2\nmug,Mug,B1\n\nmug,,B2\n",
    "a mark, cells of several lines": '\ufeffhandle,title,sku\r\ncup,"a\nb",A1\r\ncup,,A2\nmug,,B1',
    "faults inside, behind and between": "handle,title,sku\nx\ncup,Cup,A1\ncup\ncup,,A2\ny\nmug,Mug,B1\nz\n",
    "nothing but faults behind": "handle,title,sku\ncup,Cup,A1\n" + "x\n" * (MAX_UNREADABLE + 3) + "cup,,A2\n",
}


@pytest.mark.parametrize("starts", [None, "title"])
@pytest.mark.parametrize("content", FILES.values(), ids=FILES)
def test_the_reading_can_be_taken_up_behind_each_batch_and_gives_what_is_left(content: str, starts: str | None) -> None:
    def records(start: Position = START) -> list[Record]:
        rows = read_csv(io.BytesIO(content.encode()), start=start)
        return list(group_rows(rows, by="handle", starts=starts))

    whole = records()
    places = [index for index, record in enumerate(whole, start=1) if record.end]
    assert places[-1] == len(whole)
    for index in places:
        assert records(whole[index - 1].end or START) == whole[index:]


def test_many_faults_in_succession_end_their_group_and_memory_stays_small() -> None:
    records = grouped(FILES["nothing but faults behind"])
    assert [index for index, record in enumerate(records) if not record.outcome] == [MAX_UNREADABLE, len(records) - 1]
    assert all(record.end for record in records[MAX_UNREADABLE:])


def test_a_group_holds_no_more_rows_than_can_be_refused() -> None:
    [record] = grouped("handle\n" + "cup\n" * 5_000)
    assert len(record.source) == 1_001


@pytest.mark.parametrize("content", ["sku\nA1\n", "handle,sku\ncup,A1\n"])
def test_a_column_to_group_by_must_be_there(content: str) -> None:
    with pytest.raises(SourceError, match=r"no column '(handle|title)'"):
        grouped(content, starts="title")


def test_a_file_that_breaks_off_fails_where_it_does() -> None:
    class Broken(io.BytesIO):
        def readline(self, size: int | None = -1, /) -> bytes:
            line = super().readline(size)
            if not line:
                raise EOFError
            return line

    good, failed = read_csv(Broken(b"sku\nA1\n"))
    assert good.source == {"sku": "A1"}
    assert (failed.line, failed.faults[0].code) == (3, "malformed")
