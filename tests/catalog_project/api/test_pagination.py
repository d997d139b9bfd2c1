"""Cursors and the lists that they belong to; what walking along them finds is tested on the lists themselves."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from django.core import signing

from catalog_project.api.pagination import SALT, Cursor, KeysetPagination, digest
from catalog_project.errors import Invalid
from products.models import Brand


@pytest.mark.parametrize(
    "key",
    [
        "",
        "a",
        "Straße 👜",
        "t",
        'a"b',
        0,
        -5,
        2**62,
        datetime(2030, 1, 31, 12, 0, 0, 1, tzinfo=UTC),
        Decimal(-1),
        Decimal("10.5000"),
    ],
)
@pytest.mark.parametrize("backwards", [True, False])
def test_a_cursor_reads_as_it_was_signed(key, backwards) -> None:
    cursor = Cursor((key, 42), backwards)
    read = Cursor.read(cursor.sign("list"), "list")
    assert read == cursor
    assert type(read.position[0]) is type(key)


def test_a_cursor_is_safe_in_an_address() -> None:
    assert set(Cursor(("ä/&?", 1), backwards=False).sign("list")) < set(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_:."
    )


def test_the_cursor_of_a_place_is_the_same_at_any_time(monkeypatch) -> None:
    before = Cursor(("a", 1), backwards=False).sign("list")
    monkeypatch.setattr("time.time", lambda: 4e9)
    assert Cursor(("a", 1), backwards=False).sign("list") == before


def refusal(text: str, belongs_to: str = "list") -> tuple[str, str | None]:
    with pytest.raises(Invalid) as caught:
        Cursor.read(text, belongs_to)
    [fault] = caught.value.faults
    return fault.code, fault.parameter


def test_a_cursor_of_another_list_is_refused() -> None:
    assert refusal(Cursor(("a", 1), backwards=False).sign("other")) == ("invalid_cursor", "cursor")


@pytest.mark.parametrize("text", ["", "a", "a:b", "a:b:c", ":::", "é", ".", "\x00", "a" * 10_000])
def test_what_was_never_signed_is_refused(text) -> None:
    assert refusal(text) == ("invalid_cursor", "cursor")


@pytest.mark.parametrize("value", [[], {}, "abc", ["list"], ["list", ["", "a"], 1, 0, 0]])
def test_what_was_signed_for_the_same_purpose_but_is_no_cursor_is_refused(value) -> None:
    assert refusal(signing.Signer(salt=SALT).sign_object(value)) == ("invalid_cursor", "cursor")


def test_a_cursor_signed_with_another_key_is_refused(settings) -> None:
    text = Cursor(("a", 1), backwards=False).sign("list")
    settings.SECRET_KEY = "another key altogether, as long as it needs to be"
    assert refusal(text) == ("invalid_cursor", "cursor")


# --- Which list


SAME = ("/brands/", "name", {"a": 1, "b": ["x", "y"], "ordering": "name"}, "all")


@pytest.mark.parametrize(
    "other",
    [
        ("/brands/", "name", {"b": ["y", "x"], "a": 1}, "all"),
        ("/brands/", "name", {"a": "1", "b": ["x", "y"]}, "all"),
    ],
)
def test_the_same_list_said_otherwise_is_the_same(other) -> None:
    assert digest(*SAME) == digest(*other)


@pytest.mark.parametrize(
    "other",
    [
        ("/things/", "name", SAME[2], "all"),
        ("/brands/", "-name", SAME[2], "all"),
        ("/brands/", "name", SAME[2], "visible"),
        ("/brands/", "name", {**SAME[2], "a": 2}, "all"),
        ("/brands/", "name", {**SAME[2], "b": ["x"]}, "all"),
        ("/brands/", "name", {**SAME[2], "b": ["x,y"]}, "all"),
        ("/brands/", "name", {**SAME[2], "c": 1}, "all"),
        ("/brands/", "name", {"a": ["1"], "b": ["x", "y"]}, "all"),
    ],
)
def test_any_other_list_is_another(other) -> None:
    assert digest(*SAME) != digest(*other)


def test_rows_count_by_their_ids() -> None:
    one, renamed, two = Brand(pk=1, name="A"), Brand(pk=1, name="B"), Brand(pk=2, name="A")
    assert digest("/", "", {"brand": [one]}, "") == digest("/", "", {"brand": [renamed]}, "")
    assert digest("/", "", {"brand": [one]}, "") != digest("/", "", {"brand": [two]}, "")


def test_a_page_is_documented_with_what_it_holds() -> None:
    schema = KeysetPagination().get_paginated_response_schema({"type": "array"})
    assert schema["properties"].keys() == {"count", "next", "previous", "results"}
    assert "count" not in schema["required"]
