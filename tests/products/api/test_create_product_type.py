"""POST /product-types/"""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from products.models import ProductType
from tests.answers import faults, problem
from tests.factories.products import AttributeFactory, ProductTypeFactory

URL = "/api/v1/product-types/"
BAG = {"code": "bag", "name": "Bag"}


def create(client: Any, **body: Any) -> dict[str, Any]:
    response = client.post(URL, body)
    assert response.status_code == 201, response.content
    return dict(response.json())


@pytest.mark.parametrize("form", [URL, URL.rstrip("/")])
def test_a_code_and_a_name_are_enough(manager, form) -> None:
    response = manager.post(form, {"code": "Bag", "name": " Bag "})
    assert response["Location"] == "http://testserver/api/v1/product-types/Bag/"
    assert response.json() == manager.get(response["Location"]).json()
    assert response.json() == {"code": "Bag", "name": "Bag", "attributes": []}


def test_attributes_stand_in_their_order(manager) -> None:
    for code in ("color", "size", "load"):
        AttributeFactory(code=code)
    attributes = [
        {"attribute": "size", "level": "variant", "required": "always"},
        {"attribute": "color"},
        {"attribute": "load", "required": "to_publish"},
    ]
    assert create(manager, **BAG, attributes=attributes)["attributes"] == [
        {"attribute": "size", "level": "variant", "required": "always"},
        {"attribute": "color", "level": "product", "required": "never"},
        {"attribute": "load", "level": "product", "required": "to_publish"},
    ]


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({}, {"/code": "required", "/name": "required"}),
        ({"code": "1", "name": "", "id": 1}, {"/code": "invalid_code", "/name": "blank", "/id": "unknown_field"}),
        ({**BAG, "attributes": None}, {"/attributes": "null"}),
        ({**BAG, "attributes": ["color"]}, {"/attributes/0": "invalid"}),
        ({**BAG, "attributes": [{}]}, {"/attributes/0/attribute": "required"}),
        (
            {**BAG, "attributes": [{"attribute": "colour", "level": "shop", "required": True, "x": 1}]},
            {
                "/attributes/0/attribute": "unknown_value",
                "/attributes/0/level": "invalid_choice",
                "/attributes/0/required": "invalid_choice",
                "/attributes/0/x": "unknown_field",
            },
        ),
        (
            {**BAG, "attributes": [{"attribute": 5}, {"attribute": "color"}, {"attribute": "color"}]},
            {"/attributes/0/attribute": "invalid", "/attributes/2/attribute": "duplicate"},
        ),
        ({**BAG, "attributes": [{"attribute": "color"}] * 501}, {"/attributes": "max_length"}),
        ("A", {"": "invalid"}),
    ],
)
def test_what_is_wrong_is_named(manager, body, expected) -> None:
    AttributeFactory(code="color")
    assert faults(manager.post(URL, body)) == expected
    assert not ProductType.objects.exists()


def test_a_misspelled_attribute_gets_a_suggestion(manager) -> None:
    AttributeFactory(code="color")
    [fault] = problem(manager.post(URL, {**BAG, "attributes": [{"attribute": "colour"}]}), "invalid")["errors"]
    assert fault["suggestion"] == "color"


def test_a_taken_code_is_refused(manager) -> None:
    ProductTypeFactory(code="bag")
    assert faults(manager.post(URL, BAG), "duplicate") == {"/code": "duplicate"}


def test_it_costs_the_same_with_one_attribute_and_with_twenty(manager) -> None:
    create(manager, code="warm-up", name="A")
    costs = []
    for count in (1, 20):
        codes = [AttributeFactory().code for _ in range(count)]
        with CaptureQueriesContext(connection) as asked:
            create(manager, code=f"t{count}", name="A", attributes=[{"attribute": code} for code in codes])
        costs.append(len(asked))
    assert costs[0] == costs[1]


def test_many_unknown_attributes_cost_no_more_than_one(manager) -> None:
    create(manager, code="warm-up", name="A")
    costs = []
    for count in (1, 50):
        with CaptureQueriesContext(connection) as asked:
            faults(manager.post(URL, {**BAG, "attributes": [{"attribute": f"a{n}"} for n in range(count)]}))
        costs.append(len(asked))
    assert costs[0] == costs[1]
