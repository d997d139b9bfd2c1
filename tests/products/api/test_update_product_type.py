"""PATCH /product-types/{code}/"""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from products.models import Product, ProductType, ProductTypeAttribute
from tests.answers import faults, names, problem
from tests.factories.products import AttributeFactory, ProductFactory, ProductTypeFactory, VariantFactory
from tests.threads import at_once

URL = "/api/v1/product-types/"
COLOR, SIZE = {"attribute": "color"}, {"attribute": "size", "level": "variant"}


@pytest.fixture
def bag(db: None) -> ProductType:
    color, size = AttributeFactory(code="color"), AttributeFactory(code="size")
    return ProductTypeFactory(code="bag", name="Bag", attributes=[color, (size, "variant", "never")])


def patch(client: Any, **body: Any) -> dict[str, Any]:
    response = client.patch(f"{URL}bag/", body)
    assert response.status_code == 200, response.content
    return dict(response.json())


@pytest.mark.parametrize("body", [{"name": "Sack"}, {"code": "sack"}, {"code": "sack", "name": "Sack"}])
def test_what_is_left_out_stays(manager, bag, body) -> None:
    before = manager.get(f"{URL}bag/").json()
    assert patch(manager, **body) == before | body


def test_products_show_the_new_name(manager, anyone, bag) -> None:
    ProductFactory(slug="a", product_type=bag)
    patch(manager, code="sack", name="Sack")
    assert anyone.get("/api/v1/products/a/").json()["product_type"] == {"code": "sack", "name": "Sack"}


def test_a_new_name_sorts_by_itself(manager, bag) -> None:
    ProductTypeFactory(name="M")
    patch(manager, name="Zeta")
    assert names(manager.get(URL, {"ordering": "name"})) == ["M", "Zeta"]


def test_attributes_are_replaced_as_a_whole_and_keep_their_rows(manager, bag) -> None:
    AttributeFactory(code="load")
    kept = ProductTypeAttribute.objects.get(attribute__code="size").pk
    shown = patch(manager, attributes=[{**SIZE, "required": "always"}, {"attribute": "load"}])["attributes"]
    assert shown == [
        {"attribute": "size", "level": "variant", "required": "always"},
        {"attribute": "load", "level": "product", "required": "never"},
    ]
    assert ProductTypeAttribute.objects.get(attribute__code="size").pk == kept
    assert patch(manager, attributes=[])["attributes"] == []


@pytest.mark.parametrize("body", [{}, {"name": "Bag", "code": "bag"}, {"attributes": [COLOR, SIZE]}])
def test_a_write_that_changes_nothing_moves_nothing(manager, bag, body) -> None:
    before = list(ProductType.objects.values()), list(ProductTypeAttribute.objects.values())
    patch(manager, **body)
    assert (list(ProductType.objects.values()), list(ProductTypeAttribute.objects.values())) == before


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({"code": None, "name": ""}, {"/code": "null", "/name": "blank"}),
        ({"attributes": [{"level": "variant"}]}, {"/attributes/0/attribute": "required"}),
        ({"attributes": [COLOR, COLOR]}, {"/attributes/1/attribute": "duplicate"}),
        ({"attribute": []}, {"/attribute": "unknown_field"}),
    ],
)
def test_what_is_wrong_is_named(manager, bag, body, expected) -> None:
    assert faults(manager.patch(f"{URL}bag/", body)) == expected


@pytest.mark.parametrize(
    "attributes", [[SIZE], [{**COLOR, "level": "variant"}, SIZE], []], ids=["removed", "other level", "all removed"]
)
def test_an_attribute_that_products_carry_stays_at_its_level(manager, bag, attributes) -> None:
    ProductFactory(product_type=bag, attributes={"color": "red"})
    response = manager.patch(f"{URL}bag/", {"attributes": attributes, "name": "New"})
    assert faults(response, "in_use") == {"/attributes": "in_use"}
    assert "'color'" in response.json()["errors"][0]["detail"]
    assert manager.get(f"{URL}bag/").json()["name"] == "Bag"


