"""Products of a type: what POST and PATCH, publish and the list make of it."""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from products.models import Product, ProductType
from tests.answers import faults, names, problem
from tests.factories.products import AttributeFactory, ProductFactory, ProductTypeFactory, VariantFactory

URL = "/api/v1/products/"
VARIANTS = "/api/v1/variants/"


@pytest.fixture
def bag(db: None) -> ProductType:
    """Bags: material always, origin to publish; variants have a colour always, a size to publish."""
    return ProductTypeFactory(
        code="bag",
        name="Bag",
        attributes=[
            (AttributeFactory(code="material", type="option", options=["nylon", "cotton"]), "product", "always"),
            (AttributeFactory(code="origin"), "product", "to_publish"),
            (AttributeFactory(code="load", type="number", min=0, max=50, unit="kg"), "product", "never"),
            (AttributeFactory(code="color", type="option", options=["red", "blue"]), "variant", "always"),
            (AttributeFactory(code="size", type="text"), "variant", "to_publish"),
        ],
    )


def body(**given: Any) -> dict[str, Any]:
    return {"name": "A", "product_type": "bag", "attributes": {"material": "nylon"}, **given}


def made(bag: ProductType, **given: Any) -> Product:
    variant = given.pop("variant", {"color": "red"})
    product = ProductFactory(
        **{"slug": "a", "status": "draft", "product_type": bag, "attributes": {"material": "nylon"}, **given},
        variants=0,
    )
    VariantFactory(product=product, sku="S", attributes=variant)
    return product


def patch(client: Any, address: str = f"{URL}a/", **given: Any) -> dict[str, Any]:
    response = client.patch(address, given)
    assert response.status_code == 200, response.content
    return dict(response.json())


# --- Create


def test_a_product_shows_its_type(editor, anyone, bag) -> None:
    variant = {"sku": "S", "attributes": {"color": "red", "size": "L"}}
    given = body(attributes={"material": "nylon", "origin": "PT"}, status="active", variants=[variant])
    shown = editor.post(URL, given).json()
    assert shown["product_type"] == {"code": "bag", "name": "Bag"}
    assert (shown["attributes"], shown["variants"][0]["attributes"]) == (given["attributes"], variant["attributes"])
    assert anyone.get(f"{URL}a/").json() == shown


def test_every_attribute_that_is_wrong_is_named_at_once(editor, bag) -> None:
    variants = [
        {"sku": "1", "attributes": {"color": "rde", "material": "nylon"}},
        {"sku": "2"},
        {"sku": "3", "attributes": {"color": "red", "size": 5}},
    ]
    response = editor.post(URL, body(attributes={"load": 51, "colour": 1}, variants=variants, status="active"))
    assert faults(response) == {
        "/attributes/colour": "unknown_attribute",
        "/attributes/load": "max_value",
        "/attributes/material": "required",
        "/variants/0/attributes/material": "unknown_attribute",
        "/variants/0/attributes/color": "unknown_value",
        "/variants/1/attributes/color": "required",
        "/variants/2/attributes/size": "invalid",
    }
    by_pointer = {fault["pointer"]: fault for fault in response.json()["errors"]}
    assert by_pointer["/variants/0/attributes/color"]["suggestion"] == "red"
    assert by_pointer["/attributes/load"]["detail"] == "Load (load) must be at most 50 kg."
    assert "of products" in by_pointer["/variants/0/attributes/material"]["detail"]
    assert not Product.objects.exists()


def test_they_are_named_with_the_other_faults_of_the_body(editor, bag) -> None:
    given = body(
        name="", attributes={"material": None}, variants=[{"sku": "", "attributes": {"color": "x"}}, 5], brand="nope"
    )
    assert faults(editor.post(URL, given)) == {
        "/name": "blank",
        "/brand": "unknown_value",
        "/attributes/material": "required",
        "/variants/0/sku": "blank",
        "/variants/0/attributes/color": "unknown_value",
        "/variants/1": "invalid",
    }
    given = body(name="", attributes=5, variants=5)
    assert faults(editor.post(URL, given)) == {"/name": "blank", "/attributes": "invalid", "/variants": "not_a_list"}


