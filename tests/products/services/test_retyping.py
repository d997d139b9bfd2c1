"""Another type for a product, and what it asks of the variants in the same edit."""

from typing import Any

import pytest

from catalog_project.errors import Conflict, Invalid, Missing
from products.models import Product, ProductType
from products.models.attributes import MAX_BYTES
from products.services.retyping import retype_product
from tests.factories.products import AttributeFactory, ProductFactory, ProductTypeFactory, VariantFactory


@pytest.fixture
def laptop(db: None) -> ProductType:
    """A type whose variants must have a size."""
    return ProductTypeFactory(
        code="laptop", attributes=[(AttributeFactory(code="size", type="number"), "variant", "always")]
    )


@pytest.fixture
def product(db: None) -> Product:
    """A product without a type, with two variants."""
    return ProductFactory(variants=2)


def retype(product: Product, product_type: ProductType | None, *patches: dict[str, Any]) -> Product:
    ids = list(product.variants.values_list("pk", flat=True))
    variants: Any = [(f"/variants/{index + 5}", pk, patch) for index, (pk, patch) in enumerate(zip(ids, patches))]  # noqa: B905 - fewer patches leave variants out
    return retype_product(by=None, product_id=product.pk, values={"product_type": product_type}, variants=variants)


def test_the_product_and_its_variants_change_as_one(product: Product, laptop: ProductType) -> None:
    retype(product, laptop, {"attributes": {"size": 13}}, {"attributes": {"size": 14}, "stock": 2})
    product.refresh_from_db()
    assert (product.product_type, product.version) == (laptop, 2)
    assert [(row.attributes, row.stock, row.version) for row in product.variants.all()] == [
        ({"size": 13}, None, 2),
        ({"size": 14}, 2, 2),
    ]


def test_faults_stand_below_the_pointers_given(product: Product, laptop: ProductType) -> None:
    with pytest.raises(Invalid) as refused:
        retype(product, laptop, {}, {"attributes": {"size": "big"}})
    assert [(fault.code, fault.pointer) for fault in refused.value.faults] == [
        ("required", "/variants/5/attributes/size"),
        ("invalid", "/variants/6/attributes/size"),
    ]
    assert Product.objects.get().product_type is None


def test_a_variant_that_is_left_out_is_looked_at_too(product: Product, laptop: ProductType) -> None:
    with pytest.raises(Invalid) as refused:
        retype(product, laptop, {"attributes": {"size": 13}})
    assert [fault.pointer for fault in refused.value.faults] == ["/variants/1/attributes/size"]


def test_limits_of_attributes_are_named_at_the_variant(product: Product) -> None:
    with pytest.raises(Invalid) as refused:
        retype(product, None, {}, {"attributes": {"long": "x" * MAX_BYTES}})
    assert [(fault.code, fault.pointer) for fault in refused.value.faults] == [("max_size", "/variants/6/attributes")]


def test_a_taken_sku_is_named_at_the_variant(product: Product) -> None:
    VariantFactory(sku="taken")
    with pytest.raises(Conflict) as refused:
        retype(product, None, {"name": "New"}, {"sku": "TAKEN"})
    assert [(fault.code, fault.pointer) for fault in refused.value.faults] == [("duplicate", "/variants/6/sku")]


def test_a_taken_slug_is_named(product: Product) -> None:
    ProductFactory(slug="taken")
    with pytest.raises(Conflict) as refused:
        retype_product(by=None, product_id=product.pk, values={"slug": "taken"}, variants=[])
    assert [fault.pointer for fault in refused.value.faults] == ["/slug"]


def test_a_variant_of_another_product_is_missing(product: Product) -> None:
    foreign = VariantFactory()
    with pytest.raises(Missing):
        retype_product(by=None, product_id=product.pk, values={}, variants=[("/variants/0", foreign.pk, {})])


def test_what_changes_nothing_writes_nothing(product: Product) -> None:
    before = list(Product.objects.values())
    retype(product, None, {}, {})
    assert list(Product.objects.values()) == before
