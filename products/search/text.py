"""Searching the listings: what a text asks for, and what of that comes first."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import orjson
from django.db import connection
from django.db.models import Q

from products.listings.words import fold
from products.models.naming import sku_key
from products.search.meanings import meanings
from products.search.terms import FOUND, PARTS, WHOLE, Among, Finds, Groups, Part, written

MAX_WORDS = 16
# Of a part with no more products than these the ids are fetched at once. PostgreSQL takes even the rarest word for
# frequent where it is a beginning, and would walk the whole table, newest first, to find one.
FEW = 2_000
NOTHING = Q(pk__in=())
LOOKS = {
    "postgresql": "ARRAY(SELECT products_found(%s::tsquery, %s))",
    "sqlite": f"(SELECT json_group_array(rowid) FROM ({FOUND['sqlite']} LIMIT %s))",  # noqa: S608 - our own SQL
}

Ids = Sequence[int] | None
"""The products of a part, or None where there are many."""


@dataclass(frozen=True)
class Search:
    """What a search asks of the listings. `sku_owner` is the product with the SKU that is the whole text."""

    groups: Groups
    sku_owner: int | None
    few: tuple[Ids, ...]

    def matches(self) -> Q:
        """Everything that is found; without words, only what has the SKU."""
        if any(ids is None for ids in self.few):
            found = Q(Finds(self.groups, WHOLE))
        else:
            found = _among(pk for ids in self.few for pk in ids or ())
        return found | self._has_sku() if self.sku_owner else found

    def segments(self) -> tuple[Q, ...]:
        """The same in four parts without overlap, best first: SKU, all in the name, all close to it, anywhere."""
        return self._has_sku(), *(self._others(part, ids) for part, ids in zip(PARTS, self.few, strict=True))

    def _has_sku(self) -> Q:
        return Q(pk=self.sku_owner) if self.sku_owner else NOTHING

    def _others(self, part: Part, ids: Ids) -> Q:
        if ids is not None:
            return _among(pk for pk in ids if pk != self.sku_owner)
        found = Q(Finds(self.groups, part))
        return found & ~Q(pk=self.sku_owner) if self.sku_owner else found


def read_search(text: str) -> Search:
    """Read what was typed. Of many words the first sixteen count.

    Takes two queries; two more where a word is not known, one more where a category is named.
    """
    words = list(dict.fromkeys(fold(text)))[:MAX_WORDS]
    key = sku_key(text.strip().replace("\x00", ""))  # of which PostgreSQL knows nothing
    groups, owner = meanings(words, key)
    return Search(groups, owner, _few(groups) if groups else ((),) * len(PARTS))


def _among(ids: Iterable[int]) -> Q:
    """A condition that the database is not even asked for where there are no ids."""
    found = tuple(ids)
    return Q(Among(found)) if found else NOTHING


def _few(groups: Groups) -> tuple[Ids, ...]:
    """For each part its products where they are few."""
    values = [value for part in PARTS for value in (written(groups, part, connection), FEW + 1)]
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {', '.join([LOOKS[connection.vendor]] * len(PARTS))}", values)
        found = [orjson.loads(ids) if isinstance(ids, str) else ids for ids in cursor.fetchone() or ()]
    return tuple(ids if len(ids) <= FEW else None for ids in found)
