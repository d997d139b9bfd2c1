"""Search text as a column."""

import re

from hypothesis import given
from hypothesis import strategies as st

from products.models.words import MAX_BYTES, Words, four_texts, tsvector

LIMIT_OF_POSTGRESQL = 2**20


def test_a_word_stands_in_its_best_group_alone_sorted() -> None:
    assert Words.of(["b", "a", "b"], ["a", "c"], [], ["c", "d", "b"]) == Words(("a", "b"), ("c",), (), ("d",))


def test_the_text_on_postgresql_marks_how_far_from_the_name_a_word_stands() -> None:
    words = Words.of(["bag"], ["~b1"], ["red"], ["soft"])
    assert tsvector(words) == "'^bag':1A '+~b1':1B '+red':1C '-soft':1D"


def test_the_text_on_sqlite_is_one_list_of_four() -> None:
    assert four_texts(Words.of(["bag", "a"], [], ["~c5"])) == '["a bag","","~c5",""]'


def test_what_would_be_too_much_is_left_out_of_the_description_first() -> None:
    def many(prefix: str, count: int) -> list[str]:
        return [f"{prefix}{number:060}" for number in range(count)]

    words = Words.of(many("a", 1_000), many("b", 1_000), many("c", 1_000), many("d", 50_000))
    assert (len(words.a), len(words.b), len(words.c)) == (1_000, 1_000, 1_000)
    assert 0 < len(words.d) < 50_000
    assert MAX_BYTES - 1_000 < size_of_lexemes(words) < LIMIT_OF_POSTGRESQL


@given(st.lists(st.lists(st.text("ab𐐀", min_size=1, max_size=3)), min_size=4, max_size=4))
def test_groups_never_share_a_word(groups) -> None:
    words = Words.of(*groups)
    everything = [word for group in words.groups for word in group]
    assert len(everything) == len(set(everything)) == len({word for group in groups for word in group})


def size_of_lexemes(words: Words) -> int:
    """A word of a tsvector takes its bytes and, with its position and alignment, up to 8 more."""
    return sum(len(lexeme.encode()) + 8 for lexeme in re.findall(r"'([^']+)'", tsvector(words)))
