"""A bulk call does what the same single requests do, one after another."""

from typing import Any

import orjson
import pytest
from django.db import transaction
from django.db.models import Max
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from products.listings.rebuild import find_drift
from products.models import Brand, Category, Change, Product, Variant
from products.services.changes.values import values_of
from tests.factories.products import (
    AttributeFactory,
    BrandFactory,
    CategoryFactory,
    ProductFactory,
    ProductTypeFactory,
    VariantFactory,
)
from tests.products.bulk import singly
from tests.products.bulk.calling import bulk, item

pytestmark = pytest.mark.django_db

SLUGS = st.sampled_from(["alpha", "beta", "gamma", "new"])
SKUS = st.sampled_from(["A-1", "a-2", "B-1", "C-1", "NEW"])
NAMES = st.sampled_from(["Alpha", "Beta", "Other"])
BRANDS = st.sampled_from(["acme", "base", "late"])
CATEGORIES = st.sampled_from(["bags", "packs", "tents"])
EXTERNAL = st.sampled_from(["x", "y", None])
TYPES = st.sampled_from(["shoe", None])
STATUSES = st.sampled_from(["draft", "active"])
ATTRIBUTES = st.sampled_from([{}, {"size": 4}, {"size": "big"}, {"size": None}, {"colour": "red"}])
AMOUNTS = st.sampled_from([{"amount": "5"}, {"amount": "7.50", "compare_at": "9"}, {"compare_at": None}, None])
PRICES = st.dictionaries(st.sampled_from(["USD", "EUR"]), AMOUNTS, max_size=2)
NEW_PRICES = st.dictionaries(st.sampled_from(["USD"]), st.just({"amount": "3"}), max_size=1)
VERSIONS = st.sampled_from([None, None, None, 1, 2])

product_fields = {
    "slug": SLUGS,
    "external_id": EXTERNAL,
    "brand": BRANDS,
    "categories": st.lists(CATEGORIES, unique=True, max_size=2),
    "product_type": TYPES,
    "attributes": ATTRIBUTES,
}
variant_fields = {"external_id": EXTERNAL, "attributes": ATTRIBUTES, "weight_g": st.sampled_from([1, None])}
new_variants = st.lists(
    st.fixed_dictionaries({"sku": SKUS}, optional={"prices": NEW_PRICES}), max_size=2, unique_by=lambda v: v["sku"]
)
MOVES = st.sampled_from([{"delta": -3}, {"delta": 2}, {"set": 4}, {"set": None}])


def items_of(op: str, resource: str, ref: Any = None, data: Any = None) -> st.SearchStrategy[dict[str, Any]]:
    nothing = st.none()
    return st.builds(
        lambda ref, data, version: item(op, resource, ref, data, version=version),
        nothing if ref is None else ref,
        nothing if data is None else data,
        VERSIONS if op in {"publish", "archive", "delete", "set_stock"} else nothing,
    )


PRODUCT_ITEMS = [
    items_of(
        "create",
        "product",
        data=st.fixed_dictionaries(
            {"name": NAMES}, optional={**product_fields, "status": STATUSES, "variants": new_variants}
        ),
    ),
    items_of("update", "product", SLUGS, st.fixed_dictionaries({}, optional={**product_fields, "name": NAMES})),
    items_of(
        "upsert", "product", data=st.fixed_dictionaries({"name": NAMES, "slug": SLUGS}, optional={"brand": BRANDS})
    ),
    items_of("publish", "product", SLUGS),
    items_of("archive", "product", SLUGS),
    items_of("delete", "product", SLUGS),
    items_of(
        "create",
        "variant",
        data=st.fixed_dictionaries({"product": SLUGS, "sku": SKUS}, optional={**variant_fields, "prices": NEW_PRICES}),
    ),
    items_of(
        "update", "variant", SKUS, st.fixed_dictionaries({}, optional={**variant_fields, "sku": SKUS, "prices": PRICES})
    ),
    items_of(
        "upsert",
        "variant",
        data=st.fixed_dictionaries({"product": SLUGS, "sku": SKUS}, optional={"prices": NEW_PRICES}),
    ),
    items_of("delete", "variant", SKUS),
    items_of("set_stock", "variant", SKUS, MOVES),
    items_of("set_price", "variant", SKUS, st.fixed_dictionaries({"prices": PRICES})),
]
CATEGORY_FIELDS = {"slug": CATEGORIES, "description": NAMES, "position": st.sampled_from([0, 3])}
TAXONOMY_ITEMS = [
    items_of("create", "brand", data=st.fixed_dictionaries({"name": NAMES}, optional={"slug": BRANDS})),
    items_of("update", "brand", BRANDS, st.fixed_dictionaries({}, optional={"name": NAMES, "slug": BRANDS})),
    items_of("upsert", "brand", data=st.fixed_dictionaries({"name": NAMES, "slug": BRANDS})),
    items_of("delete", "brand", BRANDS),
    items_of(
        "create",
        "category",
        data=st.fixed_dictionaries({"name": NAMES}, optional={**CATEGORY_FIELDS, "parent": CATEGORIES}),
    ),
    items_of("update", "category", CATEGORIES, st.fixed_dictionaries({}, optional={**CATEGORY_FIELDS, "name": NAMES})),
    items_of("upsert", "category", data=st.fixed_dictionaries({"name": NAMES, "slug": CATEGORIES})),
    items_of("delete", "category", CATEGORIES),
]
CALLS = st.lists(st.one_of([*PRODUCT_ITEMS, *TAXONOMY_ITEMS]), min_size=1, max_size=12)
thorough = settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])


