"""Buckets: few, round, and none of the values left out."""

from datetime import date
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from products.search.buckets import edges_of_dates, edges_of_numbers, with_counts

numbers = st.integers(-(2**63), 2**64 - 1) | st.floats(allow_nan=False, allow_infinity=False)
days = st.dates().map(date.isoformat)


@pytest.mark.parametrize(
    ("least", "most", "edges"),
    [
        (1, 9, [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]),
        (0, 100, [0, 10, 20, 30, 40, 50, 60, 70, 80, 90, 100, 110]),
        (0.1, 0.35, [0.1, 0.15, 0.2, 0.25, 0.3, 0.35, 0.4]),
        (3, 5, [3, 4, 5, 6]),
        (-7, 1234, [-200, 0, 200, 400, 600, 800, 1000, 1200, 1400]),
        (5, 5, [5, 6]),
        (0, 0, [0, 1]),
        (37, 37, [30, 40]),
    ],
)
def test_edges_are_round(least, most, edges) -> None:
    assert edges_of_numbers(least, most) == edges


@pytest.mark.parametrize(
    ("least", "most", "first", "second", "last"),
    [
        ("2024-02-28", "2024-03-01", "2024-02-28", "2024-02-29", "2024-03-02"),
        ("2024-01-01", "2024-03-20", "2024-01-01", "2024-01-15", "2024-03-25"),
        ("2024-02-10", "2024-11-20", "2024-02-01", "2024-03-01", "2024-12-01"),
        ("1999-12-31", "2030-07-15", "1995-01-01", "2000-01-01", "2035-01-01"),
        ("2024-05-05", "2024-05-05", "2024-05-05", "2024-05-06", "2024-05-06"),
    ],
)
def test_edges_of_dates_are_days_months_or_years(least, most, first, second, last) -> None:
    edges = edges_of_dates(least, most)
    assert (edges[0], edges[1], edges[-1]) == (first, second, last)


@given(numbers, numbers)
def test_numbers_lie_within_their_edges(one, other) -> None:
    least, most = sorted((one, other))
    edges = edges_of_numbers(least, most)
    check(edges, least, most)


@given(days, days)
def test_dates_lie_within_their_edges(one, other) -> None:
    least, most = sorted((one, other))
    check(edges_of_dates(least, most), least, most)


def check(edges, least, most) -> None:
    """In order, around the values, and not too many; only the last may be open."""
    *inner, end = edges
    assert 1 <= len(inner) <= 12
    assert all(one < other for one, other in pairwise(inner))
    assert inner[0] <= least
    assert inner[-1] <= most
    assert end is None or end > most


def test_empty_buckets_are_shown() -> None:
    assert with_counts([0, 1, 2], {1: 3}) == [{"gte": 0, "lt": 1, "count": 0}, {"gte": 1, "lt": 2, "count": 3}]
    assert with_counts([], {}) == []
