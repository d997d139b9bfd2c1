import json
from decimal import Decimal

import pytest

from catalog_project.errors import Conflict
from products.listings.rebuild import find_drift
from products.models import Attribute, Brand, Category, Change, Product, ProductType, Variant
from products.services.attributes import create_attribute, delete_attribute, update_attribute
from products.services.brands import create_brand, delete_brand, update_brand
from products.services.categories import create_category, delete_category, move_category, update_category
from products.services.changes.feed import number_changes
from products.services.changes.reverting import revert_change, undoing
from products.services.product_types import create_product_type, delete_product_type, update_product_type
from products.services.products import (
    archive_product,
    create_product,
    delete_product,
    publish_product,
    update_product,
)
from products.services.variants import add_variant, delete_variant, move_stock, update_variant
from tests.factories.products import (
    AttributeFactory,
    BrandFactory,
    CategoryFactory,
    ProductFactory,
    ProductTypeFactory,
    VariantFactory,
)

pytestmark = pytest.mark.django_db


def revert(**which: object) -> Change:
    """Undo the latest change, or the latest of some."""
    number_changes()
    return revert_change(by=None, change=Change.objects.filter(**which).latest("pk"))


def refused(**which: object) -> tuple[str, list[str]]:
    with pytest.raises(Conflict) as caught:
        revert(**which)
    return caught.value.error_code, [fault.pointer for fault in caught.value.faults]


@pytest.fixture
def bag() -> Product:
    made = ProductFactory(
        slug="bag", name="Bag", variants=0, brand=BrandFactory(slug="acme"), categories=[CategoryFactory(slug="bags")]
    )
    VariantFactory(product=made, sku="ONE", stock=5, prices={"USD": "10", "EUR": "9"})
    return made


# --- Updates


def test_an_edit_of_a_product_is_undone_as_a_new_change(bag) -> None:
    before = Product.objects.values("name", "brand", "attributes", "published_from").get()
    values = {"name": "Sack", "brand": None, "categories": [], "attributes": {"a": 1}}
    update_product(by=None, product_id=bag.pk, values=values)
    made = revert()
    assert Product.objects.values("name", "brand", "attributes", "published_from").get() == before
    assert [link.category.slug for link in Product.objects.get().ordered_links()] == ["bags"]
    assert (made.action, made.version, made.message) == ("update", 3, "Reverts change 1.")
    assert json.loads(made.changes)["name"] == {"before": "Sack", "after": "Bag"}
    assert list(find_drift()) == []


def test_an_edit_of_a_variant_is_undone_with_its_prices(bag) -> None:
    one = bag.variants.get()
    prices = {"USD": {"amount": Decimal(7)}, "EUR": None, "JPY": {"amount": Decimal(900)}}
    update_variant(by=None, variant_id=one.pk, values={"name": "Red", "prices": prices, "attributes": {"a": 1}})
    revert()
    one.refresh_from_db()
    assert (one.name, one.attributes) == ("", {})
    assert dict(one.prices.values_list("currency", "amount")) == {"USD": 10, "EUR": 9}


def test_attributes_return_as_they_were_null_included() -> None:
    made = ProductFactory(attributes={"a": None, "b": {"c": 1, "d": None}})
    update_product(by=None, product_id=made.pk, values={"attributes": {"a": 1, "b": {"d": 2}, "e": 5}})
    revert()
    assert Product.objects.get().attributes == {"a": None, "b": {"c": 1, "d": None}}


def test_acts_and_stock_moves_are_undone_too(bag) -> None:
    move_stock(by=None, variant_id=bag.variants.get().pk, delta=-2)
    revert()
    assert Variant.objects.get().stock == 5
    archive_product(by=None, product_id=bag.pk)
    status = json.loads(Change.objects.latest("pk").changes)["status"]["before"]
    revert()
    assert Product.objects.get().status == status


