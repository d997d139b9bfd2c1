"""Reading items: whatever is sent is answered."""

from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from products.bulk.items import Op, Resource
from products.bulk.reading import ItemReader
from products.bulk.shapes import SHAPES
from tests.factories.products import BrandFactory, CategoryFactory, ProductFactory, VariantFactory
from tests.products.bulk.calling import bulk, item

pytestmark = pytest.mark.django_db

NAMES = [
    "name", "slug", "sku", "product", "variants", "prices", "USD", "amount", "brand", "categories", "parent",
    "external_id", "status", "attributes", "delta", "set", "product_type", "position",
]  # fmt: skip
TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=8)
WORDS = st.sampled_from(["A", "pack", "acme", "1", "bags"])
NUMBERS = st.integers(-(2**63), 2**63 - 1) | st.floats(allow_nan=False, allow_infinity=False)
JSON: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | NUMBERS | TEXTS | WORDS,
    lambda below: st.lists(below, max_size=3) | st.dictionaries(st.sampled_from(NAMES), below, max_size=4),
    max_leaves=8,
)
PARTS = {
    "op": st.sampled_from(list(Op)) | JSON,
    "resource": st.sampled_from(list(Resource)) | JSON,
    "ref": st.sampled_from(["pack", "A", "acme", "bags", 1, 2, "1"]) | JSON,
    "version": st.integers(0, 3) | JSON,
    "data": JSON,
}
ITEMS = st.lists(st.fixed_dictionaries({}, optional=PARTS) | JSON, max_size=4)


@settings(max_examples=50, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(items=ITEMS, mode=st.sampled_from(["atomic", "per_item"]))
def test_no_json_breaks_a_call(manager, items, mode) -> None:
    with transaction.atomic():
        ProductFactory(slug="pack", variants=0)
        VariantFactory(sku="A")
        BrandFactory(slug="acme")
        CategoryFactory(slug="bags")
        response = bulk(manager, *items, mode=mode)
        assert response.status_code < 500
        assert all(result["status"] < 500 for result in response.json().get("results", ()))
        transaction.set_rollback(True)


def test_every_pair_has_a_shape_or_is_refused_by_name() -> None:
    sources = [item(op, resource, "a") for op in Op for resource in Resource]
    for source, read in zip(sources, ItemReader(lambda _: True).read(sources), strict=True):
        codes = {fault.code for fault in read.failure.faults} if read.failure else set()
        assert ("unsupported_op" in codes) == ((source["op"], source["resource"]) not in SHAPES)


def test_names_that_are_looked_up_are_looked_up_together(django_assert_num_queries) -> None:
    sources = [item("update", "product", "a", {"brand": f"b{n}", "categories": [f"c{n}"]}) for n in range(50)]
    with django_assert_num_queries(4):
        assert all(each.failure for each in ItemReader(lambda _: True).read(sources))
