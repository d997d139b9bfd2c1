"""PATCH /categories/{ref}/"""

from typing import Any

import pytest
from django.db import connection

from products.models import Category
from tests.answers import faults, problem
from tests.factories.products import CategoryFactory

URL = "/api/v1/categories/"


@pytest.fixture
def bags(db) -> Category:
    root = CategoryFactory(slug="all", name="All")
    made = CategoryFactory(slug="bags", name="Bags", parent=root, description="Old", position=1)
    packs = CategoryFactory(slug="packs", parent=made)
    CategoryFactory(slug="day", parent=packs)
    CategoryFactory(slug="bags0", parent=root)
    return made


def patch(client: Any, **body: Any) -> dict[str, Any]:
    response = client.patch(f"{URL}bags/", body)
    assert response.status_code == 200, response.content
    return dict(response.json())


def paths() -> set[str]:
    return set(Category.objects.values_list("path", flat=True))


@pytest.mark.parametrize(
    ("field", "value"), [("name", "Sacks"), ("description", ""), ("position", 0), ("slug", "Sacks")]
)
def test_each_field_can_be_changed_and_the_rest_stays(editor, bags, field, value) -> None:
    before = editor.get(f"{URL}bags/").json()
    after = patch(editor, **{field: value})
    expected = before | {field: value, "updated_at": after["updated_at"]}
    assert after == (expected | {"path": "all/Sacks"} if field == "slug" else expected)
    assert after["updated_at"] > before["updated_at"]


def test_a_new_slug_is_carried_into_the_paths_below_and_no_others(editor, bags) -> None:
    patch(editor, slug="sacks-and-bags")
    assert paths() == {
        "all",
        "all/sacks-and-bags",
        "all/sacks-and-bags/packs",
        "all/sacks-and-bags/packs/day",
        "all/bags0",
    }


def test_a_new_slug_of_the_root_reaches_every_path(editor, bags) -> None:
    editor.patch(f"{URL}all/", {"slug": "x"})
    assert paths() == {"x", "x/bags", "x/bags/packs", "x/bags/packs/day", "x/bags0"}


@pytest.mark.parametrize("form", ["bags", "bags/"])
@pytest.mark.parametrize("body", [{}, {"name": "Bags "}, {"slug": "bags", "description": "Old", "position": 1}])
def test_a_write_that_changes_nothing_moves_nothing(editor, bags, body, form) -> None:
    before, shown = (
        list(Category.objects.values_list("pk", "updated_at").order_by("pk")),
        editor.get(f"{URL}bags/").json(),
    )
    assert editor.patch(f"{URL}{form}", body).json() == shown
    assert list(Category.objects.values_list("pk", "updated_at").order_by("pk")) == before


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({"parent": None}, {"/parent": "read_only"}),
        ({"parent": "all", "path": "x"}, {"/parent": "read_only", "/path": "read_only"}),
        ({"name": None, "slug": None}, {"/name": "null", "/slug": "null"}),
        ({"name": "", "position": -1, "x": 1}, {"/name": "blank", "/position": "min_value", "/x": "unknown_field"}),
        (None, {"": "null"}),
    ],
)
def test_what_is_wrong_is_named(editor, bags, body, expected) -> None:
    response = editor.generic("PATCH", f"{URL}bags/", b"null", content_type="application/json")
    response = response if body is None else editor.patch(f"{URL}bags/", body)
    assert faults(response) == expected


def test_a_taken_slug_changes_nothing(editor, bags) -> None:
    before = paths()
    assert faults(editor.patch(f"{URL}bags/", {"slug": "packs"}), "duplicate") == {"/slug": "duplicate"}
    assert paths() == before


def test_a_new_slug_may_not_make_a_path_below_too_long(editor) -> None:
    parent = root = CategoryFactory(slug="r")
    for number in range(9):
        parent = CategoryFactory(slug=f"{number}-" + "x" * 198, parent=parent)
    before = paths()
    assert set(faults(editor.patch(f"{URL}{root.slug}/", {"slug": "y" * 200})).values()) == {"category_too_deep"}
    assert paths() == before


def test_what_is_not_there_is_404(editor) -> None:
    problem(editor.patch(f"{URL}nope/", {"name": "A"}), "not_found")


def test_an_edit_costs_the_same_for_a_small_subtree_and_a_large_one(editor, bags, django_assert_num_queries) -> None:
    patch(editor, description="Warm up")
    # find it; a savepoint; read it and the subtree again, carry its path, write it; exchange the words that it is
    # found by in three; look at the subtree and for its products; the log; PostgreSQL locks the tree and those products
    queries = 16 if connection.vendor == "postgresql" else 13
    for count in (1, 40):
        CategoryFactory.create_batch(count, parent=bags)
        with django_assert_num_queries(queries):
            editor.patch(f"{URL}{bags.pk}/", {"slug": f"slug{count}", "name": f"Name {count}"})
