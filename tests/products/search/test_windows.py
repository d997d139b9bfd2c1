from datetime import UTC, datetime, timedelta

import pytest

from products.search.windows import next_window_edge
from tests.factories.products import ProductFactory

pytestmark = pytest.mark.django_db

NOW = datetime(2030, 1, 1, tzinfo=UTC)


def at(hours: float) -> datetime:
    return NOW + timedelta(hours=hours)


def test_without_windows_nothing_opens_or_closes() -> None:
    ProductFactory()
    assert next_window_edge(NOW) is None


def test_the_first_opening_or_closing_yet_to_come_is_the_edge() -> None:
    ProductFactory(published_from=at(-2), published_until=at(3))
    ProductFactory(published_from=at(2), published_until=at(4))
    ProductFactory(published_until=at(-1))
    assert next_window_edge(NOW) == at(2)
    assert next_window_edge(at(2)) == at(3)
    assert next_window_edge(at(3)) == at(4)
    assert next_window_edge(at(4)) is None


def test_an_edge_is_two_queries_whatever_there_is(django_assert_num_queries) -> None:
    ProductFactory.create_batch(5, published_from=at(1))
    with django_assert_num_queries(2):
        next_window_edge(NOW)