def test_one_that_variants_carry_stays_too(manager, bag) -> None:
    VariantFactory(product=ProductFactory(product_type=bag, variants=0), attributes={"size": "L"})
    assert faults(manager.patch(f"{URL}bag/", {"attributes": [COLOR]}), "in_use") == {"/attributes": "in_use"}
    patch(manager, attributes=[SIZE])


def test_what_products_of_no_or_another_type_hold_does_not_count(manager, bag) -> None:
    ProductFactory(attributes={"color": "red"})
    ProductFactory(product_type=ProductTypeFactory(), attributes={"color": "red"})
    patch(manager, attributes=[])


def test_a_new_demand_leaves_what_is_there(manager, editor, bag) -> None:
    ProductFactory(slug="a", product_type=bag, status="draft", attributes={})
    patch(manager, attributes=[{**COLOR, "required": "always"}, SIZE])
    assert editor.patch("/api/v1/products/a/", {"name": "B"}).status_code == 200
    assert faults(editor.post("/api/v1/products/a/publish/"), "not_publishable") == {"/attributes/color": "required"}


def test_a_taken_code_is_refused(manager, bag) -> None:
    ProductTypeFactory(code="sack")
    assert faults(manager.patch(f"{URL}bag/", {"code": "sack"}), "duplicate") == {"/code": "duplicate"}


def test_what_is_not_there_is_404(manager) -> None:
    problem(manager.patch(f"{URL}nope/", {"name": "A"}), "not_found")


@pytest.mark.django_db(transaction=True)
def test_no_product_lands_with_an_attribute_that_goes_meanwhile(manager, editor) -> None:
    ProductTypeFactory(code="bag", attributes=[AttributeFactory(code="color")])

    def act(number: int) -> int:
        if number == 0:
            return manager.patch(f"{URL}bag/", {"attributes": []}).status_code
        given = {"name": f"P{number}", "product_type": "bag", "attributes": {"color": "red"}}
        return editor.post("/api/v1/products/", given).status_code

    removed, *created = at_once(8, act)
    landed = created.count(201)
    assert (removed, landed) in [(200, 0), (409, landed)]
    assert set(created) <= {201, 400}
    assert Product.objects.count() == landed


@pytest.mark.django_db(transaction=True)
def test_writers_of_definitions_and_of_products_do_not_block_one_another_for_good(manager, editor) -> None:
    color = AttributeFactory(code="color", type="option", options=["red"])
    for code in ("bag", "hat"):
        ProductFactory(slug=code, product_type=ProductTypeFactory(code=code, attributes=[color]))

    def act(number: int) -> int:
        code = ("bag", "hat")[number % 2]
        if number % 4 == 0:
            return manager.patch(f"{URL}{code}/", {"name": f"N{number}", "attributes": [COLOR]}).status_code
        if number % 4 == 1:
            options = [{"code": "red", "label": "Red"}, {"code": f"o{number}", "label": "O"}]
            return manager.patch("/api/v1/attributes/color/", {"options": options}).status_code
        return editor.patch(
            f"/api/v1/products/{code}/", {"attributes": {"color": "red"}, "name": f"{number}"}
        ).status_code

    assert set(at_once(12, act)) == {200}


def test_it_costs_the_same_with_two_attributes_and_with_twenty(manager, bag) -> None:
    patch(manager)
    costs = []
    for count in (2, 20):
        codes = [AttributeFactory().code for _ in range(count)]
        with CaptureQueriesContext(connection) as asked:
            patch(manager, attributes=[COLOR, *({"attribute": code} for code in codes)])
        costs.append(len([query for query in asked if "EXISTS" not in query["sql"] and "LIMIT 1" not in query["sql"]]))
    assert costs[0] == costs[1]
