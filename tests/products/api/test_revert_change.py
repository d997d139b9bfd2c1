import pytest
from rest_framework.test import APIClient

from products.models import Change, Product
from tests.answers import faults, problem
from tests.factories.products import ProductFactory
from tests.products.api.test_rights import with_permissions


@pytest.fixture
def bag(db) -> Product:
    return ProductFactory(slug="bag", name="Bag", variants=1)


def rename(client: APIClient, name: str) -> int:
    client.patch("/api/v1/products/bag/", {"name": name}, format="json")
    return client.get("/api/v1/changes/").json()["next_since"]


def revert(client: APIClient, sequence: object, body: object = None):
    return client.post(f"/api/v1/changes/{sequence}/revert/", body, format="json")


def test_it_answers_with_the_new_change(editor, bag) -> None:
    sequence = rename(editor, "Sack")
    response = revert(editor, sequence)
    assert response.status_code == 200, response.content
    shown = response.json()
    assert shown["changes"] == {"name": {"before": "Sack", "after": "Bag"}}
    assert (shown["sequence"], shown["version"], shown["message"]) == (sequence + 1, 3, f"Reverts change {sequence}.")
    assert shown["actor"]["username"] == "editor"
    assert editor.get("/api/v1/products/bag/").json()["name"] == "Bag"


def test_a_newer_change_is_a_conflict_that_names_the_fields(editor, bag) -> None:
    sequence = rename(editor, "Sack")
    rename(editor, "Box")
    assert faults(revert(editor, sequence), "changed_since") == {"/changes/name": "changed_since"}


def test_it_takes_nothing(editor, bag) -> None:
    sequence = rename(editor, "Sack")
    assert faults(revert(editor, sequence, {"nope": 1})) == {"/nope": "unknown_field"}
    assert Product.objects.get().name == "Sack"


@pytest.mark.parametrize("sequence", ["9", "0", "9" * 30, "x"])
def test_what_is_not_there_is_404(editor, sequence) -> None:
    problem(revert(editor, sequence), "not_found")


def test_rights_are_tested_before_existence(anyone, stranger) -> None:
    problem(revert(anyone, 9), "not_authenticated")
    problem(revert(stranger, 9), "permission_denied")


def test_it_needs_the_right_of_the_write_that_undoes(editor, manager, viewer, bag) -> None:
    sequence = rename(editor, "Sack")
    problem(revert(viewer, sequence), "permission_denied")
    problem(revert(with_permissions("change_product"), sequence), "permission_denied")
    assert revert(with_permissions("view_change", "change_product"), sequence).status_code == 200


def test_undoing_a_create_is_a_delete(editor, manager) -> None:
    editor.post("/api/v1/brands/", {"name": "A"}, format="json")
    editor.get("/api/v1/changes/")
    sequence = Change.objects.get().sequence
    problem(revert(editor, sequence), "permission_denied")
    assert revert(manager, sequence).json()["action"] == "delete"
