"""Bodies that hold many items."""

from io import BytesIO
from typing import Any

import pytest
from rest_framework.exceptions import ParseError

from catalog_project.api.batches import MAX_ITEMS, ItemsParser, LinesParser
from catalog_project.errors import Invalid, TooLarge


def lines(body: bytes) -> list[Any]:
    return LinesParser().parse(BytesIO(body))


def array(body: bytes) -> list[Any]:
    return ItemsParser().parse(BytesIO(body))


def test_an_array_is_its_items() -> None:
    assert array(b'\xef\xbb\xbf [1, {"a": 2}] ') == [1, {"a": 2}]


@pytest.mark.parametrize("end", [b"\n", b"\r\n", b"\r", b"\n\n\r\n \t\n"])
def test_each_line_is_an_item_however_it_ends(end) -> None:
    assert lines(b"\xef\xbb\xbf1" + end + b"2" + end + b"3") == lines(b"1" + end + b"2" + end + b"3" + end) == [1, 2, 3]


def test_no_lines_are_no_items() -> None:
    assert lines(b"\n \r\n") == []


@pytest.mark.parametrize("bad", [b"{", b"1 2", b"\xe4", b'"\\u0000"', b"[" * 40])
def test_a_line_that_cannot_be_read_is_named(bad) -> None:
    with pytest.raises(ParseError, match="Line 4 is not valid JSON"):
        lines(b"1\r\n\n2\n" + bad + b"\n3")


def test_what_is_no_array_is_invalid() -> None:
    with pytest.raises(Invalid):
        array(b'{"a": 1}')
    with pytest.raises(ParseError):
        array(b"[1")


def test_one_item_too_many_is_refused() -> None:
    assert len(lines(b"1\n" * MAX_ITEMS)) == len(array(b"[" + b"1," * (MAX_ITEMS - 1) + b"1]")) == MAX_ITEMS
    for parse, body in ((lines, b"1\n" * (MAX_ITEMS + 1)), (array, b"[" + b"1," * MAX_ITEMS + b"1]")):
        with pytest.raises(TooLarge, match="1,000") as caught:
            parse(body)
        assert caught.value.error_code == "too_many_items"
