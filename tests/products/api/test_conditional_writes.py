"""If-Match on whatever edits, publishes, archives, moves or deletes."""

from typing import Any

import pytest
from django.db import connection, transaction
from django.http import HttpResponse
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from products.models import Product, Variant
from products.services.brands import update_brand
from products.services.variants import move_stock
from tests.answers import faults, problem
from tests.factories.products import (
    AttributeFactory,
    BrandFactory,
    CategoryFactory,
    ProductFactory,
    ProductTypeFactory,
)

# method, address, body, address of what it edits
GUARDED: list[tuple[str, str, Any, str]] = [
    ("PATCH", "products/trail/", {"name": "New"}, "products/trail/"),
    ("POST", "products/trail/publish/", None, "products/trail/"),
    ("POST", "products/trail/archive/", None, "products/trail/"),
    ("DELETE", "products/trail/", None, "products/trail/"),
    ("PATCH", "variants/{variant}/", {"name": "New"}, "variants/{variant}/"),
    ("DELETE", "variants/{variant}/", None, "variants/{variant}/"),
    ("PATCH", "categories/packs/", {"name": "New"}, "categories/packs/"),
    ("POST", "categories/packs/move/", {"position": 7}, "categories/packs/"),
    ("DELETE", "categories/packs/", None, "categories/packs/"),
    ("PATCH", "brands/acme/", {"name": "New"}, "brands/acme/"),
    ("DELETE", "brands/acme/", None, "brands/acme/"),
    ("PATCH", "attributes/color/", {"name": "New"}, "attributes/color/"),
    ("DELETE", "attributes/color/", None, "attributes/color/"),
    ("PATCH", "product-types/bag/", {"name": "New"}, "product-types/bag/"),
    ("DELETE", "product-types/bag/", None, "product-types/bag/"),
]
# Not an edit of what was read: a condition holds where it is given, and is never asked for.
STOCK: list[tuple[str, str, Any, str]] = [
    ("POST", "variants/{variant}/stock/", {"delta": -1}, "variants/{variant}/"),
    ("POST", "variants/{variant}/stock/", {"set": 9}, "variants/{variant}/"),
]
ALL = [*GUARDED, *STOCK]
guarded = pytest.mark.parametrize(("method", "path", "body", "of"), ALL)
obliged = pytest.mark.parametrize(("method", "path", "body", "of"), GUARDED)
PATCHES = [case[1:] for case in GUARDED if case[0] == "PATCH"]
patches = pytest.mark.parametrize(("path", "body", "of"), PATCHES)


@pytest.fixture
def trail(db) -> Product:
    CategoryFactory(slug="packs")
    BrandFactory(slug="acme")
    AttributeFactory(code="color")
    ProductTypeFactory(code="bag")
    return ProductFactory(slug="trail", status="draft", variants=2, variants__stock=5, brand=BrandFactory(slug="zeta"))


def address(path: str) -> str:
    variant = Variant.objects.order_by("pk").first()
    return f"/api/v1/{path.format(variant=variant.pk if variant else 0)}"


def send(client: APIClient, method: str, path: str, body: Any = None, if_match: str | None = None) -> HttpResponse:
    headers = {} if if_match is None else {"If-Match": if_match}
    answer: HttpResponse = client.generic(
        method,
        address(path),
        b"" if body is None else client._encode_data(body, "json")[0],
        content_type="" if body is None else "application/json",
        headers=headers,
    )
    return answer


def tag_of(client: APIClient, path: str) -> str:
    return str(client.get(address(path))["ETag"])


def edit(client: APIClient, of: str) -> None:
    """Somebody else's edit."""
    assert send(client, "PATCH", of, {"name": "Theirs"}).status_code == 200


@guarded
def test_what_was_read_last_can_be_written(manager, trail, method, path, body, of) -> None:
    answer = send(manager, method, path, body, tag_of(manager, of))
    assert answer.status_code == (204 if method == "DELETE" else 200), answer.content