def test_what_publishing_needs_is_needed_again() -> None:
    made = ProductFactory(variants=1, status="active")
    archive_product(by=None, product_id=made.pk)
    made.variants.all().delete()
    assert refused()[0] == "not_publishable"


def test_the_rest_of_the_catalog_is_edited_back() -> None:
    root, leaf = CategoryFactory(slug="root"), CategoryFactory(slug="leaf")
    update_category(by=None, category=leaf, values={"slug": "new", "position": 3})
    revert()
    move_category(by=None, category=leaf, values={"parent": root})
    revert()
    assert Category.objects.values_list("slug", "position", "path").get(pk=leaf.pk) == ("leaf", 0, "leaf")
    brand = BrandFactory(slug="acme")
    update_brand(by=None, brand=brand, values={"slug": "acne"})
    revert()
    assert Brand.objects.get().slug == "acme"
    color = AttributeFactory(code="color", type="option", options=["red"])
    update_attribute(by=None, attribute=color, values={"options": [{"code": "blue", "label": "B"}], "unit": "RAL"})
    revert()
    assert list(Attribute.objects.values_list("unit", "options__code")) == [("", "red")]
    mug = ProductTypeFactory(code="mug")
    update_product_type(by=None, product_type=mug, values={"attributes": [{"attribute": color}]})
    revert()
    assert not mug.attribute_links.exists()


# --- What stands against it


def test_newer_changes_of_the_same_fields_stand_against_it_and_are_named(bag) -> None:
    update_product(by=None, product_id=bag.pk, values={"name": "A", "description": "A", "external_id": "A"})
    first = Change.objects.get()
    update_product(by=None, product_id=bag.pk, values={"name": "B", "description": "B"})
    assert refused(pk=first.pk) == ("changed_since", ["/changes/description", "/changes/name"])
    assert Product.objects.get().name == "B"


def test_newer_changes_of_other_fields_do_not(bag) -> None:
    update_product(by=None, product_id=bag.pk, values={"name": "A"})
    first = Change.objects.get()
    update_product(by=None, product_id=bag.pk, values={"description": "B"})
    revert(pk=first.pk)
    assert (Product.objects.get().name, Product.objects.get().description) == ("Bag", "B")


def test_a_change_is_undone_once(bag) -> None:
    update_product(by=None, product_id=bag.pk, values={"name": "A"})
    first = Change.objects.get()
    revert(pk=first.pk)
    assert refused(pk=first.pk) == ("changed_since", ["/changes/name"])


def test_undoing_can_be_undone(bag) -> None:
    update_product(by=None, product_id=bag.pk, values={"name": "A"})
    revert()
    revert()
    assert Product.objects.get().name == "A"


@pytest.mark.parametrize("later", ["rename", "reuse", "delete"])
def test_a_reference_that_means_something_else_now_is_named(bag, later) -> None:
    acme = Brand.objects.get()
    update_product(by=None, product_id=bag.pk, values={"brand": None})
    first = Change.objects.get()
    if later == "delete":
        delete_brand(by=None, brand=acme)
    else:
        update_brand(by=None, brand=acme, values={"slug": "acne"})
    if later == "reuse":
        create_brand(by=None, values={"name": "Another", "slug": "acme"})
    assert refused(pk=first.pk) == ("not_revertible", ["/changes/brand"])


def test_a_later_delete_stands_against_it(bag) -> None:
    update_product(by=None, product_id=bag.pk, values={"name": "A"})
    first = Change.objects.get()
    delete_product(by=None, product_id=bag.pk)
    assert refused(pk=first.pk) == ("changed_since", ["/changes/name"])


@pytest.mark.parametrize("entity", ["product", "variant", "brand", "category"])
def test_what_is_gone_without_a_trace_cannot_be_edited_back(entity) -> None:
    """Its end has been pruned, or was never logged."""
    change = {"entity": entity, "entity_id": 0, "product_id": 0, "action": "update", "version": 2}
    Change.objects.create(**change, changes='{"name":{"before":"A","after":"B"}}')
    assert refused() == ("not_revertible", [])


