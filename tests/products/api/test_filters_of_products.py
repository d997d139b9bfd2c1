"""GET /products/: any combination of filters finds, and any facet counts, what a few lines of plain Python do."""

from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.products.search.model import (
    FACETS,
    Item,
    Row,
    Shop,
    as_parameters,
    bucket_of,
    catalogs,
    facet_of,
    filters,
    is_found,
)

URL = "/api/v1/products/"
some_facets = st.lists(st.sampled_from(FACETS), min_size=1, max_size=len(FACETS), unique=True)


@pytest.fixture
def shop(db: None) -> Shop:
    """What products refer to."""
    return Shop.open()


def answer(shop: Shop, client: Any, catalog: list[Row], wanted: dict[str, Any], **parameters: str) -> dict[str, Any]:
    with transaction.atomic():
        shop.store(catalog)
        response = client.get(URL, {**as_parameters(wanted), "page_size": 100, "fields": "id", **parameters})
        transaction.set_rollback(True)
    assert response.status_code == 200, response.content
    return response.json()


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(catalogs, filters)
def test_filters_find_what_plain_python_finds(shop, viewer, catalog, wanted) -> None:
    body = answer(shop, viewer, catalog, wanted, count="exact")
    found = [row["id"] for row in body["results"]]
    assert set(found) == {row.pk for row in catalog if is_found(row, wanted)}
    assert len(found) == body["count"]


def without_labels(facet: Any) -> Any:
    if isinstance(facet, dict):
        return facet
    return [{key: value[key] for key in ("value", "count", "selected")} for value in facet]


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(catalogs, filters, some_facets, st.booleans())
def test_facets_count_what_plain_python_counts(shop, anyone, viewer, catalog, wanted, names, is_viewer) -> None:
    if not is_viewer:
        wanted = {name: value for name, value in wanted.items() if name != "status"}
    shown = answer(shop, viewer if is_viewer else anyone, catalog, wanted, facets=",".join(names))["facets"]
    rows = catalog if is_viewer else [row for row in catalog if row.is_visible]
    assert list(shown) == names
    for name, facet in shown.items():
        buckets = facet.pop("buckets", []) if isinstance(facet, dict) else []
        expected = facet_of(rows, wanted, name)
        assert without_labels(facet) == expected, name
        for bucket in buckets:
            assert bucket["count"] == bucket_of(rows, wanted, name, bucket["gte"], bucket["lt"]), name
        assert bool(buckets) == (isinstance(facet, dict) and "currency" not in facet and facet["min"] is not None)


@pytest.mark.parametrize(
    ("wanted", "is_there"),
    [
        ({"price__gte": "5", "price__lte": "6"}, True),
        ({"price__gte": "5", "sku": ["S1"]}, False),
        ({"price__lte": "1", "sku": ["s1"], "in_stock": True}, True),
        ({"in_stock": False}, False),
        ({"attr.color": ["red"], "attr.weight__lte": 1}, True),
        ({"attr.color": ["red"], "in_stock": True}, False),
        ({"attr.color": ["red", "blue"], "attr.weight__gte": 1, "attr.weight__lte": 1, "in_stock": True}, True),
        ({"attr.material": ["nylon"]}, False),
    ],
)
def test_the_plain_python_is_right_itself(wanted, is_there) -> None:
    items = [Item(0, {"USD": "5.50"}, {"color": "red"}, "S0"), Item(1, {"USD": "1"}, {"color": "blue"}, "S1")]
    row = Row(None, [], "active", 0, items, "bag", {"weight": 1})
    assert is_found(row, wanted) == is_there