@guarded
def test_what_was_edited_meanwhile_cannot_and_the_answer_names_the_tag_of_now(
    manager, trail, method, path, body, of
) -> None:
    read = tag_of(manager, of)
    edit(manager, of)
    now = manager.get(address(of))
    answer = send(manager, method, path, body, f"{read}, W/{now['ETag']}")
    problem(answer, "stale")
    assert answer["ETag"] == now["ETag"]
    assert manager.get(address(of)).content == now.content


@guarded
def test_one_tag_of_this_version_is_enough(manager, trail, method, path, body, of) -> None:
    edit(manager, of)
    answer = send(manager, method, path, body, '"1-x", "2-another"')
    assert answer.status_code in {200, 204}, answer.content


@guarded
def test_what_is_no_tag_is_malformed_and_writes_nothing(manager, trail, method, path, body, of) -> None:
    before = manager.get(address(of)).content
    assert "If-Match" in problem(send(manager, method, path, body, "1-abc"), "malformed")["detail"]
    assert manager.get(address(of)).content == before


@obliged
def test_where_it_is_required_a_write_without_it_is_refused(manager, trail, settings, method, path, body, of) -> None:
    settings.REQUIRE_IF_MATCH = True
    before = manager.get(address(of)).content
    problem(send(manager, method, path, body), "precondition_required")
    assert manager.get(address(of)).content == before
    assert send(manager, method, path, body, "*").status_code in {200, 204}


def test_required_or_not_what_edits_nothing_that_was_read_needs_none(editor, trail, settings) -> None:
    settings.REQUIRE_IF_MATCH = True
    variant = trail.variants.first()
    assert editor.post("/api/v1/brands/", {"name": "A"}).status_code == 201
    assert editor.post("/api/v1/products/trail/variants/", {"sku": "NEW"}).status_code == 201
    assert editor.post(f"/api/v1/variants/{variant.pk}/stock/", {"delta": -1}).status_code == 200


# --- In which order it is looked at


@guarded
def test_rights_come_first_then_existence_then_the_condition(
    anyone, viewer, manager, trail, method, path, body, of
) -> None:
    assert send(anyone, method, path, body, "nonsense").status_code == 401
    assert send(viewer, method, path, body, "nonsense").status_code == 403
    nowhere = path.replace("{variant}", "999999")
    for name in ("trail", "packs", "acme", "color", "bag"):
        nowhere = nowhere.replace(name, "nope")
    assert send(manager, method, nowhere, body, "nonsense").status_code == 404


@patches
def test_a_body_that_could_never_be_written_is_said_to_be_so_first(manager, trail, settings, path, body, of) -> None:
    settings.REQUIRE_IF_MATCH = True
    for header in ('"9-x"', "nonsense", None):
        assert faults(send(manager, "PATCH", path, {"nme": 1}, header)) == {"/nme": "unknown_field"}


@pytest.mark.parametrize(("act", "body"), [("publish/", {"x": 1}), ("archive/", {"x": 1})])
def test_so_is_that_of_an_act(manager, trail, act, body) -> None:
    problem(send(manager, "POST", f"products/trail/{act}", body, '"9-x"'), "invalid")


def test_a_stale_write_is_not_told_what_else_is_against_it(manager, trail) -> None:
    BrandFactory(slug="taken")
    ProductFactory(slug="bare", status="draft", variants=0)
    problem(send(manager, "PATCH", "brands/acme/", {"slug": "taken"}, '"9-x"'), "stale")
    problem(send(manager, "POST", "products/bare/publish/", None, '"9-x"'), "stale")
    problem(send(manager, "DELETE", "brands/zeta/", None, '"9-x"'), "stale")
    problem(send(manager, "DELETE", "brands/zeta/", None, "*"), "in_use")


# --- What is an edit, and what is not


def test_a_sale_and_a_renamed_brand_fail_no_editor(editor, trail) -> None:
    tags = {path: tag_of(editor, path) for path in ("products/trail/", "variants/{variant}/")}
    move_stock(by=None, variant_id=trail.variants.order_by("pk").first().pk, delta=-1)
    update_brand(by=None, brand=trail.brand, values={"name": "Renamed"})
    for path in ("variants/{variant}/", "products/trail/"):
        assert tag_of(editor, path) != tags[path]
    assert send(editor, "PATCH", "products/trail/", {"name": "A"}, tags["products/trail/"]).status_code == 200
    assert send(editor, "PATCH", "variants/{variant}/", {"name": "A"}, tags["variants/{variant}/"]).status_code == 200


