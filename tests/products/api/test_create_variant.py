"""POST /products/{ref}/variants/"""

from typing import Any

import pytest

from products.models import Product, Variant
from tests.answers import faults, problem
from tests.factories.products import ProductFactory, VariantFactory
from tests.threads import at_once

URL = "/api/v1/products/bag/variants/"


@pytest.fixture
def bag(db) -> Product:
    return ProductFactory(slug="bag", name="Bag", variants=0)


def add(client: Any, **body: Any) -> dict[str, Any]:
    response = client.post(URL, body)
    assert response.status_code == 201, response.content
    return dict(response.json())


@pytest.mark.parametrize("form", [URL, URL.rstrip("/")])
def test_a_variant_is_added_under_its_own_address(editor, bag, form) -> None:
    response = editor.post(form, {"sku": "RED", "stock": 3, "prices": {"USD": {"amount": "5"}}})
    shown = response.json()
    assert response["Location"] == f"http://testserver/api/v1/variants/{shown['id']}/"
    assert editor.get(response["Location"]).json() == shown
    assert shown["product"] == {"id": bag.pk, "slug": "bag", "name": "Bag"}
    assert shown["prices"] == {"USD": {"amount": "5.00", "compare_at": None}}
    assert (shown["version"], shown["stock"], shown["position"]) == (1, 3, 0)


def test_the_product_may_be_named_by_its_id(editor, bag) -> None:
    assert editor.post(f"/api/v1/products/{bag.pk}/variants/", {"sku": "RED"}).status_code == 201


def test_a_new_variant_is_a_new_version_of_its_product(editor, bag) -> None:
    before = bag.updated_at
    add(editor, sku="RED")
    bag.refresh_from_db()
    assert bag.version == 2
    assert bag.updated_at > before


def test_it_stands_behind_the_others_unless_told(editor, bag) -> None:
    positions = [
        add(editor, sku=sku, **given)["position"] for sku, given in [("A", {}), ("B", {"position": 7}), ("C", {})]
    ]
    assert positions == [0, 7, 8]


def test_behind_the_last_position_there_is_still_room(editor, bag) -> None:
    add(editor, sku="A", position=2_147_483_647)
    assert add(editor, sku="B")["position"] == 2_147_483_647


def test_a_taken_sku_is_refused_whatever_its_case(editor, bag) -> None:
    VariantFactory(sku="tb-red", external_id="x")
    response = editor.post(URL, {"sku": "TB-Red", "external_id": "x"})
    assert faults(response, "duplicate") == {"/sku": "duplicate", "/external_id": "duplicate"}
    bag.refresh_from_db()
    assert (bag.version, bag.variants.count()) == (1, 0)


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({}, {"/sku": "required"}),
        ({"sku": None}, {"/sku": "null"}),
        ({"sku": "", "stock": "1"}, {"/sku": "blank", "/stock": "invalid"}),
        ({"sku": "A", "product": "bag", "version": 1}, {"/product": "read_only", "/version": "read_only"}),
        ({"sku": "A", "colour": "red"}, {"/colour": "unknown_field"}),
        ({"sku": "A", "prices": {"USD": None}}, {"/prices/USD": "null"}),
        ({"sku": "A", "prices": {"USD": {}}}, {"/prices/USD/amount": "required"}),
        ({"sku": "A", "attributes": []}, {"/attributes": "invalid"}),
        ([], {"": "invalid"}),
    ],
)
def test_what_is_wrong_is_named(editor, bag, body, expected) -> None:
    assert faults(editor.post(URL, body)) == expected
    assert not Variant.objects.exists()


def test_the_product_must_be_there(editor) -> None:
    problem(editor.post(URL, {"sku": "A"}), "not_found")


def test_variants_are_made_below_their_product_alone(editor, bag) -> None:
    problem(editor.post("/api/v1/variants/", {"sku": "A", "product": "bag"}), "method_not_allowed")


def test_adding_costs_the_same_beside_one_and_beside_fifty(editor, bag, django_assert_num_queries) -> None:
    add(editor, sku="warm up")
    for count, amount in ((1, 2), (50, 1)):
        VariantFactory.create_batch(count, product=bag)
        with django_assert_num_queries(ADD_QUERIES):
            add(editor, sku=f"n{count}", prices={"USD": {"amount": amount}, "EUR": {"amount": amount}})


# find the product 1; lock it with its parts 5; write 2, list it with its lowest prices 4, log it 1; in savepoints
ADD_QUERIES = 19


@pytest.mark.django_db(transaction=True)
def test_many_at_once_stand_behind_each_other(editor, bag) -> None:
    answers = at_once(10, lambda number: editor.post(URL, {"sku": f"S{number}"}))
    assert sorted(answer.json()["position"] for answer in answers) == list(range(10))
    bag.refresh_from_db()
    assert bag.version == 11
