"""What most readers ask for, as anyone may see it: one product, or a page of all of them."""

from collections import namedtuple
from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any, Final, NamedTuple

from django.db.models import DateTimeField, QuerySet
from django.http import Http404
from django.utils import timezone

from catalog_project.api.pagination import Segment, window
from catalog_project.prepared import Prepared
from products.models import Listing

EVERYTHING_VISIBLE: Final = object()
"""Stands for the rows of a list that `visible_page` reads."""

# Of all sizes, orderings and directions: those in use.
MOST_PAGES = 500


class Shown(NamedTuple):
    """All of a product that its detail needs."""

    document: str
    version: int


def find_visible(ref: int | str) -> Shown:
    """The product with the id or slug, if anyone may see it now. Raises Http404 otherwise."""
    rows = (BY_SLUG if isinstance(ref, str) else BY_ID).rows(ref=ref, at=timezone.now())
    if not rows:
        raise Http404
    return Shown(*rows[0])


def find_visible_state(ref: int | str) -> tuple[int, str]:
    """The version and the digest of the same, without its document. Raises Http404 likewise."""
    rows = (STATE_BY_SLUG if isinstance(ref, str) else STATE_BY_ID).rows(ref=ref, at=timezone.now())
    if not rows:
        raise Http404
    version, digest = rows[0]
    return version, digest


def visible_page(segment: Segment, behind: tuple[Any, int] | None, most: int, *, backwards: bool) -> Sequence[Any]:
    """So many of all products that anyone may see now, as `window` orders them.

    Each has its `pk`, the sort key by its name, and its `document`.
    """
    shape, query = _page(segment, backwards, behind is not None, most)
    values = {"key": behind[0], "row_id": behind[1]} if behind else {}
    return [shape._make(row) for row in query.rows(at=timezone.now(), **values)]


def _one(field: str) -> Any:
    return lambda ref, at: _visible(at).with_version().filter(**{field: ref}).values_list(*Shown._fields)


def _state(field: str) -> Any:
    return lambda ref, at: Listing.objects.states().visible(at).filter(**{field: ref})


BY_ID = Prepared(_one("pk"), ref=int, at=datetime)
BY_SLUG = Prepared(_one("product__slug"), ref=str, at=datetime)
STATE_BY_ID = Prepared(_state("pk"), ref=int, at=datetime)
STATE_BY_SLUG = Prepared(_state("product__slug"), ref=str, at=datetime)


@lru_cache(MOST_PAGES)
def _page(segment: Segment, backwards: bool, is_behind: bool, most: int) -> tuple[Any, Prepared]:
    """The shape of its rows, and the query."""
    columns = ("pk", segment.key, "document")

    def build(at: datetime, key: Any = None, row_id: int = 0) -> QuerySet[Any, Any]:
        behind = (key, row_id) if is_behind else None
        return window(_visible(at), segment, behind, backwards=backwards).values_list(*columns)[:most]

    kinds: dict[str, Any] = {"key": _kind_of(segment.key), "row_id": int} if is_behind else {}
    return namedtuple("Row", columns), Prepared(build, at=datetime, **kinds)  # noqa: PYI024 - its fields depend


def _kind_of(key: str) -> type[datetime | str]:
    return datetime if isinstance(Listing._meta.get_field(key), DateTimeField) else str


def _visible(at: datetime) -> Any:
    return Listing.objects.with_document().visible(at)
