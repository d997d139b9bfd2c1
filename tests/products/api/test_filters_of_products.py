"""GET /products/: any combination of filters finds what a few lines of plain Python find."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import count
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.factories.products import BrandFactory, CategoryFactory, ProductFactory, VariantFactory

URL = "/api/v1/products/"
START = datetime(2030, 1, 1, tzinfo=UTC)
PATHS = {"bags": "bags", "packs": "bags/packs", "day": "bags/packs/day", "bags-0": "bags-0"}
AMOUNTS = ["0", "1", "5.50", "10", "99.99"]


@dataclass
class Item:
    """A variant as the test knows it."""

    stock: int | None
    prices: dict[str, str]
    sku: str = ""


@dataclass
class Row:
    """A product as the test knows it."""

    brand: str | None
    categories: list[str]
    status: str
    moment: int
    items: list[Item] = field(default_factory=list)
    pk: int = 0


items = st.builds(
    Item,
    stock=st.sampled_from([None, 0, 1, 5]),
    prices=st.dictionaries(st.sampled_from(["USD", "EUR"]), st.sampled_from(AMOUNTS)),
)
rows = st.builds(
    Row,
    brand=st.sampled_from([None, "acme", "bolt"]),
    categories=st.lists(st.sampled_from(sorted(PATHS)), unique=True, max_size=2),
    status=st.sampled_from(["active", "active", "draft"]),
    moment=st.integers(0, 3),
    items=st.lists(items, max_size=3),
)
moments = st.integers(-1, 4)
filters = st.fixed_dictionaries(
    {},
    optional={
        "brand": st.lists(st.sampled_from(["acme", "bolt"]), min_size=1, unique=True),
        "category": st.lists(st.sampled_from(sorted(PATHS)), min_size=1, max_size=2, unique=True),
        "status": st.lists(st.sampled_from(["draft", "active", "archived"]), min_size=1, unique=True),
        "sku": st.lists(st.sampled_from(["s0", "S1", "s2", "S3", "nope"]), min_size=1, unique=True),
        "price__gte": st.sampled_from(AMOUNTS),
        "price__lte": st.sampled_from(AMOUNTS),
        "currency": st.sampled_from(["USD", "EUR"]),
        "in_stock": st.booleans(),
        "created_at__gte": moments,
        "created_at__lt": moments,
        "updated_at__gte": moments,
        "updated_at__lt": moments,
    },
)


def fits_item(item: Item, wanted: dict[str, Any]) -> bool:
    price = item.prices.get(wanted.get("currency", "USD"))
    if "sku" in wanted and item.sku.casefold() not in map(str.casefold, wanted["sku"]):
        return False
    if wanted.get("in_stock") is True and item.stock == 0:
        return False
    if {"price__gte", "price__lte"} & wanted.keys() and price is None:
        return False
    above = "price__gte" not in wanted or Decimal(price) >= Decimal(wanted["price__gte"])
    return above and ("price__lte" not in wanted or Decimal(price) <= Decimal(wanted["price__lte"]))


def fits_row(row: Row, wanted: dict[str, Any]) -> bool:
    within = {PATHS[slug] for slug in wanted.get("category", [])}
    places = [PATHS[slug] for slug in row.categories]
    return all(
        [
            "brand" not in wanted or row.brand in wanted["brand"],
            "status" not in wanted or row.status in wanted["status"],
            not within or any(f"{place}/".startswith(f"{path}/") for place in places for path in within),
            *(row.moment >= wanted[name] for name in ("created_at__gte", "updated_at__gte") if name in wanted),
            *(row.moment < wanted[name] for name in ("created_at__lt", "updated_at__lt") if name in wanted),
            wanted.get("in_stock") is not False or all(item.stock == 0 for item in row.items),
        ]
    )


def is_found(row: Row, wanted: dict[str, Any]) -> bool:
    about_items = {"sku", "price__gte", "price__lte"} & wanted.keys() or wanted.get("in_stock") is True
    return fits_row(row, wanted) and (not about_items or any(fits_item(item, wanted) for item in row.items))


def store(catalog: list[Row]) -> None:
    brands = {slug: BrandFactory(slug=slug) for slug in ("acme", "bolt")}
    bags = CategoryFactory(slug="bags")
    packs = CategoryFactory(slug="packs", parent=bags)
    places = {"bags": bags, "packs": packs, "day": CategoryFactory(slug="day", parent=packs)}
    places["bags-0"] = CategoryFactory(slug="bags-0")
    numbers = count()
    for row in catalog:
        at = START + timedelta(seconds=row.moment)
        categories = [places[slug] for slug in row.categories]
        made = ProductFactory(
            brand=brands.get(row.brand),
            status=row.status,
            categories=categories,
            variants=0,
            created_at=at,
            updated_at=at,
        )
        row.pk = made.pk
        for item in row.items:
            item.sku = f"S{next(numbers)}"
            VariantFactory(product=made, sku=item.sku, stock=item.stock, prices=item.prices)


def as_parameter(name: str, value: Any) -> str:
    if name.endswith(("__lt", "_at__gte")):
        return (START + timedelta(seconds=value)).isoformat().replace("+00:00", "Z")
    if isinstance(value, bool):
        return str(value).lower()
    return ",".join(value) if isinstance(value, list) else value


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(rows, max_size=6), filters)
def test_filters_find_what_plain_python_finds(viewer, catalog, wanted) -> None:
    with transaction.atomic():
        store(catalog)
        parameters = {name: as_parameter(name, value) for name, value in wanted.items()}
        response = viewer.get(URL, {**parameters, "page_size": 100, "count": "exact", "fields": "id"})
        transaction.set_rollback(True)
    found = [row["id"] for row in response.json()["results"]]
    assert set(found) == {row.pk for row in catalog if is_found(row, wanted)}
    assert len(found) == response.json()["count"]


@pytest.mark.parametrize(
    ("wanted", "is_there"),
    [
        ({"price__gte": "5", "price__lte": "6"}, True),
        ({"price__gte": "5", "sku": ["S1"]}, False),
        ({"price__lte": "1", "sku": ["s1"], "in_stock": True}, True),
        ({"in_stock": False}, False),
    ],
)
def test_the_plain_python_is_right_itself(wanted, is_there) -> None:
    row = Row(None, [], "active", 0, [Item(0, {"USD": "5.50"}, "S0"), Item(1, {"USD": "1"}, "S1")])
    assert is_found(row, wanted) == is_there
