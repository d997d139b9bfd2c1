"""What a search asks of the text index, written in the language of each database."""

from enum import Enum
from typing import Any, NamedTuple

import orjson
from django.db.models import BooleanField, F, Func

from products.models.words import CLOSE_MARK, FAR_MARK, NAME_MARK

# The ids of what is found.
FOUND = {
    "postgresql": "SELECT listing_id FROM products_listingwords WHERE words @@ %s::tsquery",
    "sqlite": "SELECT rowid FROM products_listingwords_index WHERE products_listingwords_index MATCH %s",
}


class Term(NamedTuple):
    """A word that will do: as it is, or as the beginning of one."""

    word: str
    is_prefix: bool = False


Groups = tuple[tuple[Term, ...], ...]
"""What a search asks for: of every group, any of its terms."""


class Reach(Enum):
    """How far from the name a word may stand: as marks of PostgreSQL's lexemes, and as columns of SQLite's index."""

    NAME = ((NAME_MARK,), "a")
    CLOSE = ((NAME_MARK, CLOSE_MARK), "a b c")
    ANYWHERE = ((NAME_MARK, CLOSE_MARK, FAR_MARK), "a b c d")


class Part(NamedTuple):
    """What is found within a reach, but not all of it within a nearer one."""

    reach: Reach
    nearer: Reach | None = None


# What is found, in parts without overlap, the best first.
PARTS = (Part(Reach.NAME), Part(Reach.CLOSE, Reach.NAME), Part(Reach.ANYWHERE, Reach.CLOSE))
WHOLE = Part(Reach.ANYWHERE)


class Finds(Func):
    """The condition that a listing belongs to this part of what is found.

    `at_once`: PostgreSQL is to find all of the part first, and not to come upon it while it walks through listings.
    """

    output_field = BooleanField()
    conditional = True

    def __init__(self, groups: Groups, part: Part, *, at_once: bool = False) -> None:
        super().__init__(F("pk"))
        self.groups, self.part, self.at_once = groups, part, at_once

    def as_postgresql(self, compiler: Any, connection: Any, **context: Any) -> tuple[str, Any]:
        """One look into the GIN index, or into the words of each listing."""
        return self._written(compiler, connection, "= ANY(ARRAY({}))" if self.at_once else "IN ({})")

    def as_sqlite(self, compiler: Any, connection: Any, **context: Any) -> tuple[str, Any]:
        """One look into the FTS5 index."""
        return self._written(compiler, connection, "IN ({})")

    def _written(self, compiler: Any, connection: Any, among: str) -> tuple[str, Any]:
        row_id, params = compiler.compile(self.source_expressions[0])
        found = among.format(FOUND[connection.vendor])
        return f"{row_id} {found}", [*params, written(self.groups, self.part, connection)]


class Among(Func):
    """The condition that a listing is one of these products, which are one value however many they are."""

    output_field = BooleanField()
    conditional = True

    def __init__(self, ids: tuple[int, ...]) -> None:
        super().__init__(F("pk"))
        self.ids = ids

    def as_postgresql(self, compiler: Any, connection: Any, **context: Any) -> tuple[str, Any]:
        """As an array."""
        row_id, params = compiler.compile(self.source_expressions[0])
        return f"{row_id} = ANY(%s::bigint[])", [*params, list(self.ids)]

    def as_sqlite(self, compiler: Any, connection: Any, **context: Any) -> tuple[str, Any]:
        """As a JSON list."""
        row_id, params = compiler.compile(self.source_expressions[0])
        return f"{row_id} IN (SELECT value FROM json_each(%s))", [*params, orjson.dumps(self.ids).decode()]  # noqa: S608 - our own SQL


def written(groups: Groups, part: Part, connection: Any) -> str:
    """The question in the language of a connection's database."""
    return (tsquery if connection.vendor == "postgresql" else fts5)(groups, part)


def tsquery(groups: Groups, part: Part) -> str:
    """`(('^bag':*|'^~b1')&('^red'))`. Words hold neither quotes nor backslashes; within quotes nothing else acts."""
    wanted = _within(groups, part.reach)
    return f"{wanted}&!{_within(groups, part.nearer)}" if part.nearer else wanted


def fts5(groups: Groups, part: Part) -> str:
    """`({a b c} : (("bag" * OR "~b1") AND ("red")))`, within quotes as above."""
    wanted = _in_columns(groups, part.reach)
    return f"{wanted} NOT {_in_columns(groups, part.nearer)}" if part.nearer else wanted


def _within(groups: Groups, reach: Reach) -> str:
    marks = reach.value[0]
    written = (
        "|".join(f"'{mark}{word}'{':*' if is_prefix else ''}" for word, is_prefix in group for mark in marks)
        for group in groups
    )
    return f"({'&'.join(f'({group})' for group in written)})"


def _in_columns(groups: Groups, reach: Reach) -> str:
    written = (" OR ".join(f'"{word}"{" *" if is_prefix else ""}' for word, is_prefix in group) for group in groups)
    return f"({{{reach.value[1]}}} : ({' AND '.join(f'({group})' for group in written)}))"
