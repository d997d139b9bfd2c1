"""POST /categories/{ref}/move/"""

from typing import Any

import pytest
from django.db import connection

from products.models import Category
from tests.answers import faults, problem
from tests.factories.products import CategoryFactory, ProductFactory
from tests.threads import at_once

URL = "/api/v1/categories/"


@pytest.fixture
def tree(db) -> dict[str, Category]:
    """a -> b -> c, and d beside a."""
    a = CategoryFactory(slug="a", name="a")
    b = CategoryFactory(slug="b", parent=a)
    return {"a": a, "b": b, "c": CategoryFactory(slug="c", parent=b), "d": CategoryFactory(slug="d")}


def move(client: Any, slug: str, **body: Any) -> dict[str, Any]:
    response = client.post(f"{URL}{slug}/move/", body)
    assert response.status_code == 200, response.content
    return dict(response.json())


def paths() -> set[str]:
    return set(Category.objects.values_list("path", flat=True))


def test_a_category_takes_its_subtree_along(editor, tree) -> None:
    shown = move(editor, "b", parent="d")
    assert (shown["parent"], shown["path"]) == ("d", "d/b")
    assert paths() == {"a", "d", "d/b", "d/b/c"}
    assert shown == editor.get(f"{URL}b/").json()


def test_its_products_are_found_in_the_new_place(editor, anyone, tree) -> None:
    ProductFactory(categories=[tree["c"]])
    move(editor, "b", parent="d")
    assert len(anyone.get("/api/v1/products/?category=d").json()["results"]) == 1
    assert anyone.get("/api/v1/products/?category=a").json()["results"] == []


def test_null_makes_a_root(editor, tree) -> None:
    assert move(editor, "b", parent=None)["path"] == "b"
    assert paths() == {"a", "b", "b/c", "d"}


@pytest.mark.parametrize("kind", [str, int])
def test_the_parent_may_be_named_by_its_id(editor, tree, kind) -> None:
    assert move(editor, "b", parent=kind(tree["d"].pk))["path"] == "d/b"


@pytest.mark.parametrize("form", ["move", "move/"])
def test_the_position_alone_may_change(editor, tree, form) -> None:
    shown = editor.post(f"{URL}{tree['b'].pk}/{form}", {"position": 4}).json()
    assert (shown["position"], shown["parent"], shown["path"]) == (4, "a", "a/b")


def test_the_parent_alone_leaves_the_position(editor, tree) -> None:
    move(editor, "b", position=4)
    assert move(editor, "b", parent="d")["position"] == 4


@pytest.mark.parametrize("body", [{"parent": "a"}, {"position": 0}, {"parent": "a", "position": 0}])
def test_a_move_to_the_same_place_moves_nothing(editor, tree, body) -> None:
    before = list(Category.objects.order_by("pk").values_list("path", "updated_at"))
    move(editor, "b", **body)
    assert list(Category.objects.order_by("pk").values_list("path", "updated_at")) == before


@pytest.mark.parametrize(("slug", "parent"), [("a", "a"), ("a", "b"), ("a", "c"), ("b", "c"), ("b", "b")])
def test_a_category_cannot_stand_below_itself(editor, tree, slug, parent) -> None:
    before = paths()
    response = editor.post(f"{URL}{slug}/move/", {"parent": parent})
    assert faults(response, "category_cycle") == {"/parent": "category_cycle"}
    assert paths() == before