@pytest.fixture
def catalog(db: None) -> None:
    size = AttributeFactory(code="size", type="number")
    ProductTypeFactory(code="shoe", attributes=[(size, "product", "to_publish")])
    acme = BrandFactory(slug="acme", name="Acme")
    BrandFactory(slug="base", name="Base")
    bags = CategoryFactory(slug="bags", name="Bags")
    CategoryFactory(slug="packs", name="Packs", parent=bags)
    alpha = ProductFactory(slug="alpha", name="Alpha", brand=acme, variants=0, categories=[bags], external_id="x")
    VariantFactory(product=alpha, sku="A-1", stock=3)
    VariantFactory(product=alpha, sku="A-2", position=1)
    VariantFactory(product=ProductFactory(slug="beta", name="Beta", variants=0, status="draft"), sku="B-1")


def outcome_of_single_requests(client: Any, items: list[dict[str, Any]]) -> Any:
    with transaction.atomic():
        answers = [singly.send(client, each) for each in items]
        outcome = answers, singly.everything()
        transaction.set_rollback(True)
    return outcome


def outcome_of_one_call(client: Any, items: list[dict[str, Any]]) -> Any:
    with transaction.atomic():
        replayed, last = logged(), Change.objects.aggregate(last=Max("pk"))["last"] or 0
        results = bulk(client, *items).json()["results"]
        answers = [(result["status"], result.get("problem", {}).get("code", "")) for result in results]
        outcome = answers, singly.everything()
        assert not list(find_drift())
        assert replay(replayed, Change.objects.filter(pk__gt=last).order_by("pk")) == logged()
        transaction.set_rollback(True)
    return outcome


def logged() -> dict[tuple[str, int], dict[str, Any]]:
    """What the log keeps of every row, but for references: a rename is logged where it happens alone."""
    rows = [row for model in (Product, Variant, Brand, Category) for row in model.objects.all()]
    return {(row._meta.model_name, row.pk): own(values_of(row)) for row in rows}


def own(values: dict[str, Any]) -> dict[str, Any]:
    references = {"brand", "categories", "product_type", "parent"}
    return {name: value for name, value in values.items() if name not in references}


def replay(state: dict[tuple[str, int], dict[str, Any]], changes: Any) -> Any:
    for change in changes:
        key = (change.entity, change.entity_id)
        state[key] = state.get(key, {}) | own({name: c["after"] for name, c in orjson.loads(change.changes).items()})
        if change.action == Change.Action.DELETE:
            del state[key]
    return state


@thorough
@given(items=CALLS)
def test_a_call_does_what_the_single_requests_do_in_their_order(catalog, manager, items) -> None:
    expected, present = outcome_of_single_requests(manager, items)
    answers, found = outcome_of_one_call(manager, items)
    assert answers == expected
    assert found == present


@thorough
@given(items=CALLS, mode=st.sampled_from(["per_item", "atomic"]))
def test_a_dry_run_changes_nothing_and_predicts_the_later_result(catalog, manager, items, mode) -> None:
    before = singly.everything()
    foreseen = bulk(manager, *items, mode=mode, dry_run=True)
    assert singly.everything() == before
    with transaction.atomic():
        later = bulk(manager, *items, mode=mode)
        transaction.set_rollback(True)
    assert foreseen.status_code == later.status_code
    assert [without_ids(each) for each in parts(foreseen)] == [without_ids(each) for each in parts(later)]
    assert all(list(result["changes"]) == result["changed"] for result in parts(foreseen) if "changes" in result)


def parts(response: Any) -> list[dict[str, Any]]:
    body = response.json()
    return body["results"] if "results" in body else body["errors"]


def without_ids(part: dict[str, Any]) -> dict[str, Any]:
    """What a dry run makes has no id, and what a later call makes has another."""
    return {name: value for name, value in part.items() if name not in {"id", "changes"}}
