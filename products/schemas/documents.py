"""Read shapes. The documents are built by `listings.documents`; these classes describe them to the OpenAPI schema."""

from typing import Any

from drf_spectacular.extensions import OpenApiSerializerExtension
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import Direction, extend_schema_field
from rest_framework import serializers

from catalog_project.api.serializers import TimeField
from products.listings.documents import (
    brand_document,
    category_document,
    own_variant_document,
    variant_document,
)
from products.models import Brand, Category, Product, Variant
from products.schemas import examples
from products.schemas.fields import AttributesField


class PriceSerializer(serializers.Serializer[Any]):
    """A price, as decimal strings with the currency's number of decimals."""

    amount = serializers.CharField()
    compare_at = serializers.CharField(allow_null=True, help_text="The price it is compared with.")


class AmountRangeSerializer(serializers.Serializer[Any]):
    """The lowest and the highest amount in a currency."""

    min = serializers.CharField()
    max = serializers.CharField()


class BrandReferenceSerializer(serializers.Serializer[Any]):
    """A product's brand."""

    slug = serializers.CharField()
    name = serializers.CharField()


class CategoryReferenceSerializer(BrandReferenceSerializer):
    """One of a product's categories."""

    path = serializers.CharField(help_text="Slugs from the root down, joined by `/`.")


@examples.read_example(examples.VARIANT)
class VariantSerializer(serializers.Serializer[Variant]):
    """A variant inside its product."""

    id = serializers.IntegerField()
    sku = serializers.CharField()
    external_id = serializers.CharField(allow_null=True)
    name = serializers.CharField()
    barcode = serializers.CharField()
    attributes = AttributesField()
    weight_g = serializers.IntegerField(allow_null=True)
    prices = serializers.DictField(child=PriceSerializer(), help_text="By currency (ISO 4217).")
    stock = serializers.IntegerField(allow_null=True, help_text="null: not tracked.")
    in_stock = serializers.BooleanField()
    position = serializers.IntegerField()
    version = serializers.IntegerField()
    created_at = TimeField()
    updated_at = TimeField()

    def to_representation(self, instance: Variant) -> dict[str, Any]:
        """The document."""
        return variant_document(instance)


class ProductReferenceSerializer(BrandReferenceSerializer):
    """The product that a variant belongs to."""

    id = serializers.IntegerField()


@examples.read_example(examples.OWN_VARIANT)
class OwnVariantSerializer(VariantSerializer):
    """A variant on its own URL."""

    product = ProductReferenceSerializer()

    def to_representation(self, instance: Variant) -> dict[str, Any]:
        """The document."""
        return own_variant_document(instance)


@examples.read_example(examples.PRODUCT)
class ProductSerializer(serializers.Serializer[Product]):
    """A product."""

    id = serializers.IntegerField()
    slug = serializers.CharField()
    name = serializers.CharField()
    description = serializers.CharField()
    status = serializers.ChoiceField(choices=Product.Status.choices)
    published_from = TimeField(allow_null=True)
    published_until = TimeField(allow_null=True)
    external_id = serializers.CharField(allow_null=True)
    product_type = extend_schema_field({"type": "null"})(serializers.JSONField)()
    brand = BrandReferenceSerializer(allow_null=True)
    categories = CategoryReferenceSerializer(many=True)
    attributes = AttributesField()
    variants = VariantSerializer(many=True)
    price_range = serializers.DictField(child=AmountRangeSerializer(), help_text="By currency.")
    in_stock = serializers.BooleanField()
    version = serializers.IntegerField()
    created_at = TimeField()
    updated_at = TimeField()


@examples.read_example(examples.PRODUCT)
class TrimmedProductSerializer(ProductSerializer):
    """A product, or the part of it that `fields` and `omit` leave."""


class ProductPartSerializer(ProductSerializer):
    """The fields of a product that were asked for."""

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        """A product's fields, each of which may be missing."""
        fields = super().get_fields()
        for field in fields.values():
            field.required = False
        return fields


class TrimmedProductSchema(OpenApiSerializerExtension):  # type: ignore[no-untyped-call]
    """Describes a trimmed product as a whole one or a part, so that clients get the whole one's types."""

    target_class = TrimmedProductSerializer

    def map_serializer(self, auto_schema: AutoSchema, direction: Direction) -> dict[str, Any]:
        """A choice of the two."""
        choices = (ProductSerializer, ProductPartSerializer)
        return {"anyOf": [auto_schema.resolve_serializer(choice, direction).ref for choice in choices]}


PRODUCT_FIELDS = tuple(ProductSerializer._declared_fields)


@examples.read_example(examples.CATEGORY)
class CategorySerializer(serializers.Serializer[Category]):
    """A category."""

    id = serializers.IntegerField()
    slug = serializers.CharField()
    name = serializers.CharField()
    parent = serializers.CharField(allow_null=True)  # type: ignore[assignment]
    path = serializers.CharField(help_text="Slugs from the root down, joined by `/`.")
    description = serializers.CharField()
    position = serializers.IntegerField()
    created_at = TimeField()
    updated_at = TimeField()

    def to_representation(self, instance: Category) -> dict[str, Any]:
        """The document."""
        return category_document(instance)


@examples.read_example(examples.BRAND)
class BrandSerializer(serializers.Serializer[Brand]):
    """A brand."""

    id = serializers.IntegerField()
    slug = serializers.CharField()
    name = serializers.CharField()
    created_at = TimeField()
    updated_at = TimeField()

    def to_representation(self, instance: Brand) -> dict[str, Any]:
        """The document."""
        return brand_document(instance)
