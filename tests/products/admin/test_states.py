"""What staff see of a product's life."""

from datetime import datetime, timedelta

import pytest
from django.utils import timezone

from products.admin.states import badge, publicity, state_of
from products.models import Product

NOW = timezone.now()
PAST, FUTURE = NOW - timedelta(hours=1), NOW + timedelta(hours=1)


def product(status: str = "active", start: datetime | None = None, end: datetime | None = None) -> Product:
    return Product(name="<b>", slug="trail", status=status, published_from=start, published_until=end)


@pytest.mark.parametrize(
    ("made", "name"),
    [
        (product("draft", PAST, FUTURE), "draft"),
        (product("archived"), "archived"),
        (product(), "visible"),
        (product("active", PAST, FUTURE), "visible"),
        (product("active", FUTURE), "scheduled"),
        (product("active", None, PAST), "expired"),
    ],
)
def test_a_state_joins_status_and_window(made: Product, name: str) -> None:
    assert state_of(made).name == name
    assert (state_of(made).reason == "") == made.is_visible()
    assert f">{name.capitalize()}<" in badge(made)


def test_what_is_visible_links_to_its_document() -> None:
    assert '<a href="/api/v1/products/trail/">/api/v1/products/trail/</a>' in publicity(product())


def test_what_is_not_says_why() -> None:
    assert "Not public: it is a draft." in publicity(product("draft"))
    assert f"Not public since {PAST:%Y-%m-%d %H:%M:%S} UTC." in publicity(product("active", None, PAST))