@pytest.mark.parametrize("value", [5, True, [], {"code": "bag"}, "Bag", "nope", ""])
def test_the_type_is_the_code_of_one(editor, bag, value) -> None:
    assert set(faults(editor.post(URL, body(product_type=value, name="")))) == {"/product_type", "/name"}


def test_a_misspelled_type_gets_a_suggestion(editor, bag) -> None:
    [fault] = problem(editor.post(URL, body(product_type="bags")), "invalid")["errors"]
    assert (fault["pointer"], fault["code"], fault["suggestion"]) == ("/product_type", "unknown_value", "bag")


def test_null_is_no_value_where_a_type_defines_them(editor, bag) -> None:
    variants = [{"sku": "S", "attributes": {"color": "red", "size": None}}]
    shown = editor.post(URL, body(attributes={"material": "nylon", "load": None}, variants=variants)).json()
    assert shown["attributes"] == {"material": "nylon"}
    assert shown["variants"][0]["attributes"] == {"color": "red"}


def test_without_a_type_attributes_are_free(editor, bag) -> None:
    attributes = {"material": None, "load": {"kg": [5]}}
    assert editor.post(URL, body(product_type=None, attributes=attributes)).json()["attributes"] == attributes


# --- Publish


def test_active_needs_what_publishing_demands(editor, bag) -> None:
    variants = [{"sku": "S", "attributes": {"color": "red"}}]
    response = editor.post(URL, body(status="active", variants=variants))
    expected = {"/attributes/origin": "required", "/variants/0/attributes/size": "required"}
    assert faults(response, "not_publishable") == expected
    made(bag)
    assert faults(editor.post(f"{URL}a/publish/"), "not_publishable") == expected
    assert editor.post(URL, body(name="B", variants=[{"sku": "T", "attributes": {"color": "red"}}])).status_code == 201


def test_every_reason_is_given(editor, bag) -> None:
    ProductFactory(slug="a", status="draft", product_type=bag, variants=0)
    assert faults(editor.post(f"{URL}a/publish/"), "not_publishable") == {
        "/variants": "variant_required",
        "/attributes/material": "required",
        "/attributes/origin": "required",
    }


def test_what_has_it_all_is_published(editor, bag) -> None:
    made(bag, attributes={"material": "nylon", "origin": "PT"}, variant={"color": "red", "size": "L"})
    assert editor.post(f"{URL}a/publish/").json()["status"] == "active"


# --- Patch


def test_only_what_is_set_or_removed_is_checked(editor, bag) -> None:
    made(bag, attributes={"material": "nylon", "load": 99})
    assert patch(editor, attributes={"origin": "PT"}, name="B")["attributes"]["load"] == 99
    assert faults(editor.patch(f"{URL}a/", {"attributes": {"load": 98}})) == {"/attributes/load": "max_value"}
    assert patch(editor, attributes={"load": 99})["attributes"]["load"] == 99
    assert "load" not in patch(editor, attributes={"load": None})["attributes"]


def test_what_is_always_required_cannot_be_removed(editor, bag) -> None:
    made(bag)
    assert faults(editor.patch(f"{URL}a/", {"attributes": {"material": None}})) == {"/attributes/material": "required"}
    address = f"{VARIANTS}{Product.objects.get().variants.get().pk}/"
    assert faults(editor.patch(address, {"attributes": {"color": None}})) == {"/attributes/color": "required"}


def test_an_edit_of_other_things_never_fails_for_older_attributes(editor, bag) -> None:
    made(bag, attributes={}, variant={})
    patch(editor, name="B", description="C", published_from="2030-01-01T00:00:00Z", attributes={})
    patch(editor, f"{VARIANTS}{Product.objects.get().variants.get().pk}/", name="B", prices={"EUR": {"amount": "1"}})
    assert faults(editor.patch(f"{URL}a/", {"attributes": {"load": 1}})) == {"/attributes/material": "required"}


