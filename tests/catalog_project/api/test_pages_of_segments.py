"""Lists of several segments: walking the pages finds each segment in its own order, one behind the other."""

from contextlib import contextmanager
from functools import partial
from types import SimpleNamespace

import pytest
from django.db import connection, transaction
from django.db.models import F
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rest_framework.request import Request
from rest_framework.test import APIRequestFactory

from catalog_project.api.pagination import Cursor, Keyset, KeysetPagination, Segment
from catalog_project.errors import Invalid
from products.models import Brand
from tests.factories.products import BrandFactory

pytestmark = pytest.mark.django_db
URL = "http://testserver/list/"
modest = settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])


def in_segment(number: int, rows):
    """The brands whose slug says that they belong here, with a sort key that only this segment knows."""
    return rows.filter(slug__startswith=f"s{number}-").annotate(**{f"key_{number}": F("name_key")})


def keyset(directions: list[bool]) -> Keyset:
    """One segment for each direction; True is descending."""
    return Keyset(
        segments=tuple(
            Segment(f"key_{number}", descending, partial(in_segment, number))
            for number, descending in enumerate(directions)
        )
    )


def page(order: Keyset, address: str, size: int) -> tuple[list[int], str | None, str | None]:
    request = Request(APIRequestFactory().get(address))
    values = {"cursor": request.query_params["cursor"]} if "cursor" in request.query_params else {}
    query = SimpleNamespace(ordering="", values=values, page_size_wanted=size, narrowing=dict)
    paginator = KeysetPagination()
    rows = paginator.paginate_queryset(
        Brand.objects.all(), request, SimpleNamespace(keyset=lambda: order, query=query, scope="all")
    )
    links = paginator.links()
    return [row.pk for row in rows], links["next"], links["previous"]


def make(rows: list[tuple[int, str]]) -> list[tuple[int, str, int]]:
    return [
        (segment, name, BrandFactory(name=name, slug=f"s{segment}-{index}").pk)
        for index, (segment, name) in enumerate(rows)
    ]


def expected(made: list[tuple[int, str, int]], directions: list[bool]) -> list[int]:
    return [
        pk
        for number, descending in enumerate(directions)
        for _, _, pk in sorted((row for row in made if row[0] == number), reverse=descending)
    ]


@contextmanager
def undone():
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


directions_of_segments = st.lists(st.booleans(), min_size=1, max_size=4)
rows_of_segments = st.lists(st.tuples(st.integers(0, 3), st.sampled_from("aab")), max_size=10)


@modest
@given(rows_of_segments, directions_of_segments, st.integers(1, 4))
def test_walking_on_and_back_finds_segment_after_segment(rows, directions, size) -> None:
    with undone():
        made, order = make(rows), keyset(directions)
        address: str | None = URL
        last, forth, back = None, [], []
        while address:
            found, address, last = page(order, address, size)
            forth.append(found)
        assert [pk for found in forth for pk in found] == expected(made, directions)
        while last:
            found, _, last = page(order, last, size)
            back.insert(0, found)
        assert back == forth[:-1]


@modest
@given(rows_of_segments, directions_of_segments, st.integers(1, 3), st.data())
def test_rows_that_stay_are_neither_repeated_nor_skipped_when_others_go(rows, directions, size, data) -> None:
    with undone():
        made, order = make(rows), keyset(directions)
        address: str | None = URL
        seen: list[int] = []
        while address:
            found, address, back = page(order, address, size)
            seen += found
            if made and (gone := data.draw(st.sampled_from([None, *made]))):
                made.remove(gone)
                Brand.objects.filter(pk=gone[2]).delete()
            if not found and back:
                assert page(order, back, 100)[0] == expected(made, directions)[-100:]
        staying = expected(made, directions)
        assert [pk for pk in seen if pk in staying] == staying
        assert len(seen) == len(set(seen))


@pytest.mark.parametrize(("size", "queries"), [(1, 1), (2, 2), (3, 2), (4, 3)])
def test_a_page_asks_no_more_segments_than_it_reaches_into(size, queries) -> None:
    make([(0, "a"), (0, "b"), (1, "a"), (1, "b"), (2, "a")])
    with CaptureQueriesContext(connection) as asked:
        assert len(page(keyset([False, False, False]), URL, size)[0]) == size
    assert len(asked) == queries


def test_a_cursor_into_a_segment_that_is_no_more_is_refused() -> None:
    make([(0, "a"), (1, "a"), (1, "b")])
    _, address, _ = page(keyset([False, False]), URL, 2)
    assert address
    with pytest.raises(Invalid):
        page(keyset([False]), address, 2)


def test_a_cursor_remembers_its_segment() -> None:
    for backwards in (True, False):
        cursor = Cursor(("a", 1), backwards, 3)
        assert Cursor.read(cursor.sign("list"), "list") == cursor
