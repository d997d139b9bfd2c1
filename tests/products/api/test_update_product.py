"""PATCH /products/{ref}/: a JSON Merge Patch (RFC 7396) that moves versions only when it changes something."""

from typing import Any

import pytest

from products.models import Product
from tests.answers import faults, problem
from tests.factories.products import BrandFactory, CategoryFactory, ProductFactory, VariantFactory
from tests.threads import at_once

URL = "/api/v1/products/"


@pytest.fixture
def bag(db) -> Product:
    return ProductFactory(
        name="Bag",
        slug="bag",
        external_id="b-1",
        description="Old",
        brand=BrandFactory(slug="acme"),
        categories=[CategoryFactory(slug="bags"), CategoryFactory(slug="sale")],
        attributes={"color": "red", "size": {"w": 1, "h": 2}, "tags": ["a"], "none": None},
        published_from="2020-01-01T00:00:00Z",
    )


def patch(client: Any, **body: Any) -> dict[str, Any]:
    response = client.patch(f"{URL}bag/", body)
    assert response.status_code == 200, response.content
    return dict(response.json())


def stamps() -> list[Any]:
    """Everything that must not move when nothing changed."""
    product = Product.objects.get(external_id="b-1")
    variants = product.variants.values_list("version", "updated_at")
    return [product.version, product.updated_at, *variants, *product.category_links.values_list("pk", "updated_at")]


# --- What changes


def test_what_is_left_out_stays(editor, bag) -> None:
    before = editor.get(f"{URL}bag/").json()
    after = patch(editor, description="New")
    assert after | {"updated_at": 0} == before | {"description": "New", "version": 2, "updated_at": 0}
    assert after["updated_at"] > before["updated_at"]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", "Sack"),
        ("description", ""),
        ("external_id", "b-2"),
        ("external_id", None),
        ("published_from", None),
        ("published_until", "2999-01-01T00:00:00.000000Z"),
        ("brand", None),
        ("categories", []),
    ],
)
def test_each_field_can_be_changed(editor, bag, field, value) -> None:
    assert patch(editor, **{field: value})[field] == value
    assert editor.get(f"{URL}{bag.pk}/").json()["version"] == 2


def test_a_new_slug_is_the_new_address(editor, bag) -> None:
    assert patch(editor, slug="sack")["slug"] == "sack"
    problem(editor.get(f"{URL}bag/"), "not_found")
    assert editor.get(f"{URL}sack/").status_code == 200


def test_a_new_name_leaves_the_slug_and_sorts_by_itself(editor, bag) -> None:
    ProductFactory(name="M")
    assert patch(editor, name="Zack")["slug"] == "bag"
    assert [row["name"] for row in editor.get(URL, {"ordering": "name"}).json()["results"]] == ["M", "Zack"]


def test_lists_of_references_are_replaced(editor, bag) -> None:
    CategoryFactory(slug="new")
    shown = patch(editor, categories=["new", "bags"])["categories"]
    assert [category["slug"] for category in shown] == ["new", "bags"]
    shown = patch(editor, categories=["bags", "new"])["categories"]
    assert [category["slug"] for category in shown] == ["bags", "new"]


def test_attributes_merge_key_by_key_and_null_removes(editor, bag) -> None:
    body = {"color": None, "size": {"w": None, "d": 3}, "tags": ["b"], "new": {"x": None, "y": 1}}
    assert patch(editor, attributes=body)["attributes"] == {
        "size": {"h": 2, "d": 3},
        "tags": ["b"],
        "none": None,
        "new": {"y": 1},
    }


def test_a_null_that_stands_there_is_removed_too(editor, bag) -> None:
    assert "none" not in patch(editor, attributes={"none": None})["attributes"]


@pytest.mark.parametrize(
    ("old", "new"), [(1, True), (True, 1), (1, 1.0), (0, False), ("1", 1), ([1], [True]), ({}, [])]
)
def test_values_that_only_look_alike_are_changes(editor, bag, old, new) -> None:
    patch(editor, attributes={"v": old})
    after = patch(editor, attributes={"v": new})
    assert after["version"] == 3
    assert repr(after["attributes"]["v"]) == repr(new)


@pytest.mark.parametrize("media_type", ["application/json", "application/merge-patch+json"])
def test_a_patch_may_say_that_it_is_one(editor, bag, media_type) -> None:
    response = editor.patch(f"{URL}bag/", b'{"name": "Sack"}', content_type=media_type)
    assert response.json()["name"] == "Sack"


@pytest.mark.parametrize("media_type", ["application/json-patch+json", "text/plain", "application/merge-patch"])
def test_any_other_media_type_is_refused(editor, bag, media_type) -> None:
    problem(editor.patch(f"{URL}bag/", b'{"name": "Sack"}', content_type=media_type), "unsupported_media_type")


def test_the_form_without_a_slash_takes_the_body(editor, bag) -> None:
    assert editor.patch("/api/v1/products/bag", {"name": "Sack"}).json()["name"] == "Sack"


def test_an_edit_reaches_its_own_product_alone(editor, bag) -> None:
    other = ProductFactory(attributes={"color": "blue"})
    patch(editor, name="Sack", attributes={"color": "red2"}, categories=[])
    other.refresh_from_db()
    assert (other.version, other.attributes) == (1, {"color": "blue"})


