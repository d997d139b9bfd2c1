"""Write shapes of products."""

from typing import ClassVar

from rest_framework import serializers

from catalog_project.api.serializers import StrictSerializer, TimeField
from products.models import Brand, Product, ProductType
from products.schemas import examples
from products.schemas.fields import AttributesField, description_field, external_id_field, name_field, slug_field
from products.schemas.references import CategoryReferences, Reference
from products.schemas.variants import MAX_VARIANTS, VariantWriteSerializer

READ_ONLY = frozenset({"id", "price_range", "in_stock", "version", "created_at", "updated_at"})


class _ProductFields(StrictSerializer):
    description = description_field()
    slug = slug_field()
    published_from = TimeField(allow_null=True, required=False, help_text="Visible from then on; null: always.")
    published_until = TimeField(allow_null=True, required=False, help_text="Visible before then; null: for ever.")
    product_type = Reference(model=ProductType, allow_null=True, required=False, help_text="Its code.")
    brand = Reference(model=Brand, allow_null=True, required=False)
    categories = CategoryReferences(required=False)
    attributes = AttributesField(required=False)
    external_id = external_id_field()


@examples.write_example(examples.PRODUCT_WRITE)
class ProductWriteSerializer(_ProductFields):
    """A new product with its variants."""

    read_only_names: ClassVar = READ_ONLY

    name = name_field()
    status = serializers.ChoiceField(choices=[Product.Status.DRAFT.value, Product.Status.ACTIVE.value], required=False)
    variants = VariantWriteSerializer(many=True, required=False, max_length=MAX_VARIANTS)  # type: ignore[call-arg]


@examples.write_example(examples.PRODUCT_PATCH)
class ProductPatchSerializer(_ProductFields):
    """A merge patch of a product. Variants have URLs of their own, the status changes by acts."""

    read_only_names: ClassVar = READ_ONLY | {"status", "variants"}

    name = name_field(required=False)
