import pickle
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog_project.reading.entries import Entry, unpack

ENTRY = Entry(b'{"a": 1}', b"5/100:102:101", 1000.0, 2000.0)
KEY = b"key"


@given(
    st.binary(max_size=300),
    st.binary(max_size=50),
    st.floats(0, 4e9),
    st.floats(0) | st.just(float("inf")),
    st.text(st.characters(codec="utf-8"), max_size=60),
)
def test_what_is_packed_comes_back(body: bytes, generation: bytes, made_at: float, edge: float, tag: str) -> None:
    entry = Entry(body, generation, made_at, edge, tag)
    assert unpack(KEY, entry.pack(KEY)) == entry


@given(st.binary(max_size=200))
def test_garbage_is_nothing(garbage: bytes) -> None:
    assert unpack(KEY, garbage) is None


@pytest.mark.parametrize("stored", [None, "text", 5, b"", pickle.dumps(ENTRY), ENTRY.pack(KEY)[:-1]])
def test_what_we_did_not_pack_is_nothing(stored: object) -> None:
    assert unpack(KEY, stored) is None


def test_no_byte_can_be_changed() -> None:
    packed = ENTRY.pack(KEY)
    for index in range(len(packed)):
        changed = packed[:index] + bytes([packed[index] ^ 1]) + packed[index + 1 :]
        assert unpack(KEY, changed) is None


def test_an_entry_does_not_answer_for_another_key() -> None:
    assert unpack(b"other", ENTRY.pack(KEY)) is None


def test_a_body_that_another_secret_sealed_is_nothing(settings) -> None:
    packed = ENTRY.pack(KEY)
    settings.SECRET_KEY = "another" * 8
    assert unpack(KEY, packed) is None


@pytest.mark.parametrize(
    ("generation", "now", "holds"),
    [
        (ENTRY.generation, 1000.0, True),
        (ENTRY.generation, 1999.999, True),
        (ENTRY.generation, 2000.0, False),
        (ENTRY.generation, 999.9, False),
        (b"5/100:103:101", 1500.0, False),
    ],
)
def test_an_entry_holds_in_its_state_and_until_its_edge(generation: bytes, now: float, holds: bool) -> None:
    assert ENTRY.holds(generation, now) is holds


def test_for_a_minute_after_they_were_seen_to_hold_bytes_stand_in() -> None:
    entry = replace(ENTRY)
    assert [entry.stands_in(now) for now in (999.0, 1000.0, 1060.0, 1060.1)] == [False, True, True, False]
    entry.hold(1050.0)
    assert entry.stands_in(1110.0)


def test_nothing_stands_in_past_its_edge() -> None:
    entry = replace(ENTRY, edge=1010.0)
    assert entry.stands_in(1009.9)
    assert not entry.stands_in(1010.0)


def test_the_other_workers_are_told_every_ten_seconds() -> None:
    entry = replace(ENTRY, key="k")
    offered = [entry.hold(1000.0 + second) for second in range(25)]
    assert [each.made_at for each in offered if each] == [1010.0, 1020.0]


def test_what_is_kept_nowhere_is_not_offered() -> None:
    assert replace(ENTRY).hold(1500.0) is None