def test_a_slug_that_begins_alike_is_no_part_of_the_subtree(editor, tree) -> None:
    CategoryFactory(slug="a-2")
    CategoryFactory(slug="a0")
    assert move(editor, "a", parent="a-2")["path"] == "a-2/a"
    assert paths() == {"a-2", "a-2/a", "a-2/a/b", "a-2/a/b/c", "a0", "d"}


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({}, {"": "required"}),
        ({"parent": "nope"}, {"/parent": "unknown_value"}),
        ({"parent": ""}, {"/parent": "unknown_value"}),
        ({"parent": 0}, {"/parent": "unknown_value"}),
        ({"parent": -1}, {"/parent": "unknown_value"}),
        ({"parent": 2**63 - 1}, {"/parent": "unknown_value"}),
        ({"parent": "9" * 5_000}, {"/parent": "unknown_value"}),
        ({"parent": True}, {"/parent": "invalid"}),
        ({"parent": 1.0}, {"/parent": "invalid"}),
        ({"parent": ["a"]}, {"/parent": "invalid"}),
        ({"parent": {"slug": "a"}}, {"/parent": "invalid"}),
        ({"position": None}, {"/position": "null"}),
        ({"position": "1"}, {"/position": "invalid"}),
        ({"position": -1}, {"/position": "min_value"}),
        ({"position": 2**31}, {"/position": "max_value"}),
        ({"parent": "d", "slug": "x"}, {"/slug": "unknown_field"}),
        ([], {"": "invalid"}),
    ],
)
def test_what_is_wrong_is_named(editor, tree, body, expected) -> None:
    assert faults(editor.post(f"{URL}b/move/", body)) == expected


def test_a_subtree_may_not_grow_too_long_in_its_new_place(editor) -> None:
    parent = None
    for number in range(9):
        parent = CategoryFactory(slug=f"{number}-" + "x" * 198, parent=parent)
    root = CategoryFactory(slug="r")
    CategoryFactory(slug="y" * 200, parent=root)
    before = paths()
    assert set(faults(editor.post(f"{URL}r/move/", {"parent": parent.slug})).values()) == {"category_too_deep"}
    assert paths() == before


def test_what_is_not_there_is_404(editor) -> None:
    problem(editor.post(f"{URL}nope/move/", {"position": 1}), "not_found")


def test_a_move_costs_the_same_for_a_small_subtree_and_a_large_one(editor, tree, django_assert_num_queries) -> None:
    move(editor, "d", position=1)
    # find both; a savepoint; read both and the subtree again, carry the path, write; look at the subtree and for its
    # products; the log; PostgreSQL locks the tree and those products as well
    queries = 15 if connection.vendor == "postgresql" else 12
    for count, parent, path in ((1, "d", "a/b/x"), (40, "a", "d/b/x")):
        CategoryFactory.create_batch(count, parent=tree["b"], path=path)
        with django_assert_num_queries(queries):
            move(editor, "b", parent=parent)


@pytest.mark.django_db(transaction=True)
def test_opposite_moves_at_once_never_close_a_cycle(editor) -> None:
    for _ in range(5):
        one, two = CategoryFactory(), CategoryFactory()
        pairs = [(one.slug, two.slug), (two.slug, one.slug)]
        answers = at_once(
            2, lambda number, pairs=pairs: editor.post(f"{URL}{pairs[number][0]}/move/", {"parent": pairs[number][1]})
        )
        assert sorted(answer.status_code for answer in answers) == [200, 409]
        roots = Category.objects.filter(pk__in=[one.pk, two.pk], parent=None)
        assert roots.count() == 1


@pytest.mark.django_db(transaction=True)
def test_moves_and_renames_at_once_leave_every_path_true(editor) -> None:
    parent = None
    slugs = [f"n{number}" for number in range(6)]
    for slug in slugs:
        parent = CategoryFactory(slug=slug, parent=parent)
    ids = dict(Category.objects.values_list("slug", "pk"))
    calls = [lambda slug=slug: editor.patch(f"{URL}{ids[slug]}/", {"slug": f"{slug}x"}) for slug in slugs]
    calls += [lambda slug=slug: editor.post(f"{URL}{ids[slug]}/move/", {"parent": ids["n0"]}) for slug in slugs[2:]]
    assert {answer.status_code for answer in at_once(len(calls), lambda number: calls[number]())} == {200}
    for category in Category.objects.select_related("parent"):
        assert category.path == (f"{category.parent.path}/" if category.parent else "") + category.slug
