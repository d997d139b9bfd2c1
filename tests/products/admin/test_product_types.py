"""Product types with their attributes, edited as one list."""

import json
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.test import Client

from products.models import ProductType, ProductTypeAttribute
from tests.factories.products import AttributeFactory, ProductFactory, ProductTypeFactory
from tests.products.admin.pages import act, errors_of, queries_of, rows_of, submit, url_of

LIST = "producttype_changelist"
ROWS = "attribute_links"


def change(client: Client, product_type: ProductType, **typed: Any) -> Any:
    return submit(client, url_of("producttype_change", product_type.pk), typed, form="producttype")


def more(number: int, *rows: dict[str, Any]) -> dict[str, Any]:
    """What a browser sends of attributes that were added behind so many."""
    typed: dict[str, Any] = {f"{ROWS}-TOTAL_FORMS": str(number + len(rows))}
    for index, row in enumerate(rows, start=number):
        given = {"position": "", "level": "product", "required": "never", **row}
        typed |= {f"{ROWS}-{index}-{name}": value for name, value in given.items()}
    return typed


def links(product_type: ProductType) -> list[tuple[str, str, str]]:
    rows = product_type.attribute_links.order_by("position").select_related("attribute")
    return [(row.attribute.code, row.level, row.required) for row in rows]


@pytest.fixture
def bag(db: None) -> ProductType:
    """A type of which a product carries `material`, and no variant `color`."""
    material, color = AttributeFactory(code="material"), AttributeFactory(code="color")
    bag = ProductTypeFactory(code="bag", name="Bag", attributes=[material, (color, "variant", "to_publish")])
    ProductFactory(product_type=bag, attributes={"material": "nylon"})
    return bag


def test_a_type_is_created_with_attributes_in_their_order(manager: Client) -> None:
    first, second = AttributeFactory(code="first"), AttributeFactory(code="second")
    rows = (
        {"attribute": second.pk, "level": "variant"},
        {"attribute": first.pk, "position": "0", "required": "always"},
    )
    typed = {"name": "Bag", "code": "bag", **more(0, *rows)}
    assert submit(manager, url_of("producttype_add"), typed, form="producttype").status_code == 302
    assert links(ProductType.objects.get()) == [("first", "product", "always"), ("second", "variant", "never")]


def test_a_form_saved_without_changes_changes_nothing(manager: Client, bag: ProductType) -> None:
    tables = (ProductType, ProductTypeAttribute)
    before = [list(table.objects.order_by("pk").values()) for table in tables]
    assert change(manager, bag).status_code == 302
    assert [list(table.objects.order_by("pk").values()) for table in tables] == before
    assert not LogEntry.objects.exists()


def test_attributes_are_added_moved_loosened_and_taken_away(manager: Client, bag: ProductType) -> None:
    size = AttributeFactory(code="size")
    typed = {f"{ROWS}-0-position": "9", f"{ROWS}-0-required": "always", f"{ROWS}-1-DELETE": "on"}
    change(manager, bag, **typed, **more(2, {"attribute": size.pk, "level": "variant", "position": "1"}))
    assert links(bag) == [("size", "variant", "never"), ("material", "product", "always")]


def test_the_history_names_the_attributes(manager: Client, bag: ProductType) -> None:
    change(manager, bag, **{f"{ROWS}-0-required": "always"})
    [entry] = json.loads(LogEntry.objects.get().change_message)
    assert entry["changed"] == {"name": "attribute", "object": "Material", "fields": ["Required"]}


@pytest.mark.parametrize("typed", [{"DELETE": "on"}, {"level": "variant"}])
def test_an_attribute_that_products_carry_stays_at_its_level(
    manager: Client, bag: ProductType, typed: dict[str, str]
) -> None:
    answer = change(manager, bag, name="New", **{f"{ROWS}-0-{name}": value for name, value in typed.items()})
    errors = answer.context["inline_admin_formsets"][0].formset.non_form_errors()
    assert errors == ["Products carry the attribute 'material'."]
    assert ProductType.objects.get().name == "Bag"


def test_the_attribute_of_a_row_stays_what_it_is(manager: Client, bag: ProductType) -> None:
    change(manager, bag, **{f"{ROWS}-0-attribute": AttributeFactory().pk, f"{ROWS}-0-required": "always"})
    assert links(bag)[0] == ("material", "product", "always")


def test_the_same_attribute_twice_is_refused(manager: Client, bag: ProductType) -> None:
    first = bag.attribute_links.order_by("position")[0].attribute
    answer = change(manager, bag, **more(2, {"attribute": first.pk}))
    assert list(answer.context["inline_admin_formsets"][0].formset.forms[2].errors) == ["attribute"]


@pytest.mark.parametrize("gone", ["", "999999", "abc", "9" * 30])
def test_an_attribute_that_is_gone_is_named_at_its_field(manager: Client, bag: ProductType, gone: str) -> None:
    answer = change(manager, bag, **more(2, {"attribute": gone, "level": "variant"}))
    assert list(answer.context["inline_admin_formsets"][0].formset.forms[2].errors) == ["attribute"]


def test_a_taken_code_is_named_at_the_code(manager: Client, bag: ProductType) -> None:
    answer = change(manager, ProductTypeFactory(), code="bag")
    assert errors_of(answer) == {"code": ["A product type with this code already exists."]}


def test_a_type_in_use_says_by_how_many_products(manager: Client, bag: ProductType) -> None:
    page = manager.post(url_of("producttype_delete", bag.pk), {"post": "yes"}).content.decode()
    assert f'Bag: <a href="{url_of("product_changelist")}?product_type={bag.pk}">1 product</a>' in page
    assert ProductType.objects.exists()


def test_unused_types_are_deleted_together(manager: Client) -> None:
    types = ProductTypeFactory.create_batch(2, attributes=[AttributeFactory()])
    act(manager, LIST, "delete_selected", *types, post="yes")
    assert not ProductType.objects.exists()


def test_the_list_counts_and_is_narrowed_to_those_that_use_an_attribute(viewer: Client, bag: ProductType) -> None:
    ProductTypeFactory(name="Other")
    [row] = rows_of(viewer.get(url_of(LIST), {"attribute": bag.attribute_links.all()[0].attribute_id}))
    assert (row, row.attribute_count, row.product_count) == (bag, 2, 1)
    assert rows_of(viewer.get(url_of(LIST), {"q": "BA"})) == [bag]


def test_only_managers_edit_and_viewers_see_the_attributes(viewer: Client, editor: Client, bag: ProductType) -> None:
    for client in (viewer, editor):
        page = client.get(url_of("producttype_change", bag.pk)).content.decode()
        assert "Material" in page
        assert f"{ROWS}-0-level" not in page
        assert client.post(url_of("producttype_change", bag.pk), {"name": "New"}).status_code == 403


def test_pages_take_the_same_queries_for_one_and_many(manager: Client, bag: ProductType) -> None:
    def asked() -> list[int]:
        urls = url_of(LIST), url_of("producttype_change", bag.pk)
        return [queries_of(lambda url=url: manager.get(url)) for url in urls]  # type: ignore[misc]

    one = asked()
    for position, attribute in enumerate(AttributeFactory.create_batch(15), start=2):
        ProductTypeAttribute.objects.create(product_type=bag, attribute=attribute, position=position)
        ProductFactory(product_type=ProductTypeFactory(), variants=0)
    assert asked() == one
    assert max(one) <= 7
