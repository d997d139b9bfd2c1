from datetime import UTC, datetime, timedelta
from itertools import product as combinations

import pytest
from django.utils import timezone

from products.models import Product, ProductCategory
from tests.factories.products import CategoryFactory, ProductFactory

pytestmark = pytest.mark.django_db
NOW = datetime(2030, 1, 31, 12, tzinfo=UTC)
EDGES = [None, *(NOW + timedelta(microseconds=step) for step in (-2, -1, 0, 1, 2))]


def test_the_query_and_the_row_agree_on_who_is_visible() -> None:
    windows = [
        (opens, closes) for opens, closes in combinations(EDGES, EDGES) if not opens or not closes or opens < closes
    ]
    for status, (opens, closes) in combinations(Product.Status.values, windows):
        ProductFactory(status=status, published_from=opens, published_until=closes, variants=0)
    visible = set(Product.objects.visible(NOW))
    assert visible == {row for row in Product.objects.all() if row.is_visible(NOW)}
    assert 0 < len(visible) < len(windows)


@pytest.mark.parametrize(
    ("opens", "closes", "expected"),
    [(NOW, None, True), (None, NOW, False), (NOW - timedelta(1), NOW + timedelta(1), True)],
)
def test_a_window_opens_at_its_first_moment_and_is_over_at_its_last(opens, closes, expected) -> None:
    assert Product(status="active", published_from=opens, published_until=closes).is_visible(NOW) is expected


def test_now_is_meant_unless_another_moment_is_given() -> None:
    ProductFactory(published_from=timezone.now() + timedelta(hours=1))
    assert not Product.objects.visible().exists()
    assert Product.objects.visible(timezone.now() + timedelta(hours=2)).exists()


def test_categories_come_in_their_order() -> None:
    first, second, third = CategoryFactory.create_batch(3)
    made = ProductFactory(categories=[second, third, first])
    assert [link.category for link in made.ordered_links()] == [second, third, first]


def test_rows_are_called_by_what_people_know_them_by() -> None:
    made = ProductFactory(name="Bag", categories=[CategoryFactory(name="Bags")])
    assert str(made) == "Bag"
    assert str(ProductCategory.objects.get()) == f"{made.pk} in {made.category_links.get().category_id}"
