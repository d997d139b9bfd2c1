"""The number of statements depends on the kinds of work, not on the number of items."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from products.models import Brand, Category
from products.services.products import create_products
from tests.products.bulk.calling import bulk, item

# SQLite takes a thousand values a statement at most: its batches are smaller, and more.
pytestmark = [pytest.mark.django_db, pytest.mark.postgres]

FEW, MANY = 10, 1_000
# 500 rows are written with one statement and 100 deleted; no more than 2,000 variants are loaded at once.
BATCHES = {"delete": 60}
FURTHER = 16


def products(count: int) -> None:
    def variants(number: int) -> list[dict[str, Any]]:
        prices = {"USD": {"amount": Decimal(1)}}
        return [{"sku": f"S{number}", "stock": 5, "prices": prices}, {"sku": f"T{number}"}]

    batch: Any = [{"name": f"Product {n}", "slug": f"p{n}", "variants": variants(n)} for n in range(count)]
    create_products(by=None, batch=batch)


def brands(count: int) -> None:
    Brand.objects.bulk_create([Brand(name=f"Brand {number}", slug=f"b{number}") for number in range(count)])


def categories(count: int) -> None:
    rows = [Category(name=f"C {number}", slug=f"c{number}", path=f"c{number}") for number in range(count)]
    Category.objects.bulk_create(rows)


Make = Callable[[int], dict[str, Any]]
KINDS: dict[str, tuple[Callable[[int], None], Make]] = {
    "create products": (
        products,
        lambda n: item("create", "product", data={"name": f"New {n}", "variants": [{"sku": f"N{n}"}]}),
    ),
    "update products": (products, lambda n: item("update", "product", f"p{n}", {"name": f"Other {n}"})),
    "upsert products": (products, lambda n: item("upsert", "product", data={"name": "Other", "slug": f"p{n}"})),
    "publish products": (products, lambda n: item("publish", "product", f"p{n}")),
    "archive products": (products, lambda n: item("archive", "product", f"p{n}")),
    "delete products": (products, lambda n: item("delete", "product", f"p{n}")),
    "create variants": (products, lambda n: item("create", "variant", data={"product": f"p{n}", "sku": f"N{n}"})),
    "create variants of one": (products, lambda n: item("create", "variant", data={"product": "p0", "sku": f"N{n}"})),
    "update variants": (products, lambda n: item("update", "variant", f"S{n}", {"name": "Other", "sku": f"N{n}"})),
    "upsert variants": (products, lambda n: item("upsert", "variant", data={"sku": f"s{n}", "name": "Other"})),
    "delete variants": (products, lambda n: item("delete", "variant", f"S{n}")),
    "set stock": (products, lambda n: item("set_stock", "variant", f"S{n}", {"delta": -1})),
    "set stock of one": (products, lambda _: item("set_stock", "variant", "S0", {"delta": 1})),
    "set prices": (products, lambda n: item("set_price", "variant", f"S{n}", {"prices": {"USD": {"amount": n + 2}}})),
    "set prices of one": (
        products,
        lambda n: item("set_price", "variant", "S0", {"prices": {"USD": {"amount": n + 2}}}),
    ),
    "create brands": (brands, lambda n: item("create", "brand", data={"name": f"New {n}"})),
    "update brands": (brands, lambda n: item("update", "brand", f"b{n}", {"name": f"Other {n}"})),
    "delete brands": (brands, lambda n: item("delete", "brand", f"b{n}")),
    "create categories": (categories, lambda n: item("create", "category", data={"name": f"New {n}", "parent": "c0"})),
    "update categories": (categories, lambda n: item("update", "category", f"c{n}", {"name": f"Other {n}"})),
    "delete categories": (categories, lambda n: item("delete", "category", f"c{n}")),
}


def statements(client: Any, items: list[dict[str, Any]]) -> int:
    with CaptureQueriesContext(connection) as captured:
        response = bulk(client, *items, mode="atomic", dry_run=True)
    assert response.status_code == 200, response.content[:500]
    return len(captured)


@pytest.mark.parametrize("kind", KINDS)
def test_a_thousand_items_of_a_kind_cost_as_many_statements_as_ten(manager, kind) -> None:
    fill, make = KINDS[kind]
    fill(MANY)
    few = statements(manager, [make(number) for number in range(FEW)])
    many = statements(manager, [make(number) for number in range(MANY)])
    assert few <= 60
    assert many - few <= BATCHES.get(kind.split()[0], FURTHER), (few, many)


def test_a_thousand_prices_cost_less_than_ten_times_the_statements_of_one(manager) -> None:
    fill, make = KINDS["set prices"]
    fill(MANY)
    one, many = statements(manager, [make(0)]), statements(manager, [make(number) for number in range(MANY)])
    assert many <= 2 * one