# --- Creates and deletes


def test_a_new_product_goes_again_with_the_variants_it_came_with() -> None:
    create_product(by=None, values={"name": "Bag", "variants": [{"sku": "ONE"}, {"sku": "TWO"}]})
    assert revert(entity="product").action == "delete"
    assert not Product.objects.exists()
    assert not Variant.objects.exists()


def test_a_new_product_that_was_worked_on_stays() -> None:
    product = create_product(by=None, values={"name": "Bag", "variants": [{"sku": "ONE"}]})
    move_stock_of = product.variants.all()[0]
    update_variant(by=None, variant_id=move_stock_of.pk, values={"stock": 3})
    code, fields = refused(entity="product", action="create")
    assert (code, len(fields)) == ("changed_since", 11)


def test_a_deleted_product_returns_with_its_variants_under_a_new_id(bag) -> None:
    shown = ("slug", "name", "status", "attributes", "brand")
    before, stocked = Product.objects.values(*shown).get(), Variant.objects.values("sku", "stock", "position").get()
    publish_product(by=None, product_id=bag.pk)
    before["status"] = "active"
    delete_product(by=None, product_id=bag.pk)
    made = revert(entity="product")
    assert Product.objects.values(*shown).get() == before
    assert Variant.objects.values("sku", "stock", "position").get() == stocked
    assert set(Variant.objects.get().prices.values_list("currency", "amount")) == {("USD", 10), ("EUR", 9)}
    assert (made.action, made.entity_id) == ("create", Product.objects.get().pk)
    assert made.entity_id != bag.pk
    assert list(find_drift()) == []


def test_what_took_its_place_stands_against_a_return(bag) -> None:
    delete_product(by=None, product_id=bag.pk)
    ProductFactory(slug="bag")
    assert refused(entity="product") == ("duplicate", ["/slug"])


def test_variants_come_and_go(bag) -> None:
    made = add_variant(by=None, product_id=bag.pk, values={"sku": "TWO"})
    revert()
    assert not Variant.objects.filter(pk=made.pk).exists()
    revert()
    assert Variant.objects.filter(sku="TWO").exists()
    one = bag.variants.get(sku="ONE")
    delete_variant(by=None, variant_id=one.pk)
    delete_product(by=None, product_id=bag.pk)
    assert refused(entity="variant", entity_id=one.pk) == ("not_revertible", [])


def test_the_rest_of_the_catalog_comes_and_goes() -> None:
    made = [
        (create_brand(by=None, values={"name": "A"}), delete_brand, "brand"),
        (create_category(by=None, values={"name": "A"}), delete_category, "category"),
        (create_attribute(by=None, values={"code": "a", "name": "A", "type": "number"}), delete_attribute, "attribute"),
        (create_product_type(by=None, values={"code": "a", "name": "A"}), delete_product_type, "product_type"),
    ]
    for row, delete, name in made:
        revert(entity=name)
        assert not type(row).objects.exists()
        revert(entity=name)
        delete(by=None, **{name: type(row).objects.get()})
        revert(entity=name)
        assert type(row).objects.get().name == "A"


def test_what_is_used_is_not_taken_away(bag) -> None:
    brand = create_brand(by=None, values={"name": "New"})
    update_product(by=None, product_id=bag.pk, values={"brand": brand})
    with pytest.raises(Exception, match="protected"):
        revert(entity="brand")


@pytest.mark.parametrize(
    ("entity", "action", "model", "verb"),
    [
        ("product", "create", Product, "delete"),
        ("variant", "update", Variant, "change"),
        ("product_type", "delete", ProductType, "add"),
    ],
)
def test_the_right_that_undoing_needs_is_that_of_the_write(entity, action, model, verb) -> None:
    assert undoing(Change(entity=entity, action=action)) == (model, verb)
