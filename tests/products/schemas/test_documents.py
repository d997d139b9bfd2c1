"""What the documentation says of a document is what the document holds, name by name."""

import json

import pytest

from products.schemas.documents import (
    PRODUCT_FIELDS,
    BrandSerializer,
    CategorySerializer,
    OwnVariantSerializer,
    ProductSerializer,
    VariantSerializer,
)
from products.schemas.products import ProductPatchSerializer, ProductWriteSerializer
from products.schemas.taxonomy import BrandWriteSerializer, CategoryPatchSerializer, CategoryWriteSerializer
from products.schemas.variants import VariantPatchSerializer, VariantWriteSerializer
from tests.factories.products import BrandFactory, CategoryFactory, ProductFactory

pytestmark = pytest.mark.django_db


def test_documents_hold_what_is_documented_in_that_order() -> None:
    product = ProductFactory(categories=[CategoryFactory()], brand=BrandFactory())
    variant = product.variants.get()
    for serializer, row in (
        (VariantSerializer, variant),
        (OwnVariantSerializer, variant),
        (CategorySerializer, CategoryFactory()),
        (BrandSerializer, BrandFactory()),
    ):
        assert list(serializer(row).data) == list(serializer().fields)
    assert list(json.loads(product.listing.shown.document)) == list(ProductSerializer().fields) == list(PRODUCT_FIELDS)


@pytest.mark.parametrize(
    ("read", "writes"),
    [
        (ProductSerializer, [ProductWriteSerializer, ProductPatchSerializer]),
        (OwnVariantSerializer, [VariantWriteSerializer, VariantPatchSerializer]),
        (CategorySerializer, [CategoryWriteSerializer, CategoryPatchSerializer]),
        (BrandSerializer, [BrandWriteSerializer]),
    ],
)
def test_what_is_shown_can_be_written_or_is_refused_as_read_only(read, writes) -> None:
    """A client that sends back what it was shown is told the truth about each key."""
    shown = set(read().fields) - {"product_type"}
    for write in writes:
        assert shown <= set(write().fields) | write.read_only_names
        assert set(write().fields).isdisjoint(write.read_only_names)
