"""Deleting rows that are loaded already."""

import pytest
from django.db.models import ProtectedError

from products.models import Brand, Product, Variant
from products.models.deleting import delete_rows
from tests.factories.products import BrandFactory, ProductFactory

pytestmark = pytest.mark.django_db


def test_rows_go_with_what_belongs_to_them() -> None:
    stays, *gone = ProductFactory.create_batch(3)
    delete_rows(gone)
    assert (Product.objects.get(), Variant.objects.get().product) == (stays, stays)


def test_what_others_refer_to_stays() -> None:
    brand = BrandFactory()
    ProductFactory(brand=brand)
    with pytest.raises(ProtectedError):
        delete_rows([brand, BrandFactory()])
    assert Brand.objects.count() == 2


def test_no_rows_are_no_statement(django_assert_num_queries) -> None:
    with django_assert_num_queries(0):
        delete_rows([])
