"""POST /attributes/"""

from typing import Any

import pytest

from products.models import Attribute
from tests.answers import faults, problem
from tests.factories.products import AttributeFactory

URL = "/api/v1/attributes/"
MATERIAL = {"code": "material", "name": "Material", "type": "option"}


def create(client: Any, **body: Any) -> dict[str, Any]:
    response = client.post(URL, body)
    assert response.status_code == 201, response.content
    return dict(response.json())


@pytest.mark.parametrize("form", [URL, URL.rstrip("/")])
def test_a_code_a_name_and_a_type_are_enough(manager, form) -> None:
    response = manager.post(form, {"code": "Shoe-size_1", "name": " Size ", "type": "number"})
    assert response["Location"] == "http://testserver/api/v1/attributes/Shoe-size_1/"
    assert response.json() == manager.get(response["Location"]).json()
    assert response.json() == {
        "code": "Shoe-size_1",
        "name": "Size",
        "type": "number",
        "unit": "",
        "filterable": False,
        "searchable": False,
        "min": None,
        "max": None,
        "options": [],
    }


def test_everything_that_is_given_is_kept(manager) -> None:
    body = {"code": "load", "name": "Load", "type": "number", "unit": "kg", "filterable": True, "searchable": True}
    shown = create(manager, **body, min=0, max=12.5)
    assert shown == {**body, "min": 0, "max": 12.5, "options": []}
    assert isinstance(shown["min"], int)


def test_options_stand_in_the_order_of_the_list_or_of_their_positions(manager) -> None:
    options = [{"code": "a", "label": "A"}, {"code": "b", "label": "B"}, {"code": "c", "label": "C", "position": 0}]
    assert create(manager, **MATERIAL, options=options)["options"] == [
        {"code": "a", "label": "A", "position": 0},
        {"code": "c", "label": "C", "position": 0},
        {"code": "b", "label": "B", "position": 1},
    ]


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({}, {"/code": "required", "/name": "required", "/type": "required"}),
        (
            {"code": "a__b", "name": "", "type": "colour", "unit": 5, "filterable": "true", "searchable": 1},
            {
                "/code": "invalid_code",
                "/name": "blank",
                "/type": "invalid_choice",
                "/unit": "invalid",
                "/filterable": "invalid",
                "/searchable": "invalid",
            },
        ),
        ({**MATERIAL, "code": 5, "name": None, "type": None}, {"/code": "invalid", "/name": "null", "/type": "null"}),
        ({**MATERIAL, "code": "a" * 65, "type": []}, {"/code": "max_length", "/type": "invalid_choice"}),
        ({**MATERIAL, "type": "number", "min": "1", "max": True}, {"/min": "invalid", "/max": "invalid"}),
        ({**MATERIAL, "id": 1, "lable": "x"}, {"/id": "unknown_field", "/lable": "unknown_field"}),
        ({**MATERIAL, "options": None}, {"/options": "null"}),
        ({**MATERIAL, "options": {}}, {"/options": "invalid"}),
        ({**MATERIAL, "options": ["red"]}, {"/options/0": "invalid"}),
        (
            {**MATERIAL, "options": [{"code": "a", "label": "A"}, {"code": "a", "label": "B"}, {"lable": "C"}]},
            {
                "/options/1/code": "duplicate",
                "/options/2/code": "required",
                "/options/2/label": "required",
                "/options/2/lable": "unknown_field",
            },
        ),
        (
            {**MATERIAL, "options": [{"code": "a,b", "label": "", "position": -1}]},
            {"/options/0/code": "invalid_code", "/options/0/label": "blank", "/options/0/position": "min_value"},
        ),
        ({**MATERIAL, "options": [{"code": "a", "label": "A"}] * 5_001}, {"/options": "max_length"}),
        ({**MATERIAL, "type": "text", "options": [{"code": "a", "label": "A"}]}, {"/options": "invalid"}),
        ({**MATERIAL, "type": "text", "min": 1}, {"/min": "range_of_number"}),
        (
            {**MATERIAL, "type": "text", "min": 1, "max": 2},
            {"/min": "range_of_number", "/max": "range_of_number"},
        ),
        ({**MATERIAL, "type": "number", "min": 2, "max": 1}, {"/max": "range_order"}),
        ({**MATERIAL, "type": "number", "min": "2", "max": True}, {"/min": "invalid", "/max": "invalid"}),
        ("A", {"": "invalid"}),
    ],
)
def test_what_is_wrong_is_named(manager, body, expected) -> None:
    assert faults(manager.post(URL, body)) == expected
    assert not Attribute.objects.exists()


def test_a_taken_code_is_refused(manager) -> None:
    AttributeFactory(code="material")
    assert faults(manager.post(URL, MATERIAL), "duplicate") == {"/code": "duplicate"}


def test_editors_do_not_define_attributes(editor, anyone) -> None:
    problem(editor.post(URL, MATERIAL), "permission_denied")
    problem(anyone.post(URL, MATERIAL), "not_authenticated")


@pytest.mark.parametrize("count", [1, 50])
def test_creating_costs_the_same_with_one_option_and_with_fifty(manager, count, django_assert_num_queries) -> None:
    manager.get(URL)
    options = [{"code": f"o{number}", "label": "O"} for number in range(count)]
    with django_assert_num_queries(11):
        create(manager, **MATERIAL, options=options)
