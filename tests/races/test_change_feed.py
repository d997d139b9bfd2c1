"""A consumer of the feed, while many write: it sees each change exactly once, in the order of the versions."""

import random
import time
from collections import Counter
from threading import Event
from typing import Any

import pytest
from django.db import transaction
from rest_framework.test import APIClient

from products.models import Variant
from products.services.brands import update_brand
from products.services.changes.recording import Entry, noting
from products.services.products import update_product
from products.services.variants import set_stock, update_variant
from tests.factories.accounts import UserFactory
from tests.factories.products import BrandFactory, ProductFactory
from tests.threads import at_once

pytestmark = pytest.mark.django_db(transaction=True)
WRITERS = 8
PATIENCE = 0.03  # seconds that a slow writer keeps its changes to itself


def follow(client: APIClient, ended: Event) -> list[dict[str, Any]]:
    """Every change that a consumer sees until there is nothing more to come."""
    seen: list[dict[str, Any]] = []
    since, is_last = 0, False
    while True:
        page = client.get("/api/v1/changes/", {"since": since, "page_size": 100}).json()
        seen += page["results"]
        since = page["next_since"]
        if is_last and not page["has_more"]:
            return seen
        is_last = ended.is_set() and not page["has_more"]


def write(writer: int, count: int) -> list[Entry]:
    """What a writer committed: some of its changes are slow to be, some come to nothing."""
    draw = random.Random(writer)
    done: list[Entry] = []
    while len(done) < count:
        with transaction.atomic(), noting() as entries:
            write_something(draw)
            if draw.random() < 0.1:
                time.sleep(PATIENCE)
            is_undone = draw.random() < 0.1
            transaction.set_rollback(is_undone)
        done += () if is_undone else entries
    return done


def write_something(draw: random.Random) -> None:
    value = draw.randrange(10**9)
    variant = draw.choice(list(Variant.objects.order_by("pk")))
    kind = draw.randrange(10)
    if kind < 6:
        set_stock(by=None, variant_id=variant.pk, stock=value)
    elif kind < 8:
        update_variant(by=None, variant_id=variant.pk, values={"name": f"V{value}"})
    elif kind < 9:
        update_product(by=None, product_id=variant.product_id, values={"name": f"P{value}"})
    else:
        update_brand(by=None, brand=variant.product.brand, values={"name": f"B{value}"})


@pytest.mark.parametrize("changes", [1_500, pytest.param(10_000, marks=pytest.mark.long)])
def test_a_consumer_sees_each_change_once_and_in_order(changes: int) -> None:
    for _ in range(4):
        ProductFactory(brand=BrandFactory(), variants=2)
    consumer, ended = APIClient(), Event()
    consumer.force_authenticate(UserFactory(role="catalog_viewer"))
    running = set(range(WRITERS))

    def take_part(number: int) -> list[Any]:
        if number == WRITERS:
            return follow(consumer, ended)
        try:
            return write(number, changes // WRITERS)
        finally:
            running.discard(number)
            if not running:
                ended.set()

    *written, seen = at_once(WRITERS + 1, take_part)
    committed = [(entry.entity, entry.id, entry.version, str(entry.changes)) for done in written for entry in done]
    assert Counter((row["entity"], row["id"], row["version"], str(row["changes"])) for row in seen) == Counter(
        committed
    )
    assert [row["sequence"] for row in seen] == list(range(1, len(seen) + 1))
    assert_in_order(seen)


def assert_in_order(seen: list[dict[str, Any]]) -> None:
    """Versions never go back, and each change of a field begins where the one before has ended."""
    versions: dict[tuple[str, int], int] = {}
    fields: dict[tuple[str, int, str], Any] = {}
    for row in seen:
        entity = row["entity"], row["id"]
        assert row["version"] >= versions.get(entity, 0)
        versions[entity] = row["version"]
        for name, change in row["changes"].items():
            assert fields.get((*entity, name), change["before"]) == change["before"], row
            fields[(*entity, name)] = change["after"]
