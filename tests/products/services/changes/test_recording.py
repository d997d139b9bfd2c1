import json
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import IntegrityError, connection

from catalog_project.errors import Conflict
from catalog_project.observability.request_id import serving
from products.models import Brand, Category, Change, Product, Variant
from products.services.attributes import create_attribute, delete_attribute, update_attribute
from products.services.brands import create_brand, delete_brand, update_brand
from products.services.categories import create_category, delete_category, move_category, update_category
from products.services.changes.recording import noting
from products.services.product_types import create_product_type, delete_product_type, update_product_type
from products.services.products import (
    archive_product,
    create_product,
    delete_product,
    lock_products,
    publish_product,
    update_product,
)
from products.services.retyping import retype_product
from products.services.staging import ProductEdit, new_product, stage_product, stage_variant
from products.services.variants import add_variant, delete_variant, move_stock, set_stock, update_variant
from products.services.writing import insert, write
from tests.factories.accounts import UserFactory
from tests.factories.products import AttributeFactory, BrandFactory, CategoryFactory, ProductFactory, VariantFactory

pytestmark = pytest.mark.django_db


def logged() -> list[tuple[str, int, str, int, dict]]:
    rows = Change.objects.order_by("id")
    return [(row.entity, row.entity_id, row.action, row.version, json.loads(row.changes)) for row in rows]


def was(before: object, after: object) -> dict:
    return {"before": before, "after": after}


@pytest.fixture
def bag() -> Product:
    made = ProductFactory(slug="bag", name="Bag", variants=0, brand=BrandFactory(slug="acme"))
    VariantFactory(product=made, sku="ONE", stock=5, prices={"USD": "10"})
    return made


@pytest.fixture
def one(bag: Product) -> Variant:
    return bag.variants.get()


# --- Products and variants


def test_a_new_product_is_logged_with_every_field_and_so_is_each_variant() -> None:
    CategoryFactory(slug="bags")
    values = {
        "name": "Bag",
        "categories": [Category.objects.get()],
        "published_from": datetime(2030, 1, 31, tzinfo=UTC),
        "attributes": {"b": 1.0, "a": None},
        "variants": [{"sku": "ONE", "stock": 3, "prices": {"USD": {"amount": Decimal("9.9")}}}],
    }
    product = create_product(by=None, values=values)
    variant = product.variants.get()
    assert logged() == [
        (
            "product",
            product.pk,
            "create",
            1,
            {
                "name": was(None, "Bag"),
                "slug": was(None, "bag"),
                "description": was(None, ""),
                "status": was(None, "draft"),
                "published_from": was(None, "2030-01-31T00:00:00.000000Z"),
                "published_until": was(None, None),
                "external_id": was(None, None),
                "product_type": was(None, None),
                "brand": was(None, None),
                "categories": was(None, ["bags"]),
                "attributes": was(None, {"a": None, "b": 1.0}),
            },
        ),
        (
            "variant",
            variant.pk,
            "create",
            1,
            {
                "product": was(None, product.pk),
                "sku": was(None, "ONE"),
                "external_id": was(None, None),
                "name": was(None, ""),
                "barcode": was(None, ""),
                "attributes": was(None, {}),
                "weight_g": was(None, None),
                "position": was(None, 0),
                "stock": was(None, 3),
                "prices": was(None, {"USD": {"amount": "9.90", "compare_at": None}}),
            },
        ),
    ]
    assert set(Change.objects.values_list("product_id", flat=True)) == {product.pk}


def test_an_edit_is_logged_by_what_it_changes(bag) -> None:
    CategoryFactory(slug="new")
    values = {
        "name": "Sack",
        "slug": "bag",
        "brand": None,
        "categories": [Category.objects.get(slug="new")],
        "attributes": {"a": 1},
    }
    before = [link.category.slug for link in bag.ordered_links()]
    update_product(by=None, product_id=bag.pk, values=values)
    assert logged() == [
        (
            "product",
            bag.pk,
            "update",
            2,
            {
                "name": was("Bag", "Sack"),
                "brand": was("acme", None),
                "attributes": was({}, {"a": 1}),
                "categories": was(before, ["new"]),
            },
        )
    ]


def test_prices_are_one_field_of_their_variant(bag, one) -> None:
    patch = {"prices": {"USD": None, "JPY": {"amount": Decimal(1000)}}}
    update_variant(by=None, variant_id=one.pk, values=patch)
    after = {"JPY": {"amount": "1000", "compare_at": None}}
    change = {"prices": was({"USD": {"amount": "10.00", "compare_at": None}}, after)}
    assert logged() == [("variant", one.pk, "update", 2, change)]


