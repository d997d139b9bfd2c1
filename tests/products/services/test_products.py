"""Writing products: what the API's tests do not reach."""

from decimal import Decimal

import pytest
from django.db import IntegrityError, connection

from catalog_project.errors import Conflict, Missing
from products.listings.rows import load
from products.models import Product
from products.services.products import (
    archive_product,
    create_product,
    create_products,
    delete_product,
    lock_products,
    publish_faults,
    publish_product,
    stage_status,
    update_product,
)
from products.services.staging import ProductEdit
from tests.factories.products import ProductFactory, VariantFactory

pytestmark = pytest.mark.django_db


def test_many_are_created_with_a_fixed_number_of_statements(django_assert_num_queries) -> None:
    of_ids = connection.vendor == "postgresql"  # several take theirs first
    for count, queries in ((1, 12), (20, 12 + of_ids)):
        batch = [
            {
                "name": f"P{count}-{number}",
                "variants": [{"sku": f"{count}-{number}", "prices": {"USD": {"amount": Decimal(1)}}}],
            }
            for number in range(count)
        ]
        with django_assert_num_queries(queries):
            made = create_products(by=None, batch=batch)
        assert [product.name for product in made] == [values["name"] for values in batch]
        assert [product.pk for product in made] == sorted(product.pk for product in made)


def test_a_batch_gets_slugs_beside_each_other_and_beside_those_given() -> None:
    ProductFactory(slug="bag")
    batch = [{"name": "Bag"}, {"name": "Sack", "slug": "bag-2"}, {"name": "Bag"}]
    assert [product.slug for product in create_products(by=None, batch=batch)] == ["bag-3", "bag-2", "bag-4"]


def test_a_batch_lands_as_a_whole_or_not_at_all() -> None:
    ProductFactory(slug="bag")
    with pytest.raises(IntegrityError):
        create_products(by=None, batch=[{"name": "A"}, {"name": "Bag", "slug": "bag"}])
    with pytest.raises(Conflict, match="cannot be published"):
        create_products(by=None, batch=[{"name": "A"}, {"name": "B", "status": "active"}])
    assert Product.objects.count() == 1


def test_what_the_database_refuses_and_nobody_explains_is_raised_as_it_is() -> None:
    with pytest.raises(IntegrityError, match="product_window_order"):
        create_product(
            by=None, values={"name": "A", "published_from": "2030-01-02T00:00Z", "published_until": "2030-01-01T00:00Z"}
        )
    made = ProductFactory(published_from="2030-01-02T00:00Z")
    with pytest.raises(IntegrityError, match="product_window_order"):
        update_product(by=None, product_id=made.pk, values={"published_until": "2030-01-01T00:00Z"})


@pytest.mark.parametrize("act", [publish_product, archive_product, delete_product])
def test_what_is_gone_is_missing(act) -> None:
    with pytest.raises(Missing):
        act(by=None, product_id=0)
    with pytest.raises(Missing):
        update_product(by=None, product_id=0, values={})


def test_one_that_is_gone_makes_all_missing() -> None:
    one, two = ProductFactory.create_batch(2)
    assert lock_products([two.pk, one.pk, two.pk]).keys() == {one.pk, two.pk}
    with pytest.raises(Missing):
        lock_products([one.pk, 0])


def test_publishing_looks_at_the_variants_alone() -> None:
    assert [fault.pointer for fault in publish_faults(variants=0)] == ["/variants"]
    assert publish_faults(variants=1) == []


@pytest.mark.parametrize(
    ("status", "target"), [("draft", "active"), ("active", "draft"), ("archived", "active"), ("draft", "archived")]
)
def test_a_status_is_staged_with_other_edits(status, target) -> None:
    ProductFactory(status=status)
    edit = ProductEdit(load(Product.objects.all())[0])
    stage_status(edit, target)
    assert (edit.product.status, edit.fields) == (target, {"status": status})


def test_the_same_status_is_no_edit_and_needs_nothing() -> None:
    edit = ProductEdit(ProductFactory(status="active", variants=0))
    stage_status(edit, "active")
    assert not edit.is_effective


def test_staging_an_active_status_counts_the_variants_to_come() -> None:
    bare = load(Product.objects.filter(pk=ProductFactory(status="draft", variants=0).pk))[0]
    with pytest.raises(Conflict) as caught:
        stage_status(ProductEdit(bare), "active")
    assert caught.value.error_code == "not_publishable"
    stage_status(ProductEdit(bare, new_variants=[object()]), "active")


def test_lost_races_for_a_slug_are_run_again(monkeypatch) -> None:
    from products.services import slugs

    looks = iter([["bag"], ["bag"], ["bag-2"]])
    monkeypatch.setattr(slugs, "free_slugs", lambda *_, **__: next(looks))
    ProductFactory(slug="bag")
    assert create_product(by=None, values={"name": "Bag"}).slug == "bag-2"


def test_a_taken_key_is_told_at_once_even_under_a_derived_slug() -> None:
    VariantFactory(sku="A", product=ProductFactory(slug="bag", variants=0))
    with pytest.raises(Conflict) as caught:
        create_product(by=None, values={"name": "Bag", "variants": [{"sku": "a"}]})
    assert [fault.pointer for fault in caught.value.faults] == ["/variants/0/sku"]
