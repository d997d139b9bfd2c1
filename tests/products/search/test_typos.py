"""Slips of the pen."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from products.search.typos import MAX_MEANT, edits, edits_allowed, meant


@pytest.mark.parametrize(
    ("written", "word"),
    [
        ("backpak", "backpack"),
        ("bakcpack", "backpack"),
        ("backpackk", "backpack"),
        ("nackpack", "backpack"),
        ("jakcet", "jacket"),
        ("jaket", "jacket"),
        ("shrit", "shirt"),
        ("bcak", "back"),
        ("bg", ""),
        ("bxg", "bag"),
        ("xyz", ""),
        ("backpack9", ""),
        ("iphne12", "iphone12"),
        ("iphone13", ""),
        ("рюкзаг", "рюкзак"),
    ],
)
def test_a_word_is_known_in_spite_of_a_slip(written, word) -> None:
    vocabulary = ["backpack", "jacket", "shirt", "back", "bag", "iphone12", "рюкзак"]
    assert meant(written, vocabulary)[:1] == ([word] if word else [])


def test_fewer_slips_come_first_then_the_same_beginning() -> None:
    assert meant("backpak", ["backpacks", "backpack", "backpat", "xackpak"]) == [
        "backpack",
        "backpat",
        "xackpak",
        "backpacks",
    ]


def test_at_most_five_words_are_meant() -> None:
    assert len(meant("baga", [f"bag{char}" for char in "bcdefghij"])) == MAX_MEANT


@pytest.mark.parametrize(("length", "slips"), [(2, 0), (3, 1), (5, 1), (6, 2), (40, 2), (41, 0)])
def test_longer_words_are_forgiven_more(length, slips) -> None:
    assert edits_allowed("a" * length) == slips


words = st.text("abc", max_size=7)


@given(words, words, st.integers(0, 2))
def test_edits_are_those_of_the_plain_table(left, right, limit) -> None:
    assert edits(left, right, limit) == min(by_table(left, right), limit + 1)


def by_table(left: str, right: str) -> int:
    """The optimal string alignment distance as textbooks have it."""
    table = [[row + column for column in range(len(right) + 1)] for row in range(len(left) + 1)]
    for i in range(1, len(left) + 1):
        for j in range(1, len(right) + 1):
            replaced = table[i - 1][j - 1] + (left[i - 1] != right[j - 1])
            table[i][j] = min(table[i - 1][j] + 1, table[i][j - 1] + 1, replaced)
            if i > 1 and j > 1 and left[i - 1] == right[j - 2] and left[i - 2] == right[j - 1]:
                table[i][j] = min(table[i][j], table[i - 2][j - 2] + 1)
    return table[-1][-1]