@pytest.mark.parametrize(
    "write_nothing",
    [
        lambda one: update_product(by=None, product_id=one.product_id, values={"name": "Bag", "attributes": {}}),
        lambda one: update_variant(by=None, variant_id=one.pk, values={"prices": {"USD": {"amount": Decimal(10)}}}),
        lambda one: set_stock(by=None, variant_id=one.pk, stock=5),
        lambda one: move_stock(by=None, variant_id=one.pk, delta=0),
        lambda one: update_brand(by=None, brand=one.product.brand, values={"slug": "acme"}),
    ],
)
def test_what_changes_nothing_is_not_logged(one, write_nothing) -> None:
    write_nothing(one)
    assert logged() == []


def test_an_act_that_was_done_already_is_not_logged(bag) -> None:
    archive_product(by=None, product_id=bag.pk)
    archive_product(by=None, product_id=bag.pk)
    assert len(logged()) == 1


def test_stock_moves_are_changes_of_the_variant_at_the_version_it_has(bag, one) -> None:
    move_stock(by=None, variant_id=one.pk, delta=-2)
    set_stock(by=None, variant_id=one.pk, stock=None)
    assert logged() == [
        ("variant", one.pk, "update", 1, {"stock": was(5, 3)}),
        ("variant", one.pk, "update", 1, {"stock": was(3, None)}),
    ]


def test_acts_are_changes_of_the_status(bag) -> None:
    archive_product(by=None, product_id=bag.pk)
    publish_product(by=None, product_id=bag.pk)
    former = bag.status
    assert [changes for *_, changes in logged()] == [
        {"status": was(former, "archived")},
        {"status": was("archived", "active")},
    ]


def test_a_deleted_product_leaves_a_tombstone_and_one_for_each_variant(bag, one) -> None:
    delete_product(by=None, product_id=bag.pk)
    gone, product = logged()
    assert gone[:4] == ("variant", one.pk, "delete", 1)
    assert gone[4]["prices"] == was({"USD": {"amount": "10.00", "compare_at": None}}, None)
    assert gone[4]["product"] == was(bag.pk, None)
    assert product[:4] == ("product", bag.pk, "delete", 1)
    assert product[4]["brand"] == was("acme", None)
    assert len(product[4]) == 11


def test_a_variant_comes_and_goes_alone(bag, one) -> None:
    made = add_variant(by=None, product_id=bag.pk, values={"sku": "TWO"})
    delete_variant(by=None, variant_id=one.pk)
    assert [row[:4] for row in logged()] == [
        ("variant", made.pk, "create", 1),
        ("variant", one.pk, "delete", 1),
    ]


def test_retyping_logs_each_row_it_changes(bag, one) -> None:
    retype_product(
        by=None, product_id=bag.pk, values={"name": "Sack"}, variants=[("/variants/0", one.pk, {"name": "Red"})]
    )
    assert [row[:4] for row in logged()] == [("product", bag.pk, "update", 2), ("variant", one.pk, "update", 2)]


def test_a_refused_write_is_not_logged(bag) -> None:
    ProductFactory(slug="taken")
    with pytest.raises(Conflict):
        update_product(by=None, product_id=bag.pk, values={"slug": "taken"})
    assert logged() == []


@pytest.mark.parametrize("count", [1, 300])
def test_a_batch_is_logged_at_once_and_returned(django_assert_max_num_queries, count) -> None:
    """Through COPY where it is large."""
    edits = [new_product({"name": "A", "variants": [{"sku": f"S{n}"}]}, slug=f"a{n}") for n in range(count)]
    inserted = insert(edits, by=None)
    products = lock_products([edit.product.pk for edit in edits])
    changes = [
        ProductEdit(product, variants=[stage_variant(product.variants.all()[0], {"name": "Red"})])
        for product in products.values()
    ]
    written = write([*changes, stage_product(edits[0].product, {})], by=None)
    entries = [(entry.entity, entry.id, entry.action, entry.version, entry.changes) for entry in [*inserted, *written]]
    assert len(entries) == count * 3
    assert entries == logged()


# --- The rest of the catalog


def test_brands() -> None:
    brand = create_brand(by=None, values={"name": "Acme"})
    ProductFactory(brand=brand)
    update_brand(by=None, brand=Brand.objects.get(), values={"name": "Acne", "slug": "acme"})
    Product.objects.all().delete()
    delete_brand(by=None, brand=brand)
    assert logged() == [
        ("brand", brand.pk, "create", 1, {"name": was(None, "Acme"), "slug": was(None, "acme")}),
        ("brand", brand.pk, "update", 2, {"name": was("Acme", "Acne")}),
        ("brand", brand.pk, "delete", 2, {"name": was("Acne", None), "slug": was("acme", None)}),
    ]


