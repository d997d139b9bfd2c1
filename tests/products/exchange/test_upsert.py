"""Product records that meet each other, and other writers."""

from itertools import chain
from typing import Any

import pytest
from django.db import OperationalError
from psycopg.errors import DeadlockDetected

from products.exchange import upsert
from products.exchange.importing import Importer
from products.exchange.matching import Matches
from products.exchange.records import Record
from products.models import Brand, Product, Variant
from tests.factories.products import BrandFactory, ProductFactory
from tests.products.exchange.landing import land, only_product, outcomes
from tests.threads import at_once

CUP = {"external_id": "7", "name": "Cup", "variants": [{"sku": "A1"}, {"sku": "A2"}]}

pytestmark = pytest.mark.django_db


# --- Records that meet each other


def test_records_of_one_product_follow_one_another() -> None:
    first, second, third = ({"external_id": "7", "name": name, "variants": [{"sku": "A1"}]} for name in "ABB")
    assert outcomes(land(first, second, third)) == ["created", "changed", "unchanged"]
    assert only_product().name == "B"


def test_records_that_mean_one_product_by_different_keys_follow_one_another() -> None:
    records = land(CUP, {"external_id": "7", "name": "B"}, {"variants": [{"sku": "A2"}], "name": "C"})
    assert outcomes(records) == ["created", "changed", "changed"]
    assert (only_product().name, only_product().version) == ("C", 3)


def test_what_one_record_gives_up_the_next_may_take() -> None:
    land(CUP)
    moved = {"external_id": "7", "slug": "mug", "variants": [{"sku": "A1", "external_id": "V1"}]}
    renamed = {"variants": [{"external_id": "V1", "sku": "B1"}]}
    taking = {"external_id": "8", "name": "Cup", "variants": [{"sku": "A1"}]}
    assert outcomes(land(moved, renamed, taking)) == ["changed", "changed", "created"]
    assert Product.objects.get(external_id="8").slug == "cup"


def test_a_brand_is_spelled_as_the_first_record_has_it_whether_it_creates_or_edits() -> None:
    land(CUP)
    mapping = {"product": {name: name for name in ("external_id", "name", "brand")}}
    known, new = {"external_id": "7", "brand": "ACME"}, {"external_id": "8", "name": "Mug", "brand": "Acme"}
    land(known, new, mapping=mapping, create_missing=True)
    assert Brand.objects.get().name == "ACME"


def test_a_slug_that_is_given_is_not_taken_from_a_name_in_front_of_it() -> None:
    first, second = {"external_id": "7", "name": "Cup"}, {"external_id": "8", "name": "Mug", "slug": "cup"}
    assert outcomes(land(first, second)) == ["created", "/slug duplicate"]


def test_of_two_records_with_one_sku_the_second_is_refused() -> None:
    first, second = ({"external_id": key, "name": key, "variants": [{"sku": "A1"}]} for key in "ab")
    assert outcomes(land(first, second)) == ["created", "/variants/0/sku duplicate"]


def test_a_failed_record_does_not_hold_up_the_next_of_its_product() -> None:
    bad, good = {"external_id": "7", "name": "Cup", "status": "active"}, CUP
    assert outcomes(land(bad, good)) == ["/variants variant_required", "created"]


def test_products_of_one_name_get_slugs_of_their_own() -> None:
    land(*({"name": "Cup", "external_id": str(number)} for number in range(3)))
    assert sorted(Product.objects.values_list("slug", flat=True)) == ["cup", "cup-2", "cup-3"]


def test_many_variants_are_written_in_several_transactions(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(upsert, "MAX_VARIANTS", 4)
    sources = [
        {"external_id": f"{n}", "name": f"{n}", "brand": "acme", "variants": [{"sku": f"{n}-{m}"} for m in range(3)]}
        for n in range(3)
    ]
    assert outcomes(land(*sources, create_missing=True)) == ["created"] * 3
    assert (Variant.objects.count(), Brand.objects.count()) == (9, 1)


def test_products_with_many_variants_are_read_a_few_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(upsert, "MAX_VARIANTS", 4)
    ProductFactory.create_batch(5, variants=3)
    portions = []
    lock = upsert.lock_products
    monkeypatch.setattr(upsert, "lock_products", lambda ids: portions.append(list(ids)) or lock(ids))
    ids = list(Product.objects.order_by("-pk").values_list("pk", "slug"))
    assert outcomes(land(*({"slug": slug, "name": "New"} for _, slug in ids))) == ["changed"] * 5
    assert portions == [[pk] for pk, _ in reversed(ids)]


# --- Other writers


@pytest.mark.django_db(transaction=True)
def test_a_brand_that_goes_away_fails_the_records_that_name_it() -> None:
    brand = BrandFactory(slug="acme")
    importer = Importer(by=None)
    importer.land([Record(1, {"name": "A", "external_id": "a", "brand": "acme"})])
    Product.objects.all().delete()
    brand.delete()
    records = [
        Record(n, {"name": "B", "external_id": f"{n}", "brand": "acme" if n == 3 else None}) for n in range(2, 7)
    ]
    importer.land(records)
    assert outcomes(records) == ["created", " in_use", "created", "created", "created"]


def test_a_key_that_another_writer_takes_meanwhile_fails_its_record_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    ProductFactory(external_id="fast", variants=1, variants__sku="A3")
    answers = iter([Matches({}, {}, {}, {})])
    find = upsert.find_matches
    monkeypatch.setattr(upsert, "find_matches", lambda records: next(answers, None) or find(records))
    sources = [{"external_id": f"{n}", "name": f"{n}", "variants": [{"sku": f"A{n}"}]} for n in range(8)]
    assert outcomes(land(*sources)) == ["/variants/0/sku duplicate" if n == 3 else "created" for n in range(8)]


def test_a_deadlock_is_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    failures = iter([deadlock(), deadlock()])
    create = upsert.create_products

    def create_after_deadlocks(**options: Any) -> Any:
        if failure := next(failures, None):
            raise failure
        return create(**options)

    monkeypatch.setattr(upsert, "create_products", create_after_deadlocks)
    assert outcomes(land(CUP)) == ["created"]


def deadlock() -> OperationalError:
    error = OperationalError("deadlock detected")
    error.__cause__ = DeadlockDetected()
    return error


def test_a_database_that_is_lost_is_no_records_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    def lose(**options: Any) -> None:
        raise OperationalError("the server closed the connection")

    monkeypatch.setattr(upsert, "create_products", lose)
    with pytest.raises(OperationalError):
        land(CUP)


@pytest.mark.django_db(transaction=True)
def test_imports_of_one_file_at_once_create_each_product_once() -> None:
    sources = [{"external_id": f"{n}", "name": f"{n}", "variants": [{"sku": f"A{n}"}]} for n in range(40)]
    orders = [sources, sources[::-1], sources[20:] + sources[:20]]
    found = at_once(3, lambda number: outcomes(land(*orders[number])))
    assert sorted(chain.from_iterable(found)) == ["created"] * 40 + ["unchanged"] * 80
    assert Product.objects.count() == Variant.objects.count() == 40
