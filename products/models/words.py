"""Search text: the words of a product as one column, and the vocabulary of all words that there are."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import accumulate
from typing import Any, ClassVar, Self

import orjson
from django.db import models
from django.db.models import Q

from catalog_project.models import CodeField, TimestampedModel

WORD_LENGTH = 64
WEIGHTS = "ABCD"
# A GIN index keeps no weights, and to look them up in every row is slow. So each lexeme begins with a mark of how far
# from the name it stands, which no word can begin with.
NAME_MARK, CLOSE_MARK, FAR_MARK = "^", "+", "-"
MARKS = {"A": NAME_MARK, "B": CLOSE_MARK, "C": CLOSE_MARK, "D": FAR_MARK}
# A tsvector must stay below a megabyte. A lexeme brings its mark, its position and up to a word of padding along.
MAX_BYTES = 900_000
OVERHEAD = 8


@dataclass(frozen=True)
class Words:
    """The distinct words of a product by weight, A best; each word stands in the best of its groups alone, sorted."""

    a: tuple[str, ...] = ()
    b: tuple[str, ...] = ()
    c: tuple[str, ...] = ()
    d: tuple[str, ...] = ()

    @classmethod
    def of(cls, *groups: Iterable[str]) -> Self:
        """From words in any order and number; what would make the column too large is left out, the last first."""
        left = MAX_BYTES
        seen: set[str] = set()
        kept: list[tuple[str, ...]] = []
        for group in groups:
            fresh = [word for word in dict.fromkeys(group) if word not in seen]
            size = len("".join(fresh).encode()) + OVERHEAD * len(fresh)
            fitting = fresh if size <= left else _first(fresh, left)
            left -= size
            seen.update(fitting)
            kept.append(tuple(sorted(fitting)))
        return cls(*kept)

    @property
    def groups(self) -> tuple[tuple[str, ...], ...]:
        """The four groups, best first."""
        return self.a, self.b, self.c, self.d


class WordsField(models.Field):  # type: ignore[type-arg]
    """Keeps `Words`: a tsvector on PostgreSQL; on SQLite a JSON list of four texts, which triggers index."""

    def db_type(self, connection: Any) -> str:
        """The column's type."""
        return "tsvector" if connection.vendor == "postgresql" else "text"

    def get_db_prep_value(self, value: Any, connection: Any, prepared: bool = False) -> Any:
        """As text, which INSERT and COPY take alike."""
        if not isinstance(value, Words):
            return value
        return tsvector(value) if connection.vendor == "postgresql" else four_texts(value)

    def get_placeholder(self, value: Any, compiler: Any, connection: Any) -> str:
        """Say that the text is a tsvector: PostgreSQL would parse a plain text into one, weights and marks lost."""
        return "%s::tsvector" if connection.vendor == "postgresql" else "%s"

    def from_db_value(self, value: str | None, expression: Any, connection: Any) -> Words | None:
        """Read back."""
        if value is None:
            return None
        return _from_tsvector(value) if connection.vendor == "postgresql" else _from_four_texts(value)


class SearchWord(TimestampedModel):
    """A word that a search may mean. `source` is empty, or names the row whose name holds the word: `~b12`, `~c5`.

    A word may stand here more than once: whoever adds one waits for nobody who adds the same. One that no product has
    any more does no harm.
    """

    word = CodeField(max_length=WORD_LENGTH)
    source = CodeField(max_length=24, default="")

    class Meta:
        indexes: ClassVar = [
            models.Index("word", name="search_word_by_word"),  # whether a word is known
            models.Index("word", condition=~Q(source=""), name="search_word_by_name"),  # which names a word begins in
            models.Index("source", condition=~Q(source=""), name="search_word_by_source"),  # when a row is renamed
        ]

    def __str__(self) -> str:
        return f"{self.word} {self.source}".strip()


def _first(words: list[str], size: int) -> list[str]:
    """As many as fit."""
    ends = accumulate(len(word.encode()) + OVERHEAD for word in words)
    return [word for word, end in zip(words, ends, strict=True) if end <= size]


def tsvector(words: Words) -> str:
    """The column's text on PostgreSQL: `'^bag':1A '+red':1C`. Words hold neither quotes nor backslashes."""
    lexemes = (
        f"'{MARKS[weight]}" + f"':1{weight} '{MARKS[weight]}".join(group) + f"':1{weight}"
        for weight, group in zip(WEIGHTS, words.groups, strict=True)
        if group
    )
    return " ".join(lexemes)


def four_texts(words: Words) -> str:
    """The column's text on SQLite: `["bag","tb red ~b1","~c5",""]`."""
    return orjson.dumps([" ".join(group) for group in words.groups]).decode()


def _from_tsvector(text: str) -> Words:
    # PostgreSQL shows the lowest weight, D, by leaving it out.
    found = re.findall(r"'.([^']+)':1([ABC]?)", text)
    return Words.of(*([word for word, shown in found if (shown or "D") == weight] for weight in WEIGHTS))


def _from_four_texts(text: str) -> Words:
    return Words.of(*(group.split(" ") if group else () for group in orjson.loads(text)))
