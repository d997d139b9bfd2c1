from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from products.listings.rows import load
from products.models import Price, Product, Variant
from products.services.staging import ProductEdit, new_product, stage_product, stage_variant
from products.services.writing import insert, write
from tests.factories.products import CategoryFactory, VariantFactory


def variant_edit(bag: Product, **values) -> ProductEdit:
    return ProductEdit(bag, variants=[stage_variant(bag.variants.all()[0], values)])


def test_nothing_to_write_writes_nothing(bag, django_assert_num_queries) -> None:
    with django_assert_num_queries(0):
        write([stage_product(bag, {}), variant_edit(bag, stock=5)], by=None)


def test_a_sale_moves_the_variant_alone(bag) -> None:
    before = Product.objects.values().get()
    write([variant_edit(bag, stock=4)], by=None)
    assert Product.objects.values().get() == before
    assert [(variant.stock, variant.version) for variant in bag.variants.all()] == [(4, 1)]


def test_a_variant_of_an_edit_that_did_not_change_is_left_alone(bag) -> None:
    still = VariantFactory(product=bag)
    product = load(Product.objects.all())[0]
    one, two = product.variants.all()
    write([ProductEdit(product, variants=[stage_variant(one, {"name": "New"}), stage_variant(two, {})])], by=None)
    assert Variant.objects.get(pk=still.pk).updated_at == still.updated_at


def test_rows_are_written_only_where_they_were_edited(bag) -> None:
    """What another writer changed meanwhile in other columns stays."""
    edit, before = stage_product(bag, {"name": "Sack"}), bag.updated_at
    Product.objects.update(description="Meanwhile", updated_at=before)
    write([edit], by=None)
    stored = Product.objects.get()
    assert (stored.name, stored.name_key, stored.description, stored.version) == ("Sack", "sack", "Meanwhile", 2)
    assert stored.updated_at > before


def test_derived_columns_are_written_along(bag) -> None:
    write([variant_edit(bag, sku="Straße", name="Größe")], by=None)
    assert Variant.objects.values_list("sku_key", "name_key").get() == ("strasse", "grosse")


@pytest.mark.django_db
def test_statements_do_not_grow_with_the_number_of_products() -> None:
    def count(batch: int) -> int:
        edits = []
        for number in range(batch):
            variants = [{"sku": f"{batch}-{number}-{n}", "prices": {"USD": {"amount": Decimal(1)}}} for n in range(2)]
            edits.append(
                new_product({"name": "A", "categories": [category], "variants": variants}, slug=f"a{batch}-{number}")
            )
        with CaptureQueriesContext(connection) as queries:
            insert(edits, by=None)
        products = load(Product.objects.filter(slug__startswith=f"a{batch}-"))
        changed = [stage_product(product, {"name": "B", "categories": []}) for product in products]
        for edit in changed:
            edit.variants = [
                stage_variant(variant, {"name": "N", "prices": {"USD": None}})
                for variant in edit.product.variants.all()
            ]
        with CaptureQueriesContext(connection) as more:
            write(changed, by=None)
        return len(queries) + len(more)

    category = CategoryFactory()
    assert count(1) == count(20)
    assert not Price.objects.exists()
