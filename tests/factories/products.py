"""Rows of the catalog. Each is complete as the services would leave it, derived columns included."""

from decimal import Decimal
from typing import Any

import factory
from factory.django import DjangoModelFactory

from products.listings.rows import relist
from products.listings.vocabulary import name_words
from products.listings.words import brand_token, category_token, option_token
from products.models import (
    Attribute,
    AttributeOption,
    Brand,
    Category,
    Price,
    Product,
    ProductCategory,
    ProductType,
    ProductTypeAttribute,
    Variant,
)


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

    @classmethod
    def _create(cls, model_class: type[Brand], *args: Any, **kwargs: Any) -> Brand:
        made: Brand = super()._create(model_class, *args, **kwargs)
        name_words(brand_token(made.pk), made.name)
        return made


class CategoryFactory(DjangoModelFactory[Category]):
    """A category; `parent` puts it below another."""

    class Meta:
        model = Category

    name = factory.Sequence(lambda n: f"Category {n}")
    slug = factory.Sequence(lambda n: f"category-{n}")
    parent = None
    path = factory.LazyAttribute(lambda row: f"{row.parent.path}/{row.slug}" if row.parent else row.slug)

    @classmethod
    def _create(cls, model_class: type[Category], *args: Any, **kwargs: Any) -> Category:
        made: Category = super()._create(model_class, *args, **kwargs)
        name_words(category_token(made.pk), made.name)
        return made


class AttributeFactory(DjangoModelFactory[Attribute]):
    """A text attribute; `type="option", options=["red", "blue"]` makes it one with options."""

    class Meta:
        model = Attribute
        skip_postgeneration_save = True

    code = factory.Sequence(lambda n: f"attribute-{n}")
    name = factory.LazyAttribute(lambda row: row.code.capitalize())
    type = "text"

    @factory.post_generation
    def options(self: Attribute, create: bool, extracted: list[str] | None, **kwargs: Any) -> None:
        """Give it options."""
        for position, code in enumerate(extracted or ()):
            option = AttributeOption.objects.create(
                attribute=self, code=code, label=code.capitalize(), position=position
            )
            name_words(option_token(option.pk), option.label)


class ProductTypeFactory(DjangoModelFactory[ProductType]):
    """A product type; `attributes=[(attribute, "variant", "always"), …]` gives it attributes, a bare one optional."""

    class Meta:
        model = ProductType
        skip_postgeneration_save = True

    code = factory.Sequence(lambda n: f"type-{n}")
    name = factory.Sequence(lambda n: f"Type {n}")

    @factory.post_generation
    def attributes(self: ProductType, create: bool, extracted: list[Any] | None, **kwargs: Any) -> None:
        """Give it attributes."""
        for position, given in enumerate(extracted or ()):
            attribute, level, required = given if isinstance(given, tuple) else (given, "product", "never")
            ProductTypeAttribute.objects.create(
                product_type=self, attribute=attribute, level=level, required=required, position=position
            )


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