def test_a_price_is_an_edit_of_variant_and_product(editor, trail) -> None:
    tags = {path: tag_of(editor, path) for path in ("products/trail/", "variants/{variant}/")}
    assert send(editor, "PATCH", "variants/{variant}/", {"prices": {"EUR": {"amount": "1"}}}).status_code == 200
    for path, tag in tags.items():
        problem(send(editor, "PATCH", path, {"name": "A"}, tag), "stale")


def test_an_edit_of_a_variant_is_one_of_the_product_and_not_of_its_other_variants(editor, trail) -> None:
    tag = tag_of(editor, "products/trail/")
    other = trail.variants.order_by("pk").last()
    assert editor.patch(f"/api/v1/variants/{other.pk}/", {"name": "A"}).status_code == 200
    problem(send(editor, "PATCH", "products/trail/", {"name": "A"}, tag), "stale")
    assert send(editor, "PATCH", "variants/{variant}/", {"name": "A"}, '"1-x"').status_code == 200


# --- The tag of an answer


CREATES: list[tuple[str, dict[str, Any]]] = [
    ("products/", {"name": "A", "variants": [{"sku": "A-1", "prices": {"USD": {"amount": "9.5"}}}]}),
    ("products/trail/variants/", {"sku": "A-1", "prices": {"USD": {"amount": "9.5"}}}),
    ("categories/", {"name": "A", "parent": "packs"}),
    ("brands/", {"name": "A"}),
    ("attributes/", {"code": "a", "name": "A", "type": "option", "options": [{"code": "x", "label": "X"}]}),
    ("product-types/", {"code": "a", "name": "A", "attributes": [{"attribute": "color"}]}),
]


@pytest.mark.parametrize(("path", "body"), CREATES)
def test_a_create_answers_the_tag_and_body_of_a_later_get(manager, trail, path, body) -> None:
    made = manager.post(f"/api/v1/{path}", body)
    assert made.status_code == 201, made.content
    read = manager.get(made["Location"])
    assert (made["ETag"], made.content) == (read["ETag"], read.content)


ACTS = [case for case in GUARDED if case[0] != "DELETE"] + [
    ("POST", "variants/{variant}/stock/", {"delta": -1}, "variants/{variant}/")
]


@pytest.mark.parametrize(("method", "path", "body", "of"), ACTS)
def test_an_edit_answers_the_tag_and_body_of_a_later_get(manager, trail, method, path, body, of) -> None:
    before = tag_of(manager, of)
    answer = send(manager, method, path, body)
    read = manager.get(address(of))
    assert (answer["ETag"], answer.content) == (read["ETag"], read.content)
    assert answer["ETag"] != before


@pytest.mark.parametrize(("method", "path", "body", "of"), ACTS[:-1])
def test_a_second_time_changes_nothing_and_answers_the_same_tag(manager, trail, method, path, body, of) -> None:
    first = send(manager, method, path, body, "*")
    again = send(manager, method, path, body, first["ETag"])
    assert (again.status_code, again["ETag"], again.content) == (200, first["ETag"], first.content)


@patches
def test_an_empty_patch_answers_the_tag_that_was_read(manager, trail, path, body, of) -> None:
    read = tag_of(manager, of)
    assert send(manager, "PATCH", path, {}, read)["ETag"] == read


# --- Cost


@guarded
def test_a_condition_costs_no_statement(manager, trail, method, path, body, of) -> None:
    send(manager, method, path, body, '"9-x"')  # rights are read once
    assert statements(manager, method, path, body, tag_of(manager, of)) == statements(manager, method, path, body, None)


def statements(client: APIClient, method: str, path: str, body: Any, if_match: str | None) -> int:
    """How many a write takes, which is then undone."""
    mark = transaction.savepoint()
    with CaptureQueriesContext(connection) as queries:
        assert send(client, method, path, body, if_match).status_code in {200, 204}
    transaction.savepoint_rollback(mark)
    return len(queries)
