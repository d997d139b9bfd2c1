import pytest

from products.models import Variant
from tests.factories.products import ProductFactory, VariantFactory


@pytest.mark.parametrize(("stock", "expected"), [(None, True), (0, False), (1, True)])
def test_it_can_be_had_when_untracked_or_above_zero(stock, expected) -> None:
    assert Variant(stock=stock).in_stock is expected


@pytest.mark.django_db
def test_variants_come_by_position_and_then_by_age() -> None:
    made = ProductFactory(variants=0)
    for sku, position in (("c", 1), ("a", 0), ("b", 0)):
        VariantFactory(product=made, sku=sku, position=position)
    assert [variant.sku for variant in made.variants.all()] == ["a", "b", "c"]


def test_a_variant_is_called_by_its_sku() -> None:
    assert str(Variant(sku="TB-RED")) == "TB-RED"
