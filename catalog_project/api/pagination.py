"""Keyset pagination: a page costs the same at any depth and neither skips nor repeats rows that stay.

A cursor holds the sort key and id of the row it starts behind, and a digest of the list it belongs to. It is signed,
so that a forged one is a 400 and not a query. The key must never be null; ties are broken by id in the same direction
(the method is Markus Winand's "seek method", use-the-index-luke.com/no-offset). A list may consist of segments, one
behind the other, each in an order of its own: best matches first, or what has no price last.
"""

import hashlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any
from urllib.parse import SplitResult, parse_qs, urlencode, urlsplit

import orjson
from django.core import signing
from django.db.models import BooleanField, Expression, F, Func, Model, QuerySet, Value
from django.utils.functional import cached_property
from rest_framework.pagination import BasePagination
from rest_framework.request import Request
from rest_framework.response import Response

from catalog_project.errors import Fault, Invalid

SALT = "catalog.cursor"


Narrowing = Callable[[QuerySet[Any]], QuerySet[Any]]


def whole(rows: QuerySet[Any]) -> QuerySet[Any]:
    """The narrowing that leaves every row."""
    return rows


@dataclass(frozen=True)
class Segment:
    """The rows of a list that `narrow` leaves, by `key` (a field or annotation without nulls), then by id.

    Where the key stands in another table, `row_id` names the id beside it: one index then holds both.
    """

    key: str
    descending: bool
    narrow: Narrowing = whole
    row_id: str = "pk"


@dataclass(frozen=True)
class Keyset:
    """How a list is ordered: by `key` (a field or annotation without nulls), then by id; or segment after segment.

    Segments must not share rows, and their number must be the same on every page. `union` leaves the rows of all of
    them, to be counted.
    """

    key: str = "pk"
    descending: bool = False
    segments: tuple[Segment, ...] = ()
    union: Narrowing = whole

    @property
    def parts(self) -> tuple[Segment, ...]:
        """Its segments; one that holds everything where there are none."""
        return self.segments or (Segment(self.key, self.descending),)


@dataclass(frozen=True)
class Cursor:
    """Where a page starts: behind (or, `backwards`, before) the row with this sort key and id, in that segment."""

    position: tuple[Any, int]
    backwards: bool
    segment: int = 0

    def sign(self, digest: str) -> str:
        """The opaque text of this cursor for the list with this digest."""
        key, row_id = self.position
        # Without the time of day: the same page has the same address, for all who remember it.
        return _signer().sign_object([digest, _encode(key), row_id, 2 * self.segment + self.backwards])

    @classmethod
    def read(cls, text: str, digest: str) -> "Cursor":
        """Read a cursor back. Raises Invalid when it is forged or belongs to another list."""
        try:
            belongs_to, key, row_id, place = _signer().unsign_object(text)
        except (signing.BadSignature, ValueError) as error:
            raise _refuse("This is not a cursor of this catalog.") from error
        if belongs_to != digest:
            raise _refuse("This cursor belongs to a list with another ordering, filter or reader.")
        segment, backwards = divmod(place, 2)
        return cls((_decode(key), row_id), bool(backwards), segment)


class Row(Func):
    """SQL row values: `(a, b)`."""

    template = "(%(expressions)s)"
    arity = 2


class RowBeyond(Func):
    """SQL comparison of two rows, `(a, b) > (c, d)`, which an index on (a, b) answers in one step."""

    template = "%(expressions)s"
    output_field = BooleanField()
    conditional = True

    def __init__(self, left: Sequence[Expression | F], operator: str, right: Sequence[Expression]) -> None:
        super().__init__(Row(*left), Row(*right), arg_joiner=f" {operator} ")


