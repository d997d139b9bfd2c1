import html
import re
from decimal import Decimal

import pytest
from django.contrib.auth.models import Permission
from django.test import Client
from django.urls import reverse

from products.admin.history import MAX_LENGTH, rows_of
from products.models import Change, Product
from products.services.attributes import create_attribute, update_attribute
from products.services.brands import create_brand, update_brand
from products.services.changes.recording import noting
from products.services.products import update_product
from products.services.variants import add_variant, delete_variant, update_variant
from tests.factories.accounts import UserFactory
from tests.factories.products import ProductFactory, VariantFactory
from tests.products.admin.pages import queries_of


@pytest.fixture
def bag(db) -> Product:
    made = ProductFactory(slug="bag", name="Bag", variants=0, attributes={"color": "red", "size": 1})
    VariantFactory(product=made, sku="ONE", prices={"USD": "10"})
    return made


def page(client: Client, row: object, **query: object) -> str:
    """The text of a row's history."""
    response = client.get(reverse(f"admin:products_{row._meta.model_name}_history", args=[row.pk]), query)
    assert response.status_code == 200
    shown = response.text.partition('id="change-history"')[2]
    return " ".join(html.unescape(re.sub(r"<[^>]*>", " ", shown)).split())


def lines() -> list[tuple[str, str, str]]:
    [row] = rows_of([Change.objects.latest("pk")])
    return [(line.name, line.before, line.after) for line in row.lines]


def test_it_says_who_changed_what_in_which_request(viewer, bag) -> None:
    boss = UserFactory(username="boss")
    with noting("Reverts change 7."):
        update_product(by=boss, product_id=bag.pk, values={"name": "Sack"})
    Change.objects.update(request_id="request-1")
    text = page(viewer, bag)
    for said in ("boss", "request-1", "Product changed · Reverts change 7.", "name Bag → Sack", "1 change"):
        assert said in text


def test_a_product_shows_the_changes_of_its_variants_the_newest_first(viewer, bag) -> None:
    update_product(by=None, product_id=bag.pk, values={"name": "Sack"})
    two = add_variant(by=None, product_id=bag.pk, values={"sku": "TWO"})
    update_variant(by=None, variant_id=bag.variants.get(sku="ONE").pk, values={"name": "Red"})
    delete_variant(by=None, variant_id=two.pk)
    titles = re.findall(r"Variant \w+ \w+|Product \w+", page(viewer, bag))
    assert titles == ["Variant TWO deleted", "Variant ONE changed", "Variant TWO added", "Product changed"]
    assert "a command" in page(viewer, bag)


def test_of_objects_only_the_parts_that_differ_are_shown(bag) -> None:
    update_product(by=None, product_id=bag.pk, values={"attributes": {"color": "blue", "new": [1, True]}})
    assert lines() == [("attributes: color", "red", "blue"), ("attributes: new", "", "1, yes")]
    one = bag.variants.get()
    prices = {"USD": {"amount": Decimal(9), "compare_at": Decimal(10)}, "EUR": None}
    update_variant(by=None, variant_id=one.pk, values={"prices": prices})
    assert lines() == [("prices: USD", "amount 10.00", "amount 9.00, compare_at 10.00")]


def test_options_are_shown_one_by_one(db) -> None:
    red, blue = {"code": "red", "label": "Red"}, {"code": "blue", "label": "Blue"}
    color = create_attribute(by=None, values={"code": "c", "name": "C", "type": "option", "options": [red, blue]})
    update_attribute(by=None, attribute=color, values={"options": [{**red, "label": "Crimson"}]})
    assert lines() == [
        ("options: red", "label Red, position 0", "label Crimson, position 0"),
        ("options: blue", "label Blue, position 1", ""),
    ]


def test_a_new_row_shows_what_it_was_given(db) -> None:
    create_brand(by=None, values={"name": "Acme"})
    assert lines() == [("name", "", "Acme"), ("slug", "", "acme")]


def test_long_values_are_cut(bag) -> None:
    update_product(by=None, product_id=bag.pk, values={"description": "a" * 5_000})
    assert lines() == [("description", "", "a" * MAX_LENGTH + "…")]


def test_every_kind_of_row_has_one(manager, db) -> None:
    brand = create_brand(by=None, values={"name": "Acme"})
    update_brand(by=None, brand=brand, values={"name": "Acne"})
    assert "Brand changed name Acme → Acne" in page(manager, brand)


def test_values_are_shown_as_text(viewer, bag) -> None:
    update_product(by=None, product_id=bag.pk, values={"name": "<script>alert(1)</script>"})
    url = reverse("admin:products_product_history", args=[bag.pk])
    assert "<script>alert" not in viewer.get(url).text


def test_what_was_never_written_has_none(viewer, bag) -> None:
    assert "Nothing has changed" in page(viewer, bag)


def test_only_who_may_see_changes_sees_them(viewer, bag) -> None:
    Permission.objects.get(codename="view_change").group_set.clear()
    assert viewer.get(reverse("admin:products_product_history", args=[bag.pk])).status_code == 403


def test_a_row_that_is_not_there_has_no_history(viewer, db) -> None:
    assert viewer.get(reverse("admin:products_brand_history", args=[9])).status_code == 302


def test_pages_cost_the_same_for_few_and_many(viewer, bag) -> None:
    url = reverse("admin:products_product_history", args=[bag.pk])

    def cost(count: int) -> int:
        for number in range(count):
            update_variant(by=None, variant_id=bag.variants.get().pk, values={"name": f"{count}-{number}"})
        return queries_of(lambda: viewer.get(url))

    assert cost(1) == cost(60)
    assert "61 changes" in page(viewer, bag)
    assert "1-0" in page(viewer, bag, p=2)
