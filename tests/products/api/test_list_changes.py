from datetime import timedelta

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from products.models import Change, Product
from products.services.changes.feed import prune_changes
from tests.answers import faults, problem
from tests.factories.products import ProductFactory, VariantFactory

URL = "/api/v1/changes/"


def changes(client: APIClient, **query: object) -> dict:
    response = client.get(URL, query)
    assert response.status_code == 200, response.content
    return response.json()


@pytest.fixture
def bag(db) -> Product:
    made = ProductFactory(slug="bag", name="Bag", variants=0)
    VariantFactory(product=made, sku="ONE", stock=5)
    return made


def test_a_write_is_in_the_feed_with_its_request_and_its_actor(editor, viewer, bag) -> None:
    response = editor.patch("/api/v1/products/bag/", {"name": "Sack"}, format="json", headers={"X-Request-ID": "mine"})
    [shown] = changes(viewer)["results"]
    actor = Change.objects.get().actor_id
    assert shown.pop("time") == response.json()["updated_at"] or Change.objects.get().created_at
    assert shown == {
        "sequence": 1,
        "request_id": "mine",
        "actor": {"id": actor, "username": "editor"},
        "entity": "product",
        "id": bag.pk,
        "action": "update",
        "version": 2,
        "changes": {"name": {"before": "Bag", "after": "Sack"}},
        "message": "",
    }


def test_the_feed_is_followed_from_page_to_page(editor, viewer) -> None:
    for number in range(5):
        editor.post("/api/v1/brands/", {"name": f"B{number}"}, format="json")
    seen, since, more = [], 0, True
    while more:
        page = changes(viewer, since=since, page_size=2)
        seen += [row["sequence"] for row in page["results"]]
        since, more = page["next_since"], page["has_more"]
    assert (seen, since) == ([1, 2, 3, 4, 5], 5)
    assert changes(viewer, since=since) == {"results": [], "next_since": 5, "has_more": False}


def test_filters_choose(editor, viewer, bag) -> None:
    editor.post("/api/v1/brands/", {"name": "A"}, format="json")
    editor.patch("/api/v1/products/bag/", {"name": "Sack"}, format="json", headers={"X-Request-ID": "mine"})

    def found(**query: object) -> list[int]:
        return [row["sequence"] for row in changes(viewer, **query)["results"]]

    assert found(entity="brand") == [1]
    assert found(entity="product", id=bag.pk) == [2]
    assert found(id="9" * 25) == []
    assert found(actor="editor") == [1, 2]
    assert found(actor="anna") == []
    assert found(request_id="mine") == [2]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({"since": "-1"}, {"since": "min_value"}),
        ({"since": "x"}, {"since": "invalid"}),
        ({"entity": "price"}, {"entity": "unknown_value"}),
        ({"page_size": 101}, {"page_size": "max_value"}),
        ({"page_size": 0}, {"page_size": "min_value"}),
        ({"id": "x", "cursor": "x"}, {"id": "invalid", "cursor": "unknown_parameter"}),
        ({"actor": "a\x00"}, {"actor": "null_characters_not_allowed"}),
    ],
)
def test_what_is_wrong_is_named(viewer, query, expected) -> None:
    assert faults(viewer.get(URL, query)) == expected


def test_what_is_pruned_is_gone(editor, viewer) -> None:
    editor.post("/api/v1/brands/", {"name": "A"}, format="json")
    changes(viewer)
    prune_changes(before=timezone.now() + timedelta(days=1))
    problem(viewer.get(URL), "changes_pruned")
    assert changes(viewer, since=1)["results"] == []


def test_only_who_may_view_changes_sees_them(anyone, stranger, viewer) -> None:
    assert problem(anyone.get(URL), "not_authenticated")
    problem(stranger.get(URL, {"nope": 1}), "permission_denied")
    assert changes(viewer)["results"] == []


def test_a_page_costs_the_same_for_one_change_and_fifty(editor, viewer, django_assert_num_queries) -> None:
    editor.post("/api/v1/brands/", {"name": "A"}, format="json")
    changes(viewer)
    for count in (1, 50):
        for number in range(count):
            editor.post("/api/v1/brands/", {"name": f"A{count}-{number}"}, format="json")
        with django_assert_num_queries(NUMBERING_QUERIES):
            changes(viewer, page_size=100)
        with django_assert_num_queries(READING_QUERIES):
            changes(viewer, page_size=100)


# Where the feed ends, the page, where it begins
READING_QUERIES = 3
# as well: the feed locked, numbered, and its end written, in a savepoint; where it ends now
NUMBERING_QUERIES = READING_QUERIES + 6