# --- What does not


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"name": "Bag"},
        {"name": "  Bag "},
        {"slug": "bag", "description": "Old", "external_id": "b-1"},
        {"published_from": "2020-01-01T01:00:00+01:00", "published_until": None},
        {"brand": "acme", "categories": ["bags", "sale"]},
        {"attributes": {}},
        {"attributes": {"color": "red", "size": {"w": 1}, "tags": ["a"], "gone": None, "size2": None}},
    ],
)
def test_a_write_that_changes_nothing_moves_nothing(editor, bag, body) -> None:
    before, shown = stamps(), editor.get(f"{URL}bag/").json()
    assert patch(editor, **body) == shown
    assert stamps() == before


@pytest.mark.parametrize("number", [1e16, 1e22, -1.5e300, 0.1, 1e-7, 5e-324, 2**63 - 1, 123456789.0])
def test_a_number_written_again_is_the_same(editor, bag, number) -> None:
    first = patch(editor, attributes={"n": number})
    assert patch(editor, attributes={"n": number}) == first
    assert first["attributes"]["n"] == number


def test_categories_that_stay_leave_their_links_alone(editor, bag) -> None:
    before = list(bag.category_links.values_list("pk", "updated_at"))
    patch(editor, name="Sack", categories=["bags", "sale"])
    assert list(bag.category_links.values_list("pk", "updated_at")) == before


def test_renaming_a_brand_or_a_category_moves_no_version_of_its_products(editor, bag) -> None:
    editor.patch("/api/v1/brands/acme/", {"name": "Acme 2"})
    editor.patch("/api/v1/categories/bags/", {"name": "Bags 2", "slug": "bags2"})
    shown = editor.get(f"{URL}bag/").json()
    assert (shown["brand"]["name"], shown["categories"][0]["path"], shown["version"]) == ("Acme 2", "bags2", 1)


# --- What is refused


@pytest.mark.parametrize(
    "name", ["id", "status", "variants", "price_range", "in_stock", "version", "created_at", "updated_at"]
)
def test_what_a_patch_cannot_change_is_read_only(editor, bag, name) -> None:
    shown = editor.get(f"{URL}bag/").json()
    assert faults(editor.patch(f"{URL}bag/", {name: shown[name]})) == {f"/{name}": "read_only"}


@pytest.mark.parametrize("name", ["name", "slug", "description", "categories", "attributes"])
def test_null_does_not_remove_what_must_be_there(editor, bag, name) -> None:
    assert list(faults(editor.patch(f"{URL}bag/", {name: None}))) == [f"/{name}"]


def test_all_faults_are_told_at_once_and_nothing_changes(editor, bag) -> None:
    before = stamps()
    body = {
        "name": "",
        "brand": "nope",
        "categories": ["nope"],
        "attributes": 1,
        "slug": "9",
        "colour": 1,
        "description": "N",
    }
    assert faults(editor.patch(f"{URL}bag/", body)) == {
        "/name": "blank",
        "/brand": "unknown_value",
        "/categories/0": "unknown_value",
        "/attributes": "invalid",
        "/slug": "invalid_slug",
        "/colour": "unknown_field",
    }
    assert stamps() == before


@pytest.mark.parametrize("body", ["null", "[]", "5", '"x"'])
def test_a_patch_is_an_object(editor, bag, body) -> None:
    assert list(faults(editor.patch(f"{URL}bag/", body, content_type="application/json"))) == [""]


def test_merged_attributes_must_keep_within_their_limits(editor, bag) -> None:
    patch(editor, attributes={"a": "x" * 40_000})
    assert faults(editor.patch(f"{URL}bag/", {"attributes": {"b": "x" * 40_000}})) == {"/attributes": "max_size"}
    assert patch(editor, attributes={"a": None, "b": "x" * 40_000})["version"] == 3


def test_a_window_is_checked_against_what_stays(editor, bag) -> None:
    response = editor.patch(f"{URL}bag/", {"published_until": "2019-01-01T00:00:00Z"})
    assert list(faults(response).values()) == ["window_order"]


def test_every_key_that_is_taken_is_named(editor, bag) -> None:
    ProductFactory(slug="taken", external_id="x")
    response = editor.patch(f"{URL}bag/", {"slug": "taken", "external_id": "x", "name": "Sack"})
    assert faults(response, "duplicate") == {"/slug": "duplicate", "/external_id": "duplicate"}
    assert Product.objects.get(pk=bag.pk).name == "Bag"


def test_what_is_not_there_is_404(editor) -> None:
    problem(editor.patch(f"{URL}nope/", {"name": "Sack"}), "not_found")


# --- Cost and concurrency


def test_an_edit_costs_the_same_for_one_variant_and_fifty(editor, bag, django_assert_num_queries) -> None:
    patch(editor, name="Warm up")
    for count, categories in ((1, ["sale", "bags"]), (50, ["bags", "sale"])):
        VariantFactory.create_batch(count, product=bag)
        with django_assert_num_queries(UPDATE_QUERIES):
            patch(editor, name=f"Bag {count}", attributes={"n": count}, categories=categories)


# what it names 1; find it 1; hold the names still 1; lock it with its parts 5; write 1, with its links 2; list it 2,
# its prices by category 2; log it 1; savepoints 4
UPDATE_QUERIES = 22


@pytest.mark.django_db(transaction=True)
def test_edits_of_different_attributes_at_once_lose_none(editor, bag) -> None:
    answers = at_once(12, lambda number: editor.patch(f"{URL}bag/", {"attributes": {f"key{number}": number}}))
    assert {answer.status_code for answer in answers} == {200}
    shown = editor.get(f"{URL}bag/").json()
    assert shown["attributes"].items() >= {f"key{number}": number for number in range(12)}.items()
    assert shown["version"] == 13