class KeysetPagination(BasePagination):
    """Pages of a list whose view offers `keyset()`, `query` (a ListQuery) and `scope` (who is reading)."""

    def paginate_queryset(self, queryset: Any, request: Request, view: Any = None) -> list[Any]:
        """One page of rows, in order; one query a segment, of no more segments than the page reaches into."""
        self.request, self.keyset, query = request, view.keyset(), view.query
        self.digest = digest(request.path, query.ordering, query.narrowing(), view.scope)
        text = query.values.get("cursor")
        self.cursor = Cursor.read(text, self.digest) if text else None
        if self.cursor and self.cursor.segment >= len(self.keyset.parts):  # signed by another release
            raise _refuse("This cursor belongs to a list with another ordering.")
        self.total = self.keyset.union(queryset).order_by().count() if "count" in query.values else None
        found = self._read(queryset, query.page_size_wanted + 1)
        self.more = len(found) > query.page_size_wanted
        del found[query.page_size_wanted :]
        if self.is_backwards:
            found.reverse()
        self.page = found
        return [row for _, row in found]

    @property
    def is_backwards(self) -> bool:
        """Whether the page is read from its end to its start."""
        return self.cursor is not None and self.cursor.backwards

    def _read(self, queryset: QuerySet[Any], wanted: int) -> list[tuple[int, Any]]:
        """So many rows from the cursor on, in the direction of reading, each with the number of its segment."""
        found: list[tuple[int, Any]] = []
        here = self.cursor.segment if self.cursor else 0
        for segment in range(here, -1, -1) if self.is_backwards else range(here, len(self.keyset.parts)):
            start = self.cursor if segment == here else None
            rows = self.window(queryset, self.keyset.parts[segment], start, wanted - len(found))
            found += ((segment, row) for row in rows)
            if len(found) == wanted:
                break
        return found

    def window(self, queryset: Any, segment: Segment, start: Cursor | None, most: int) -> Iterable[Any]:
        """The first rows of a segment from the cursor on, in the direction of reading."""
        return window(queryset, segment, start.position if start else None, backwards=self.is_backwards)[:most]

    def links(self) -> dict[str, str | None]:
        """Absolute addresses of the neighbouring pages, or None at an end."""
        has_next = self.is_backwards or self.more
        has_previous = self.more if self.is_backwards else self.cursor is not None
        return {
            "next": self._link(-1, backwards=False) if has_next else None,
            "previous": self._link(0, backwards=True) if has_previous else None,
        }

    def _link(self, index: int, *, backwards: bool) -> str:
        segment, *position = self._position(index)
        cursor = Cursor((position[0], position[1]), backwards, segment).sign(self.digest)
        page, parameters = self._address
        query = urlencode(sorted({**parameters, "cursor": [cursor]}.items()), doseq=True)
        return page._replace(query=query).geturl()

    @cached_property
    def _address(self) -> tuple[SplitResult, dict[str, list[str]]]:
        """That of this page, and its parameters."""
        page = urlsplit(self.request.build_absolute_uri())
        return page, parse_qs(page.query, keep_blank_values=True)

    def _position(self, index: int) -> tuple[int, Any, int]:
        """Segment, sort key and id of a row of the page."""
        if self.cursor and not self.page:  # nothing beyond the cursor: turn round, its own row included
            segment, (key, row_id) = self.cursor.segment, self.cursor.position
            descending = self.keyset.parts[segment].descending ^ self.cursor.backwards
            return segment, key, row_id + (-1 if descending else 1)
        segment, row = self.page[index]
        return segment, getattr(row, self.keyset.parts[segment].key), row.pk

    def get_paginated_response(self, data: Any) -> Response:
        """The page as the API shows it."""
        counted = {} if self.total is None else {"count": self.total}
        return Response({**counted, **self.links(), "results": data})

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        """The page for the OpenAPI document."""
        link = {"type": ["string", "null"], "format": "uri", "example": None}
        return {
            "type": "object",
            "required": ["next", "previous", "results"],
            "properties": {
                "count": {"type": "integer", "example": 1, "description": "Number of all rows; with `?count=exact`."},
                "next": link,
                "previous": link,
                "results": schema,
            },
        }


def window(
    queryset: QuerySet[Any], segment: Segment, behind: tuple[Any, Any] | None, *, backwards: bool
) -> QuerySet[Any]:
    """The rows of a segment behind a sort key and id, or (`backwards`) those before it, the nearest first."""
    queryset, key = segment.narrow(queryset), segment.key
    descending = segment.descending ^ backwards
    if behind:
        value, row_id = behind
        field = queryset.query.resolve_ref(key).output_field
        here = [Value(value, output_field=field), Value(row_id)]
        queryset = queryset.filter(RowBeyond([F(key), F(segment.row_id)], "<" if descending else ">", here))
    sign = "-" if descending else ""
    return queryset.order_by(f"{sign}{key}", f"{sign}{segment.row_id}")


def digest(path: str, ordering: str, narrowing: dict[str, Any], scope: str) -> str:
    """Which list this is: its address, ordering, filters (order of values aside) and who is reading."""
    filters = {name: _canonical(value) for name, value in narrowing.items() if name != "ordering"}
    text = orjson.dumps([path, ordering, filters, scope], option=orjson.OPT_SORT_KEYS)
    return hashlib.sha256(text).hexdigest()[:16]


def _canonical(value: Any) -> str | list[str]:
    if isinstance(value, list):
        return sorted(map(str, map(_canonical, value)))
    return str(value.pk if isinstance(value, Model) else value)


def _signer() -> signing.Signer:
    return signing.Signer(salt=SALT)


def _encode(key: Any) -> list[Any]:
    if isinstance(key, datetime):
        return ["t", key.isoformat()]
    if isinstance(key, Decimal):
        return ["d", str(key)]
    return ["", key]


def _decode(encoded: list[Any]) -> Any:
    kind, text = encoded
    if kind == "t":
        return datetime.fromisoformat(text)
    return Decimal(text) if kind == "d" else text


def _refuse(detail: str) -> Invalid:
    return Invalid([Fault("invalid_cursor", detail, parameter="cursor")])