def test_categories_without_the_paths_below_them() -> None:
    root = create_category(by=None, values={"name": "Root"})
    leaf = create_category(by=None, values={"name": "Leaf", "parent": root, "position": 2})
    update_category(by=None, category=root, values={"slug": "trunk"})
    move_category(by=None, category=leaf, values={"parent": None, "position": 2})
    delete_category(by=None, category=leaf)
    whole = {"name": "Leaf", "slug": "leaf", "parent": "root", "description": "", "position": 2}
    assert logged()[1:] == [
        ("category", leaf.pk, "create", 1, {name: was(None, value) for name, value in whole.items()}),
        ("category", root.pk, "update", 2, {"slug": was("root", "trunk")}),
        ("category", leaf.pk, "update", 2, {"parent": was("trunk", None)}),
        ("category", leaf.pk, "delete", 2, {n: was(value, None) for n, value in (whole | {"parent": None}).items()}),
    ]


def test_attributes_with_their_options_as_one_field() -> None:
    red, blue = {"code": "red", "label": "Red"}, {"code": "blue", "label": "Blue"}
    color = create_attribute(
        by=None, values={"code": "color", "name": "Color", "type": "option", "options": [red, blue]}
    )
    update_attribute(by=None, attribute=color, values={"unit": "RAL"})
    update_attribute(by=None, attribute=color, values={"options": [blue]})
    update_attribute(by=None, attribute=color, values={"options": [blue]})
    delete_attribute(by=None, attribute=color)
    rows = logged()
    both, last = [{**red, "position": 0}, {**blue, "position": 1}], [{**blue, "position": 0}]
    assert [row[2:4] for row in rows] == [("create", 1), ("update", 2), ("update", 3), ("delete", 3)]
    assert rows[0][4]["options"] == was(None, both)
    assert len(rows[0][4]) == 9
    assert [row[4] for row in rows[1:3]] == [{"unit": was("", "RAL")}, {"options": was(both, last)}]
    assert rows[3][4]["options"] == was(last, None)


def test_product_types_with_their_attributes_as_one_field() -> None:
    size, color = AttributeFactory(code="size"), AttributeFactory(code="color")
    bag = create_product_type(by=None, values={"code": "bag", "name": "Bag", "attributes": [{"attribute": size}]})
    update_product_type(by=None, product_type=bag, values={"name": "Sack"})
    links = [{"attribute": color, "required": "always"}, {"attribute": size}]
    update_product_type(by=None, product_type=bag, values={"attributes": links})
    delete_product_type(by=None, product_type=bag)
    first = [{"attribute": "size", "level": "product", "required": "never"}]
    second = [{"attribute": "color", "level": "product", "required": "always"}, *first]
    assert logged() == [
        (
            "product_type",
            bag.pk,
            "create",
            1,
            {"code": was(None, "bag"), "name": was(None, "Bag"), "attributes": was(None, first)},
        ),
        ("product_type", bag.pk, "update", 2, {"name": was("Bag", "Sack")}),
        ("product_type", bag.pk, "update", 3, {"attributes": was(first, second)}),
        (
            "product_type",
            bag.pk,
            "delete",
            3,
            {"code": was("bag", None), "name": was("Sack", None), "attributes": was(second, None)},
        ),
    ]


# --- Who, and why


def test_a_change_says_who_made_it_and_in_which_request(bag) -> None:
    anna = UserFactory(username="anna")
    with serving("request-1"), noting("Reverts change 7.") as entries:
        archive_product(by=anna, product_id=bag.pk)
    change = Change.objects.get()
    assert (change.actor_id, change.actor_name) == (anna.pk, "anna")
    assert (change.request_id, change.message) == ("request-1", "Reverts change 7.")
    assert [(entry.entity, entry.id) for entry in entries] == [("product", bag.pk)]
    assert change.sequence is None


@pytest.mark.parametrize("by", [None, AnonymousUser()])
def test_the_system_has_no_name(bag, by) -> None:
    archive_product(by=by, product_id=bag.pk)
    change = Change.objects.get()
    assert (change.actor_id, change.actor_name, change.request_id, change.message) == (None, "", "", "")


def test_a_change_outlives_its_actor(bag) -> None:
    anna = UserFactory(username="anna")
    archive_product(by=anna, product_id=bag.pk)
    anna.delete()
    assert Change.objects.get().actor_name == "anna"


@pytest.mark.django_db(transaction=True)
def test_a_change_comes_and_goes_with_its_write(bag) -> None:
    values = {"name": "Bag", "slug": "bag"}
    with pytest.raises((Conflict, IntegrityError)):
        create_product(by=None, values=values)
    assert connection.in_atomic_block is False
    assert logged() == []
