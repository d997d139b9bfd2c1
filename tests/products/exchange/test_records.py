"""Portions of records."""

from products.exchange.records import BATCH_BYTES, BATCH_RECORDS, Record, batches


def sizes(records: list[Record]) -> list[int]:
    return [len(batch) for batch in batches(records)]


def test_a_batch_holds_so_many_records() -> None:
    assert sizes([Record(line) for line in range(BATCH_RECORDS * 2 + 1)]) == [BATCH_RECORDS, BATCH_RECORDS, 1]


def test_a_batch_of_long_lines_holds_fewer() -> None:
    assert sizes([Record(line, size=BATCH_BYTES // 2) for line in range(5)]) == [2, 2, 1]


def test_a_batch_ends_where_the_reading_can_be_taken_up() -> None:
    records = [Record(line) for line in range(BATCH_RECORDS + 5)]
    for record in records[BATCH_RECORDS - 2 : BATCH_RECORDS + 2]:
        record.end = None
    assert sizes(records) == [BATCH_RECORDS + 3, 2]


def test_nothing_makes_no_batch() -> None:
    assert not sizes([])
