"""Rows of the catalog. Each is complete as the services would leave it, derived columns included."""

from decimal import Decimal
from typing import Any

import factory
from factory.django import DjangoModelFactory

from products.listings.rows import relist
from products.models import Brand, Category, Price, Product, ProductCategory, Variant


def listed(product: Product) -> Product:
    """The product, in the read model as it is now: for rows that were written without the services."""
    relist(Product.objects.filter(pk=product.pk))
    return product


class BrandFactory(DjangoModelFactory[Brand]):
    """A brand."""

    class Meta:
        model = Brand

    name = factory.Sequence(lambda n: f"Brand {n}")
    slug = factory.Sequence(lambda n: f"brand-{n}")


class CategoryFactory(DjangoModelFactory[Category]):
    """A category; `parent` puts it below another."""

    class Meta:
        model = Category

    name = factory.Sequence(lambda n: f"Category {n}")
    slug = factory.Sequence(lambda n: f"category-{n}")
    parent = None
    path = factory.LazyAttribute(lambda row: f"{row.parent.path}/{row.slug}" if row.parent else row.slug)


class ProductFactory(DjangoModelFactory[Product]):
    """An active product with one variant at 10 USD; `variants=0` leaves it without, `categories=[…]` places it."""

    class Meta:
        model = Product
        skip_postgeneration_save = True

    name = factory.Sequence(lambda n: f"Product {n}")
    slug = factory.Sequence(lambda n: f"product-{n}")
    status = Product.Status.ACTIVE

    @factory.post_generation
    def variants(self: Product, create: bool, extracted: int | None, **kwargs: Any) -> None:
        """Give it variants."""
        VariantFactory.create_batch(1 if extracted is None else extracted, product=self, **kwargs)

    @factory.post_generation
    def categories(self: Product, create: bool, extracted: list[Category] | None, **kwargs: Any) -> None:
        """Put it into categories."""
        for position, category in enumerate(extracted or ()):
            ProductCategory.objects.create(product=self, category=category, position=position)

    @classmethod
    def _after_postgeneration(cls, instance: Product, **_: Any) -> None:
        listed(instance)


class VariantFactory(DjangoModelFactory[Variant]):
    """A variant with prices by currency: `prices={"USD": "12.50"}`."""

    class Meta:
        model = Variant
        skip_postgeneration_save = True

    product = factory.SubFactory(ProductFactory, variants=0)
    sku = factory.Sequence(lambda n: f"SKU-{n}")

    @factory.post_generation
    def prices(self: Variant, create: bool, extracted: dict[str, str] | None, **kwargs: Any) -> None:
        """Give it prices."""
        for currency, amount in ({"USD": "10.00"} if extracted is None else extracted).items():
            Price.objects.create(variant=self, currency=currency, amount=Decimal(amount))

    @classmethod
    def _after_postgeneration(cls, instance: Variant, **_: Any) -> None:
        listed(instance.product)
