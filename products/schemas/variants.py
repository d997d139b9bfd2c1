"""Write shapes of variants."""

from typing import Any, ClassVar

from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail, ValidationError

from catalog_project.api.serializers import IntegerField, StrictSerializer, TextField
from products.models import naming
from products.models.variant import MAX_QUANTITY
from products.schemas import examples
from products.schemas.fields import (
    AttributesField,
    PricesField,
    PricesPatchField,
    external_id_field,
    position_field,
    quantity_field,
)

MAX_VARIANTS = 1_000
READ_ONLY = frozenset({"id", "in_stock", "version", "created_at", "updated_at", "product"})


class VariantList(serializers.ListSerializer[Any]):
    """Variants in one body; a SKU may stand there once."""

    def to_internal_value(self, data: Any) -> list[Any]:
        """The validated variants."""
        twice = self._repeated_skus(data) if isinstance(data, list) else {}
        try:
            value: list[Any] = super().to_internal_value(data)
        except ValidationError as error:
            raise ValidationError(_combine(error.detail, twice)) from error
        if twice:
            raise ValidationError(twice)
        return value

    def _repeated_skus(self, data: list[Any]) -> dict[str, Any]:
        seen: set[str] = set()
        twice = {}
        for index, item in enumerate(data):
            sku = item.get("sku") if isinstance(item, dict) else None
            if not isinstance(sku, str):
                continue
            key = naming.sku_key(sku.strip())
            if key in seen:
                twice[str(index)] = {"sku": [ErrorDetail("This SKU stands twice in this body.", "duplicate")]}
            seen.add(key)
        return twice


def _combine(faults: Any, twice: dict[str, Any]) -> Any:
    if not isinstance(faults, list):
        return faults
    combined = {str(index): fault for index, fault in enumerate(faults) if fault}
    for index, fault in twice.items():
        combined[index] = {**combined.get(index, {}), **fault}
    return combined


@examples.write_example(examples.VARIANT_WRITE)
class VariantWriteSerializer(StrictSerializer):
    """A new variant; `stock` null means that stock is not tracked."""

    read_only_names: ClassVar = READ_ONLY

    sku = TextField(max_length=naming.SKU_LENGTH, help_text="Unique, whatever its case.")
    external_id = external_id_field()
    name = TextField(max_length=naming.NAME_LENGTH, allow_blank=True, required=False)
    barcode = TextField(max_length=64, allow_blank=True, required=False)
    attributes = AttributesField(required=False)
    weight_g = quantity_field(help_text="Weight in grams.")
    position = position_field()
    stock = quantity_field(help_text="Units in stock; null when it is not tracked.")
    prices = PricesField(required=False)

    class Meta:
        list_serializer_class = VariantList


@examples.write_example(examples.VARIANT_PATCH)
class VariantPatchSerializer(StrictSerializer):
    """A merge patch of a variant. Stock changes by its own act."""

    read_only_names: ClassVar = READ_ONLY | {"stock"}

    sku = TextField(max_length=naming.SKU_LENGTH, required=False)
    external_id = external_id_field()
    name = TextField(max_length=naming.NAME_LENGTH, allow_blank=True, required=False)
    barcode = TextField(max_length=64, allow_blank=True, required=False)
    attributes = AttributesField(required=False)
    weight_g = quantity_field(help_text="Weight in grams.")
    position = position_field()
    prices = PricesPatchField(required=False)


@examples.write_example({"delta": -1})
class StockSerializer(StrictSerializer):
    """A movement of stock: exactly one of `delta` and `set`."""

    delta = IntegerField(required=False, min_value=-MAX_QUANTITY, max_value=MAX_QUANTITY, help_text="Units to add.")
    set = quantity_field(help_text="The new number of units; null stops tracking.")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Exactly one of the two."""
        if len(attrs) != 1:
            raise ValidationError("Give exactly one of delta and set.", "exactly_one")
        return attrs
