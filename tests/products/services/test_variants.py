"""Writing variants: what the API's tests do not reach."""

import pytest
from django.db import IntegrityError

from catalog_project.errors import Conflict, Missing
from products.models import Variant
from products.services.variants import add_variant, delete_variant, move_stock, set_stock, update_variant
from tests.factories.products import ProductFactory, VariantFactory

pytestmark = pytest.mark.django_db


def test_what_is_gone_is_missing() -> None:
    with pytest.raises(Missing):
        add_variant(by=None, product_id=0, values={"sku": "A"})
    with pytest.raises(Missing):
        update_variant(by=None, variant_id=0, values={})
    with pytest.raises(Missing):
        delete_variant(by=None, variant_id=0)


@pytest.mark.parametrize("delta", [-1, 0, 1])
def test_the_stock_of_nothing_is_missing(delta) -> None:
    with pytest.raises(Missing):
        move_stock(by=None, variant_id=0, delta=delta)
    for stock in (None, 0, 5):
        with pytest.raises(Missing):
            set_stock(by=None, variant_id=0, stock=stock)


def test_one_that_goes_while_its_product_is_locked_is_missing(monkeypatch) -> None:
    from products.services import variants

    made = ProductFactory(variants=2)
    gone = made.variants.first()

    def lock(product_id: int):
        Variant.objects.filter(pk=gone.pk).delete()
        return lock_product(product_id)

    lock_product = variants.lock_product
    monkeypatch.setattr(variants, "lock_product", lock)
    with pytest.raises(Missing):
        update_variant(by=None, variant_id=gone.pk, values={"name": "N"})


def test_its_own_keys_are_not_taken() -> None:
    made = VariantFactory(sku="Red", external_id="x")
    update_variant(by=None, variant_id=made.pk, values={"sku": "RED", "external_id": "x"})
    assert Variant.objects.get().sku == "RED"


def test_what_the_database_refuses_and_nobody_explains_is_raised_as_it_is() -> None:
    made = VariantFactory()
    with pytest.raises(IntegrityError, match="variant_position_range"):
        update_variant(by=None, variant_id=made.pk, values={"position": -1})


def test_there_is_never_less_than_nothing() -> None:
    made = VariantFactory(stock=1)
    with pytest.raises(Conflict, match="not enough"):
        move_stock(by=None, variant_id=made.pk, delta=-2)
    assert Variant.objects.get().stock == 1
