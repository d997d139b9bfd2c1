"""Which items go together."""

from typing import Any

import pytest

from products.bulk.directory import Directory
from products.bulk.items import Item
from products.bulk.planning import next_wave, plan
from products.bulk.reading import ItemReader
from tests.factories.products import BrandFactory, ProductFactory, VariantFactory
from tests.products.bulk.calling import item

pytestmark = pytest.mark.django_db


def first_wave(*sources: dict[str, Any]) -> list[int]:
    """The indexes of the items that go first."""
    items = ItemReader(lambda _: True).read(sources)
    assert all(each.is_open for each in items), [each.failure for each in items]
    directory = Directory(items, hides=False)
    wave, later = next_wave([plan(each, directory) for each in items])
    together = [planned.item.index for planned in wave]
    assert sorted([*together, *(each.index for each in later)]) == list(range(len(sources)))
    return together


@pytest.fixture(autouse=True)
def _catalog() -> None:
    VariantFactory(sku="A", product=ProductFactory(slug="pack", variants=0))
    VariantFactory(sku="B", product=ProductFactory(slug="tent", variants=0))
    BrandFactory(slug="acme")


PRICE = {"prices": {}}


def test_edits_of_one_row_go_together() -> None:
    assert first_wave(
        item("set_price", "variant", "A", PRICE),
        item("set_stock", "variant", "a", {"set": 1}),
        item("update", "product", "pack", {"name": "N"}),
        item("publish", "product", "pack"),
        item("set_price", "variant", "B", PRICE),
    ) == [0, 1, 2, 3, 4]


def test_what_names_what_is_about_to_be_made_waits() -> None:
    assert first_wave(
        item("create", "product", data={"name": "New", "slug": "new"}),
        item("publish", "product", "new"),
        item("publish", "product", "tent"),
    ) == [0, 2]


def test_what_names_a_slug_that_is_about_to_be_derived_waits() -> None:
    assert first_wave(
        item("create", "product", data={"name": "New"}),
        item("create", "product", data={"name": "New"}),
        item("publish", "product", "new-2"),
    ) == [0, 1]


def test_what_follows_an_item_that_waits_on_the_same_product_waits_too() -> None:
    assert first_wave(
        item("create", "variant", data={"product": "pack", "sku": "NEW"}),
        item("delete", "variant", "NEW"),
        item("publish", "product", "pack"),
        item("publish", "product", "tent"),
    ) == [0, 3]


@pytest.mark.parametrize(
    "second",
    [
        item("update", "product", "pack", {"name": "N"}),
        item("set_stock", "variant", "A", {"set": 1}),
        item("create", "product", data={"name": "N", "slug": "pack"}),
        item("create", "variant", data={"product": "tent", "sku": "a"}),
    ],
)
def test_what_means_a_product_waits_for_its_end(second) -> None:
    assert first_wave(item("delete", "product", "pack"), second) == [0]
    assert first_wave(second, item("delete", "product", "pack")) == [0]


def test_a_brand_goes_after_products_that_may_let_it_go() -> None:
    assert first_wave(item("delete", "product", "pack"), item("delete", "brand", "acme")) == [0]
    assert first_wave(item("delete", "brand", "acme"), item("delete", "product", "pack")) == [0]


def test_a_name_that_is_given_up_is_taken_afterwards() -> None:
    assert first_wave(
        item("update", "product", "pack", {"slug": "other"}),
        item("create", "product", data={"name": "N", "slug": "pack"}),
        item("update", "product", "other", {"name": "N"}),
    ) == [0]


def test_an_item_that_has_failed_is_not_open() -> None:
    failed = Item(0)
    failed.refuse_at("not_found", "Gone.")
    assert not failed.is_open
