import pytest

from products.listings.rows import load
from products.models import Product
from tests.factories.products import BrandFactory, CategoryFactory, ProductFactory, VariantFactory


@pytest.fixture
def bag(db) -> Product:
    made = ProductFactory(
        name="Bag", variants=0, brand=BrandFactory(), categories=[CategoryFactory()], attributes={"a": None}
    )
    VariantFactory(product=made, sku="ONE", stock=5, prices={"USD": "10"})
    return load(Product.objects.all())[0]
