"""Calls as a whole: dry runs, and calls that meet."""

from time import monotonic
from typing import Any

import pytest
from django.db import connection

from products.listings.rebuild import find_drift
from products.models import Brand, Product, Variant
from tests.factories.products import BrandFactory, CategoryFactory, ProductFactory, VariantFactory
from tests.products.bulk.calling import bulk, item, results
from tests.products.conftest import signed_in
from tests.threads import at_once

SECONDS = 3


@pytest.mark.django_db
def test_a_dry_run_shows_every_field_before_and_after(manager) -> None:
    VariantFactory(sku="A", name="Old", prices={"USD": "10"}, product=ProductFactory(slug="pack", variants=0))
    found = results(
        manager,
        item("update", "variant", "A", {"name": "New", "barcode": "", "prices": {"USD": {"amount": "9"}, "EUR": None}}),
        item("create", "brand", data={"name": "Acme"}),
        item("update", "product", "pack", {"brand": "acme"}),
        item("delete", "variant", "A"),
        dry_run=True,
    )
    assert found[0]["changes"] == {
        "name": {"before": "Old", "after": "New"},
        "prices": {
            "before": {"USD": {"amount": "10.00", "compare_at": None}},
            "after": {"USD": {"amount": "9.00", "compare_at": None}},
        },
    }
    assert (found[1]["id"], found[1]["changes"]["name"]) == (None, {"before": None, "after": "Acme"})
    assert found[2]["changes"] == {"brand": {"before": None, "after": "acme"}}
    assert Brand.objects.count() == 0
    assert Variant.objects.get().name == "Old"


@pytest.mark.django_db
def test_a_dry_run_has_no_id_for_what_it_made_before(manager) -> None:
    found = results(
        manager,
        item("create", "product", data={"name": "Pack", "variants": [{"sku": "A"}]}),
        item("set_stock", "variant", "A", {"set": 1}),
        item("update", "product", "pack", {"name": "Bag"}),
        dry_run=True,
    )
    assert [result["id"] for result in found] == [None, None, None]
    assert [result["version"] for result in found] == [1, 1, 2]


def crossing(worker: int, turn: int, skus: list[str]) -> list[dict[str, Any]]:
    """Items over the same rows, forwards for some and backwards for others."""
    amount = {"prices": {"USD": {"amount": f"{worker + 1}.{turn % 90 + 10}"}}}
    items = [
        *(item("set_price", "variant", sku, amount) for sku in skus),
        *(item("update", "product", f"p{n}", {"brand": f"b{(n + worker + turn) % 3}"}) for n in range(len(skus))),
        *(item("set_stock", "variant", sku, {"delta": 1}) for sku in skus),
        *(item("update", "brand", f"b{n}", {"name": f"Brand {worker} {turn}"}) for n in range(3)),
        *(item("update", "category", f"c{n}", {"name": f"Category {worker} {turn}"}) for n in range(3)),
        *(item("upsert", "product", data={"slug": f"new-{n}", "name": f"{worker}"}) for n in range(5)),
    ]
    return items if worker % 2 else items[::-1]


@pytest.mark.django_db(transaction=True)
def test_calls_over_the_same_rows_in_opposite_orders_all_succeed() -> None:
    workers = 4 if connection.vendor == "postgresql" else 2
    for n in range(3):
        BrandFactory(slug=f"b{n}")
        CategoryFactory(slug=f"c{n}")
    categories = [CategoryFactory(slug=f"d{n}") for n in range(2)]
    skus = [f"S{n}" for n in range(12)]
    for n, sku in enumerate(skus):
        VariantFactory(sku=sku, stock=0, product=ProductFactory(slug=f"p{n}", variants=0, categories=categories))
    signed_in("manager")

    def run(worker: int) -> list[tuple[int, set[int]]]:
        from rest_framework.test import APIClient

        from accounts.models import User

        client = APIClient(raise_request_exception=False)
        client.force_authenticate(User.objects.get(username="manager"))
        end, found = monotonic() + SECONDS, []
        while monotonic() < end:
            response = bulk(client, *crossing(worker, len(found), skus), mode="atomic")
            found.append((response.status_code, response.content[:300]))
        return found

    answers = [answer for answers in at_once(workers, run) for answer in answers]
    assert {status for status, _ in answers} == {200}, next(answer for answer in answers if answer[0] != 200)
    assert set(Variant.objects.filter(sku__in=skus).values_list("stock", flat=True)) == {len(answers)}
    assert Product.objects.filter(slug__startswith="new-").count() == 5
    assert not list(find_drift())
