"""PATCH /attributes/{code}/"""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from products.models import Attribute, AttributeOption, Product
from tests.answers import faults, problem
from tests.factories.products import AttributeFactory, ProductFactory, ProductTypeFactory, VariantFactory
from tests.threads import at_once

URL = "/api/v1/attributes/"
RED, BLUE, GREEN = ({"code": code, "label": code.title()} for code in ("red", "blue", "green"))


@pytest.fixture
def color(db: None) -> Attribute:
    return AttributeFactory(code="color", name="Color", type="option", options=["red", "blue"])


def patch(client: Any, ref: str = "color", /, **body: Any) -> dict[str, Any]:
    response = client.patch(f"{URL}{ref}/", body)
    assert response.status_code == 200, response.content
    return dict(response.json())


@pytest.mark.parametrize(
    "body", [{"name": "Colour"}, {"code": "colour"}, {"filterable": True, "searchable": True}, {"unit": "x"}]
)
def test_what_is_left_out_stays(manager, color, body) -> None:
    before = manager.get(f"{URL}color/").json()
    assert patch(manager, **body) == before | body
    assert manager.get(f"{URL}{body.get('code', 'color')}/").json() == before | body


def test_options_are_replaced_as_a_whole_and_keep_their_rows(manager, color) -> None:
    blue = AttributeOption.objects.get(code="blue")
    shown = patch(manager, options=[{"code": "blue", "label": "Navy"}, GREEN])["options"]
    assert shown == [
        {"code": "blue", "label": "Navy", "position": 0},
        {"code": "green", "label": "Green", "position": 1},
    ]
    assert AttributeOption.objects.get(code="blue").pk == blue.pk
    assert patch(manager, options=[])["options"] == []


@pytest.mark.parametrize("body", [{}, {"name": "Color", "min": None}, {"options": [RED, BLUE]}])
def test_a_write_that_changes_nothing_moves_nothing(manager, color, body) -> None:
    before = list(AttributeOption.objects.values()), list(Attribute.objects.values())
    patch(manager, **body)
    assert (list(AttributeOption.objects.values()), list(Attribute.objects.values())) == before


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({"code": None, "name": "", "type": "x"}, {"/code": "null", "/name": "blank", "/type": "invalid_choice"}),
        ({"options": [{"code": "red"}]}, {"/options/0/label": "required"}),
        ({"options": None}, {"/options": "null"}),
        ({"type": "text"}, {"/options": "invalid"}),
        ({"min": 1}, {"/min": "range_of_number"}),
        ({"max": 1}, {"/max": "range_of_number"}),
        ({"nme": "A"}, {"/nme": "unknown_field"}),
    ],
)
def test_what_is_wrong_is_named(manager, color, body, expected) -> None:
    assert faults(manager.patch(f"{URL}color/", body)) == expected


def test_a_range_is_refused_at_the_bound_that_was_given(manager) -> None:
    AttributeFactory(code="weight", type="number", min=1, max=5)
    assert faults(manager.patch(f"{URL}weight/", {"min": 6})) == {"/min": "range_order"}
    assert faults(manager.patch(f"{URL}weight/", {"max": 0})) == {"/max": "range_order"}
    assert faults(manager.patch(f"{URL}weight/", {"type": "text"})) == {
        "/min": "range_of_number",
        "/max": "range_of_number",
    }


def test_a_taken_code_is_refused(manager, color) -> None:
    AttributeFactory(code="colour")
    assert faults(manager.patch(f"{URL}color/", {"code": "colour"}), "duplicate") == {"/code": "duplicate"}


def test_the_type_changes_while_nothing_uses_it(manager, color) -> None:
    assert patch(manager, type="options")["type"] == "options"
    assert patch(manager, type="number", options=[], min=1)["min"] == 1


def test_code_and_type_stay_once_a_product_type_uses_it(manager, color) -> None:
    ProductTypeFactory(attributes=[color])
    response = manager.patch(f"{URL}color/", {"code": "colour", "type": "text", "options": [], "name": "A"})
    assert faults(response, "attribute_in_use") == {"/code": "attribute_in_use", "/type": "attribute_in_use"}
    assert patch(manager, code="color", type="option", name="A")["name"] == "A"


@pytest.mark.parametrize("level", ["product", "variant"])
@pytest.mark.parametrize(("kind", "value"), [("option", "red"), ("options", ["blue", "red"])])
def test_an_option_that_products_carry_stays(manager, level, kind, value) -> None:
    attribute = AttributeFactory(code="contains", type=kind, options=["red", "blue", "green"])
    bag = ProductTypeFactory(attributes=[(attribute, level, "never")])
    product = ProductFactory(product_type=bag, variants=0, attributes={"contains": value} if level == "product" else {})
    VariantFactory(product=product, attributes={"contains": value} if level == "variant" else {})
    response = manager.patch(f"{URL}contains/", {"options": [BLUE, GREEN]})
    assert faults(response, "in_use") == {"/options": "in_use"}
    assert "'red'" in response.json()["errors"][0]["detail"]
    assert AttributeOption.objects.count() == 3
    patch(manager, "contains", options=[RED, BLUE])


def test_what_products_of_no_or_another_type_hold_does_not_count(manager, color) -> None:
    ProductTypeFactory(attributes=[color])
    ProductFactory(attributes={"color": "red"})
    ProductFactory(product_type=ProductTypeFactory(), attributes={"color": "red"})
    patch(manager, options=[BLUE])


def test_a_narrower_range_leaves_what_is_there(manager, editor) -> None:
    load = AttributeFactory(code="load", type="number")
    ProductFactory(slug="a", product_type=ProductTypeFactory(attributes=[load]), attributes={"load": 50})
    patch(manager, "load", max=10)
    assert editor.patch("/api/v1/products/a/", {"name": "B"}).status_code == 200
    response = editor.patch("/api/v1/products/a/", {"attributes": {"load": 11}})
    assert faults(response) == {"/attributes/load": "max_value"}


def test_what_is_not_there_is_404(manager) -> None:
    for code in ("nope", "1", "%00", "COLOR"):
        problem(manager.patch(f"{URL}{code}/", {"name": "A"}), "not_found")


@pytest.mark.django_db(transaction=True)
def test_no_product_lands_with_an_option_that_goes_meanwhile(manager, editor) -> None:
    color = AttributeFactory(code="color", type="option", options=["red", "blue"])
    ProductTypeFactory(code="bag", attributes=[color])

    def act(number: int) -> int:
        if number == 0:
            return manager.patch(f"{URL}color/", {"options": [BLUE]}).status_code
        given = {"name": f"P{number}", "product_type": "bag", "attributes": {"color": "red"}}
        return editor.post("/api/v1/products/", given).status_code

    removed, *created = at_once(8, act)
    landed = created.count(201)
    assert (removed, landed) in [(200, 0), (409, landed)]
    assert set(created) <= {201, 400}
    assert Product.objects.count() == landed


def test_it_costs_the_same_with_two_options_and_with_fifty(manager, color) -> None:
    ProductTypeFactory(attributes=[color])
    patch(manager)
    costs = []
    for count in (2, 50):
        options = [{"code": f"o{count}-{number}", "label": "O"} for number in range(count)]
        with CaptureQueriesContext(connection) as asked:
            patch(manager, options=options)
        costs.append(len(asked))
    assert costs[0] == costs[1]