BULK = "/api/v1/bulk/"


@pytest.mark.parametrize("level", ["product", "variant"])
def test_a_demand_that_came_later_stops_publishing_and_no_edit_of_other_things(editor, manager, bag, level) -> None:
    variant = made(bag, attributes={"material": "nylon", "origin": "PT"}, variant={"color": "red", "size": "M"})
    AttributeFactory(code="late")
    links = manager.get("/api/v1/product-types/bag/").json()["attributes"]
    late = {"attribute": "late", "level": level, "required": "always"}
    assert manager.patch("/api/v1/product-types/bag/", {"attributes": [*links, late]}).status_code == 200
    address = f"{VARIANTS}{variant.variants.get().pk}/"
    patch(editor, name="B", product_type="bag", categories=[], attributes={"material": "nylon"})
    patch(editor, address, name="B", prices={"EUR": {"amount": "1"}}, attributes={"color": "red"})
    items = [
        {"op": "update", "resource": "product", "ref": "a", "data": {"name": "C"}},
        {"op": "upsert", "resource": "product", "data": {"slug": "a", "description": "D", "variants": [{"sku": "S"}]}},
        {"op": "update", "resource": "variant", "ref": "S", "data": {"name": "C"}},
        {"op": "set_stock", "resource": "variant", "ref": "S", "data": {"set": 1}},
    ]
    response = editor.post(BULK, items)
    assert response.status_code == 200, response.content
    pointer = "/attributes/late" if level == "product" else "/variants/0/attributes/late"
    [reason] = problem(editor.post(f"{URL}a/publish/"), "not_publishable")["errors"]
    assert (reason["pointer"], reason["code"]) == (pointer, "required")
    Product.objects.update(status="active")
    patch(editor, name="D")
    patch(editor, address, name="D")


def test_removing_what_is_not_there_changes_nothing(editor, bag) -> None:
    made(bag)
    assert patch(editor, attributes={"note": None, "origin": None})["version"] == 1


def test_the_same_patch_again_is_taken_again(editor, bag) -> None:
    made(bag, product_type=None, attributes={"note": 1})
    for _ in range(2):
        shown = patch(editor, product_type="bag", attributes={"note": None, "material": "nylon"})
    assert (shown["attributes"], shown["version"]) == ({"material": "nylon"}, 2)


@pytest.mark.parametrize("status", ["draft", "archived"])
def test_what_publishing_needs_may_go_while_it_is_not_active(editor, bag, status) -> None:
    made(bag, status=status, attributes={"material": "nylon", "origin": "PT"})
    assert patch(editor, attributes={"origin": None})["attributes"] == {"material": "nylon"}


def test_what_publishing_needs_does_not_leave_what_is_active(editor, bag) -> None:
    product = made(bag, status="active", attributes={"material": "nylon", "origin": "PT"}, variant={"color": "red"})
    assert faults(editor.patch(f"{URL}a/", {"attributes": {"origin": None}})) == {"/attributes/origin": "required"}
    patch(editor, attributes={"load": 1})
    response = editor.post(f"{URL}a/variants/", {"sku": "T", "attributes": {"color": "red"}})
    assert faults(response) == {"/attributes/size": "required"}
    patch(editor, f"{VARIANTS}{product.variants.get().pk}/", attributes={"color": "blue"})


def test_variants_are_checked_on_their_own_addresses(editor, bag) -> None:
    product = made(bag)
    wrong = {"sku": "T", "attributes": {"color": "gren", "load": 1}}
    expected = {"/attributes/color": "unknown_value", "/attributes/load": "unknown_attribute"}
    assert faults(editor.post(f"{URL}a/variants/", wrong)) == expected
    assert faults(editor.patch(f"{VARIANTS}{product.variants.get().pk}/", wrong)) == expected
    assert faults(editor.post(f"{URL}a/variants/", {"sku": "T"})) == {"/attributes/color": "required"}
    assert editor.post(f"{URL}a/variants/", {"sku": "T", "attributes": {"color": "blue"}}).status_code == 201


# --- Another type


