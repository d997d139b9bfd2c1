"""What a search asks of the text index, written in the language of each database."""

from enum import Enum
from typing import Any, NamedTuple

from django.db.models import BooleanField, F, Func

from products.models.words import CLOSE, IN_NAME

INDEX_TABLE = "products_listing_words"


class Term(NamedTuple):
    """A word that will do: as it is, or as the beginning of one."""

    word: str
    is_prefix: bool = False


Groups = tuple[tuple[Term, ...], ...]
"""What a search asks for: of every group, any of its terms."""


class Reach(Enum):
    """How far from the name a word may stand: as a mark of PostgreSQL's lexemes, and as columns of SQLite's index."""

    NAME = (IN_NAME, "a")
    CLOSE = (CLOSE, "a b c")
    ANYWHERE = ("", "a b c d")


class Finds(Func):
    """The condition that every group is found within `reach` but not all of them within `nearer`."""

    output_field = BooleanField()
    conditional = True

    def __init__(self, groups: Groups, reach: Reach, nearer: Reach | None = None) -> None:
        super().__init__(F("words"), F("pk"))
        self.groups, self.reach, self.nearer = groups, reach, nearer

    def as_postgresql(self, compiler: Any, connection: Any, **context: Any) -> tuple[str, Any]:
        """One look into the GIN index on the column."""
        column, params = compiler.compile(self.source_expressions[0])
        return f"{column} @@ %s::tsquery", [*params, self._combined(tsquery, "{} & !{}")]

    def as_sqlite(self, compiler: Any, connection: Any, **context: Any) -> tuple[str, Any]:
        """One look into the FTS5 index, whose rows have the products' ids."""
        row_id, params = compiler.compile(self.source_expressions[1])
        found = f"SELECT rowid FROM {INDEX_TABLE} WHERE {INDEX_TABLE} MATCH %s"  # noqa: S608 - a name of our own
        return f"{row_id} IN ({found})", [*params, self._combined(fts5, "{} NOT {}")]

    def _combined(self, write: Any, without: str) -> str:
        wanted: str = write(self.groups, self.reach)
        return without.format(wanted, write(self.groups, self.nearer)) if self.nearer else wanted


def tsquery(groups: Groups, reach: Reach) -> str:
    """`(('bag':*|'~b1')&('red':*))`. Words hold neither quotes nor backslashes, and within quotes nothing else acts."""
    mark = reach.value[0]
    written = ("|".join(f"'{mark}{term.word}'{':*' if term.is_prefix else ''}" for term in group) for group in groups)
    return f"({'&'.join(f'({group})' for group in written)})"


def fts5(groups: Groups, reach: Reach) -> str:
    """`({a b c} : (("bag" * OR "~b1") AND ("red" *)))`, within quotes as above."""
    written = (" OR ".join(f'"{term.word}"{" *" if term.is_prefix else ""}' for term in group) for group in groups)
    return f"({{{reach.value[1]}}} : ({' AND '.join(f'({group})' for group in written)}))"
