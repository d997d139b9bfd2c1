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
SEGMENTS = 1 + len(PARTS)
NOTHING = Q(pk__in=())
LOOK = f"SELECT 0, (SELECT json_group_array(rowid) FROM ({FOUND['sqlite']} LIMIT %s))"  # noqa: S608 - our own SQL


@dataclass(frozen=True)
class Look:
    """What a look at a part of what is found gave: its products, or None where they are more than a `FEW`.

    A part that `abounds` is frequent among the newest products: to walk through these is the way to its first ones.
    """

    ids: Sequence[int] | None
    abounds: bool = False


@dataclass
class Search:
    """What a search asks of the listings. `sku_owner` is the product with the SKU that is the whole text.

    `looks` are those taken so far, in the order of `PARTS`: behind a part that abounds few pages ever come.
    """

    groups: Groups
    sku_owner: int | None
    looks: list[Look]

    def matches(self) -> Q:
        """Everything that is found; without words, only what has the SKU."""
        if any(look.ids is None for look in self.looks):
            found = Q(Finds(self.groups, WHOLE))
        else:
            found = _among(pk for look in self.looks for pk in look.ids or ())
        return found | self._has_sku() if self.sku_owner else found

    def segment(self, place: int) -> Q:
        """The same in `SEGMENTS` without overlap, best first: SKU, all in the name, all close to it, anywhere.

        Takes a query where nobody has looked so far.
        """
        return self._others(place - 1) if place else self._has_sku()

    def _has_sku(self) -> Q:
        return Q(pk=self.sku_owner) if self.sku_owner else NOTHING

    def _others(self, place: int) -> Q:
        while place >= len(self.looks):
            self.looks += _look(self.groups, PARTS[len(self.looks) :])
        look = self.looks[place]
        if look.ids is not None:
            return _among(pk for pk in look.ids if pk != self.sku_owner)
        found = Q(Finds(self.groups, PARTS[place], at_once=not look.abounds))
        return found & ~Q(pk=self.sku_owner) if self.sku_owner else found


def read_search(text: str) -> Search:
    """Read what was typed. Of many words the first sixteen count.

    Takes two queries; two more where a word is not known, one more where a category is named.
    """
    words = list(dict.fromkeys(fold(text)))[:MAX_WORDS]
    key = sku_key(text.strip().replace("\x00", ""))  # of which PostgreSQL knows nothing
    groups, owner = meanings(words, key)
    return Search(groups, owner, _look(groups, PARTS) if groups else [Look(())] * len(PARTS))


def _among(ids: Iterable[int]) -> Q:
    """A condition that the database is not even asked for where there are no ids."""
    found = tuple(ids)
    return Q(Among(found)) if found else NOTHING


def _look(groups: Groups, parts: Sequence[Part]) -> list[Look]:
    """Look at these parts, in one query. Behind one that abounds no further ones are looked at."""
    questions = [written(groups, part, connection) for part in parts]
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SELECT abounds, ids FROM products_look(%s::tsquery[], %s)", [questions, FEW + 1])
        else:
            values = [value for question in questions for value in (question, FEW + 1)]
            cursor.execute(" UNION ALL ".join([LOOK] * len(parts)), values)
        return [_read(abounds, ids) for abounds, ids in cursor.fetchall()]


def _read(abounds: bool, found: str | list[int] | None) -> Look:
    ids = orjson.loads(found) if isinstance(found, str) else found
    return Look(None if ids is None or len(ids) > FEW else ids, bool(abounds))
