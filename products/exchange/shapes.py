"""The write shape of an import: the API's, in which a record that edits may leave out what is there already."""

from rest_framework import serializers

from catalog_project.api.serializers import TextField
from products.models import Product, naming
from products.schemas.fields import PricesPatchField, name_field
from products.schemas.products import ProductWriteSerializer
from products.schemas.variants import MAX_VARIANTS, VariantWriteSerializer


class VariantRecordSerializer(VariantWriteSerializer):
    """A variant: new, or a merge patch of the one that its external_id or SKU names."""

    sku = TextField(max_length=naming.SKU_LENGTH, required=False)
    prices = PricesPatchField(required=False)


class ProductRecordSerializer(ProductWriteSerializer):
    """A product: new, or a merge patch of the one that is matched. It may be archived, too."""

    name = name_field(required=False)
    status = serializers.ChoiceField(choices=Product.Status.values, required=False)
    variants = VariantRecordSerializer(many=True, required=False, max_length=MAX_VARIANTS)  # type: ignore[call-arg]
