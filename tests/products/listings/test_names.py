"""Names that change while products are written: nobody is ever listed under an old one."""

import json
import secrets

import pytest
from django.db import IntegrityError, connection

from catalog_project.errors import Conflict
from products.listings.names import share
from products.listings.rebuild import find_drift
from products.models import Brand, Listing, Product
from products.services.brands import delete_brand, update_brand
from products.services.categories import move_category, update_category
from products.services.products import create_product, update_product
from products.services.variants import add_variant, set_stock
from tests.factories.products import BrandFactory, CategoryFactory, ProductFactory
from tests.threads import at_once

ROUNDS = 6


class Shop:
    """Two brands, two categories, four products, and what may be done to them in a round."""

    def __init__(self) -> None:
        self.brands = BrandFactory.create_batch(2)
        self.parent = CategoryFactory()
        self.shelf = CategoryFactory(parent=self.parent)
        self.products = ProductFactory.create_batch(4, brand=self.brands[0], categories=[self.shelf])
        self.acts = [self.brand, self.category, self.path, self.create, self.edit, self.sell, self.add, self.add]

    def brand(self, number: int) -> None:
        update_brand(by=None, brand=self.brands[number % 2], values={"name": f"Brand {number}"})

    def category(self, number: int) -> None:
        update_category(by=None, category=self.shelf, values={"name": f"Shelf {number}", "slug": f"shelf-{number}"})

    def path(self, number: int) -> None:
        update_category(by=None, category=self.parent, values={"slug": f"parent-{number}"})

    def create(self, number: int) -> None:
        names = {"brand": self.brands[number % 2], "categories": [self.shelf]}
        create_product(by=None, values={"name": f"New {number}", **names})

    def edit(self, number: int) -> None:
        values = {"brand": self.brands[number % 2]}
        update_product(by=None, product_id=self.products[number % 4].pk, values=values)

    def sell(self, number: int) -> None:
        set_stock(by=None, variant_id=self.products[number % 4].variants.order_by("pk")[0].pk, stock=number)

    def add(self, number: int) -> None:
        add_variant(by=None, product_id=self.products[number % 4].pk, values={"sku": secrets.token_hex(8)})


@pytest.mark.django_db(transaction=True)
def test_products_written_during_renames_show_the_last_name() -> None:
    shop = Shop()
    at_once(len(shop.acts), lambda number: [shop.acts[number](round_) for round_ in range(ROUNDS)])
    assert Product.objects.count() == 4 + ROUNDS
    assert list(find_drift()) == []


@pytest.mark.django_db
def test_what_is_gone_cannot_be_shared() -> None:
    brand = BrandFactory()
    stale = Brand.objects.get(pk=brand.pk)
    delete_brand(by=None, brand=brand)
    with pytest.raises(Conflict):
        share([stale])


@pytest.mark.django_db
def test_sharing_reads_every_object_anew(django_assert_num_queries) -> None:
    rows = [BrandFactory(name="Old"), BrandFactory(name="Other")]
    twin = Brand.objects.get(pk=rows[0].pk)
    Brand.objects.filter(pk=twin.pk).update(name="New")
    with django_assert_num_queries(1):
        share([*rows, twin])
    assert [row.name for row in [*rows, twin]] == ["New", "Other", "New"]


@pytest.mark.django_db
def test_sharing_nothing_asks_nothing(django_assert_num_queries) -> None:
    with django_assert_num_queries(0):
        share([])


@pytest.mark.django_db
@pytest.mark.parametrize("count", [1, 30])
def test_a_rename_is_a_fixed_number_of_statements(django_assert_num_queries, count) -> None:
    brand = BrandFactory()
    ProductFactory.create_batch(count, brand=brand)
    # savepoint 2, lock and write the brand 2, its words 3, replace its name 1, log it 1; PostgreSQL waits first
    with django_assert_num_queries(11 if connection.vendor == "postgresql" else 9):
        update_brand(by=None, brand=brand, values={"name": "New"})
    shown = Listing.objects.with_document().values_list("document", flat=True)
    assert {json.loads(document)["brand"]["name"] for document in shown} == {"New"}


@pytest.mark.django_db
def test_a_refused_rename_shows_nothing() -> None:
    taken, brand = BrandFactory(slug="taken"), BrandFactory(name="Old")
    ProductFactory(brand=brand)
    with pytest.raises(IntegrityError):
        update_brand(by=None, brand=brand, values={"name": "New", "slug": taken.slug})
    assert list(find_drift()) == []


@pytest.mark.django_db
def test_a_moved_subtree_is_shown_at_its_new_path() -> None:
    root, target = CategoryFactory(slug="root"), CategoryFactory(slug="target")
    leaf = CategoryFactory(slug="leaf", parent=CategoryFactory(slug="branch", parent=root))
    ProductFactory(categories=[leaf, root])
    move_category(by=None, category=root, values={"parent": target})
    [document] = Listing.objects.with_document().values_list("document", flat=True)
    assert [shown["path"] for shown in json.loads(document)["categories"]] == [
        "target/root/branch/leaf",
        "target/root",
    ]
