"""Keyset pagination: a page costs the same at any depth and neither skips nor repeats rows that stay.

A cursor holds the sort key and id of the row it starts behind, and a digest of the list it belongs to. It is signed,
so that a forged one is a 400 and not a query. The key must never be null; ties are broken by id in the same direction
(the method is Markus Winand's "seek method", use-the-index-luke.com/no-offset).
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

import orjson
from django.core import signing
from django.db.models import BooleanField, Expression, F, Func, Model, QuerySet, Value
from rest_framework.pagination import BasePagination
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.urls import replace_query_param

from catalog_project.errors import Fault, Invalid

SALT = "catalog.cursor"


@dataclass(frozen=True)
class Keyset:
    """How a list is ordered: by `key` (the name of a field or annotation without nulls), then by id."""

    key: str
    descending: bool


@dataclass(frozen=True)
class Cursor:
    """Where a page starts: behind (or, `backwards`, before) the row with this sort key and id."""

    position: tuple[Any, int]
    backwards: bool

    def sign(self, digest: str) -> str:
        """The opaque text of this cursor for the list with this digest."""
        key, row_id = self.position
        return signing.dumps([digest, _encode(key), row_id, int(self.backwards)], salt=SALT)

    @classmethod
    def read(cls, text: str, digest: str) -> "Cursor":
        """Read a cursor back. Raises Invalid when it is forged or belongs to another list."""
        try:
            belongs_to, key, row_id, backwards = signing.loads(text, salt=SALT)
        except (signing.BadSignature, ValueError) as error:
            raise _refuse("This is not a cursor of this catalog.") from error
        if belongs_to != digest:
            raise _refuse("This cursor belongs to a list with another ordering, filter or reader.")
        return cls((_decode(key), row_id), bool(backwards))


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
        """One page of rows, in order; one query."""
        self.request, self.keyset, query = request, view.keyset(), view.query
        self.digest = digest(request.path, query.ordering, query.narrowing(), view.scope)
        text = query.values.get("cursor")
        self.cursor = Cursor.read(text, self.digest) if text else None
        self.total = queryset.order_by().count() if "count" in query.values else None
        rows = list(self._window(queryset)[: query.page_size_wanted + 1])
        self.more = len(rows) > query.page_size_wanted
        del rows[query.page_size_wanted :]
        if self.cursor and self.cursor.backwards:
            rows.reverse()
        self.page = rows
        return rows

    def _window(self, queryset: QuerySet[Any]) -> QuerySet[Any]:
        key = self.keyset.key
        descending = self.keyset.descending
        if self.cursor:
            descending ^= self.cursor.backwards
            value, row_id = self.cursor.position
            field = queryset.query.resolve_ref(key).output_field
            here = [Value(value, output_field=field), Value(row_id)]
            queryset = queryset.filter(RowBeyond([F(key), F("pk")], "<" if descending else ">", here))
        sign = "-" if descending else ""
        return queryset.order_by(f"{sign}{key}", f"{sign}pk")

    def links(self) -> dict[str, str | None]:
        """Absolute addresses of the neighbouring pages, or None at an end."""
        backwards = self.cursor is not None and self.cursor.backwards
        has_next = backwards or self.more
        has_previous = self.more if backwards else self.cursor is not None
        return {
            "next": self._link(-1, backwards=False) if has_next else None,
            "previous": self._link(0, backwards=True) if has_previous else None,
        }

    def _link(self, index: int, *, backwards: bool) -> str:
        cursor = Cursor(self._position(index), backwards).sign(self.digest)
        return replace_query_param(self.request.build_absolute_uri(), "cursor", cursor)

    def _position(self, index: int) -> tuple[Any, int]:
        if self.cursor and not self.page:  # nothing beyond the cursor: turn round, its own row included
            key, row_id = self.cursor.position
            return key, row_id + (-1 if self.keyset.descending ^ self.cursor.backwards else 1)
        row = self.page[index]
        return getattr(row, self.keyset.key), row.pk

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


def digest(path: str, ordering: str, narrowing: dict[str, Any], scope: str) -> str:
    """Which list this is: its address, ordering, filters (order of values aside) and who is reading."""
    filters = {name: _canonical(value) for name, value in narrowing.items() if name != "ordering"}
    text = orjson.dumps([path, ordering, filters, scope], option=orjson.OPT_SORT_KEYS)
    return hashlib.sha256(text).hexdigest()[:16]


def _canonical(value: Any) -> str | list[str]:
    if isinstance(value, list):
        return sorted(map(str, map(_canonical, value)))
    return str(value.pk if isinstance(value, Model) else value)


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
