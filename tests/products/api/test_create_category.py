"""POST /categories/"""

import re
from typing import Any

import pytest
from django.db import connection

from products.models import Category
from tests.answers import faults
from tests.factories.products import CategoryFactory
from tests.threads import at_once

URL = "/api/v1/categories/"
WRONG_FOR_TEXT = [None, 5, 1.5, True, [], {}]


def create(client: Any, **body: Any) -> dict[str, Any]:
    response = client.post(URL, body)
    assert response.status_code == 201, response.content
    return dict(response.json())


def test_a_name_is_enough_for_a_root(manager) -> None:
    made = create(manager, name=" Bags ")
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z", made.pop("created_at"))
    del made["updated_at"]
    assert made == {
        "id": Category.objects.get().pk,
        "slug": "bags",
        "name": "Bags",
        "parent": None,
        "path": "bags",
        "description": "",
        "position": 0,
    }


@pytest.mark.parametrize("form", [URL, URL.rstrip("/")])
def test_a_child_carries_the_path_from_the_root(editor, form) -> None:
    bags = CategoryFactory(slug="bags")
    CategoryFactory(slug="packs", parent=bags)
    body = {"name": "Day", "slug": "day", "parent": "packs", "description": " d ", "position": 3}
    response = editor.post(form, body)
    assert response["Location"] == "http://testserver/api/v1/categories/day/"
    assert response.json() == editor.get(response["Location"]).json()
    assert response.json() == response.json() | body | {"path": "bags/packs/day"}


def test_slugs_are_unique_across_the_tree(editor) -> None:
    CategoryFactory(slug="bags")
    assert create(editor, name="Bags", parent="bags")["path"] == "bags/bags-2"
    assert faults(editor.post(URL, {"name": "Other", "slug": "bags"}), "duplicate") == {"/slug": "duplicate"}


@pytest.mark.parametrize(
    ("name", "slug"), [("2024", r"category-2024"), ("!!!", r"category-\w+"), ("Taschen & Säcke", "taschen-sacke")]
)
def test_a_slug_always_has_a_letter(editor, name, slug) -> None:
    assert re.fullmatch(slug, create(editor, name=name)["slug"])


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({}, {"/name": "required"}),
        *[({"name": value}, {"/name": "null" if value is None else "invalid"}) for value in WRONG_FOR_TEXT],
        *[({"name": "A", "description": value}, {"/description"}) for value in WRONG_FOR_TEXT],
        *[({"name": "A", "slug": value}, {"/slug"}) for value in [*WRONG_FOR_TEXT, "", "1", "a b", "ä", "a/b"]],
        *[({"name": "A", "position": value}, {"/position"}) for value in [None, -1, 2**31, "1", 1.0, True, []]],
        *[({"name": "A", "parent": value}, {"/parent"}) for value in [1, True, [], {}, "", "nope", "9" * 5_000]],
        ({"name": "", "parent": "nope", "x": 1}, {"/name": "blank", "/parent": "unknown_value", "/x": "unknown_field"}),
        ({"name": "A", "path": "a", "id": 1}, {"/path": "read_only", "/id": "read_only"}),
        ([{"name": "A"}], {"": "invalid"}),
    ],
)
def test_what_is_wrong_is_named(editor, body, expected) -> None:
    found = faults(editor.post(URL, body))
    assert found == expected if isinstance(expected, dict) else set(found) == expected
    assert not Category.objects.exists()


def test_a_misspelled_parent_gets_a_suggestion(editor) -> None:
    CategoryFactory(slug="backpacks")
    [fault] = editor.post(URL, {"name": "A", "parent": "backpack"}).json()["errors"]
    assert fault["suggestion"] == "backpacks"


def test_a_path_may_not_grow_without_end(editor) -> None:
    parent = None
    for number in range(9):
        parent = CategoryFactory(slug=f"{number}-" + "x" * 198, parent=parent)
    body = {"name": "A", "slug": "y" * 198, "parent": parent.slug}
    assert create(editor, **{**body, "slug": "y" * 191})["path"].count("/") == 9
    assert set(faults(editor.post(URL, body)).values()) == {"category_too_deep"}


def test_creating_costs_the_same_in_a_small_tree_and_a_large_one(editor, django_assert_num_queries) -> None:
    root = CategoryFactory(slug="root")
    create(editor, name="warm up", parent="root")
    # the parent; a savepoint; the parent again, the slug, the row; what its name is known by
    # and is to be; the log; PostgreSQL locks the tree as well
    queries = 10 if connection.vendor == "postgresql" else 9
    for count in (1, 50):
        CategoryFactory.create_batch(count, parent=root)
        with django_assert_num_queries(queries):
            create(editor, name=f"n{count}", parent="root")


@pytest.mark.django_db(transaction=True)
def test_many_of_one_name_at_once_get_as_many_slugs(editor) -> None:
    answers = at_once(10, lambda _: editor.post(URL, {"name": "Bags"}))
    assert {answer.status_code for answer in answers} == {201}
    assert {answer.json()["slug"] for answer in answers} == {"bags", *(f"bags-{number}" for number in range(2, 11))}