def test_a_new_type_checks_everything(editor, bag) -> None:
    product = made(bag, product_type=None, attributes={"load": "heavy", "note": 1}, variant={"tone": "red"})
    VariantFactory(product=product, attributes={"color": "red"})
    expected = {
        "/attributes/load": "invalid",
        "/attributes/note": "unknown_attribute",
        "/attributes/material": "required",
        "/variants/0/attributes/tone": "unknown_attribute",
        "/variants/0/attributes/color": "required",
    }
    assert faults(editor.patch(f"{URL}a/", {"product_type": "bag"})) == expected
    product.variants.first().delete()
    mended = {"material": "cotton", "load": 5, "note": None}
    shown = patch(editor, product_type="bag", attributes=mended)
    assert shown["product_type"] == {"code": "bag", "name": "Bag"}
    assert shown["attributes"] == {"material": "cotton", "load": 5}
    assert shown["version"] == 2


def test_null_takes_the_type_away_and_leaves_the_attributes(editor, bag) -> None:
    made(bag)
    shown = patch(editor, product_type=None)
    assert (shown["product_type"], shown["attributes"]) == (None, {"material": "nylon"})
    assert patch(editor, attributes={"any": {"thing": 1}})["attributes"] == {"material": "nylon", "any": {"thing": 1}}


def test_the_same_type_again_changes_nothing(editor, bag) -> None:
    made(bag, attributes={"load": 99})
    assert patch(editor, product_type="bag", attributes={"load": 99})["version"] == 1


def test_a_new_type_of_what_is_active_brings_all_that_publishing_demands(editor, bag) -> None:
    made(bag, product_type=None, status="active", variant={"color": "red"})
    assert faults(editor.patch(f"{URL}a/", {"product_type": "bag"})) == {
        "/attributes/origin": "required",
        "/variants/0/attributes/size": "required",
    }


# --- The list


def test_a_list_is_filtered_by_type(anyone, viewer, bag) -> None:
    hat = ProductTypeFactory(code="hat")
    for name, product_type in (("A", bag), ("B", hat), ("C", None)):
        ProductFactory(name=name, product_type=product_type)
    assert names(anyone.get(URL, {"product_type": "bag", "ordering": "name"})) == ["A"]
    assert names(anyone.get(URL, {"product_type": "bag,hat", "ordering": "name"})) == ["A", "B"]
    response = anyone.get(URL, {"product_type": "bags"})
    assert faults(response) == {"product_type": "unknown_value"}
    assert response.json()["errors"][0]["suggestion"] == "bag"


# --- What it costs


@pytest.mark.parametrize("count", [1, 20])
def test_checking_costs_the_same_for_one_variant_and_for_twenty(editor, bag, count) -> None:
    def statements(**given: Any) -> int:
        variants = [{"sku": f"{given['name']}{n}", "attributes": {"color": "red"}} for n in range(count)]
        with CaptureQueriesContext(connection) as made:
            assert editor.post(URL, {**given, "variants": variants}).status_code == 201
        return len(made)

    statements(name="Warm up")
    # find its type, hold its name still; the attributes and their options; what is filterable and what is searchable
    # among them; twice behind a lock on PostgreSQL
    assert statements(**body(name="B")) - statements(name="C") == (8 if connection.vendor == "postgresql" else 6)


def test_what_touches_no_attributes_reads_no_rules(editor, bag) -> None:
    made(bag)
    with CaptureQueriesContext(connection) as made_queries:
        patch(editor, name="B")
    read = [query["sql"] for query in made_queries if 'FROM "products_producttypeattribute"' in query["sql"]]
    assert not [statement for statement in read if "required" in statement]  # the others are for its listing


def test_reading_costs_the_same_for_one_typed_product_and_for_twenty(anyone, bag) -> None:
    costs = []
    for count in (1, 20):
        ProductFactory.create_batch(count, product_type=bag)
        with CaptureQueriesContext(connection) as asked:
            anyone.get(URL)
        costs.append(len(asked))
    assert costs[0] == costs[1]
