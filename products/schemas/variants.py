"""Write shapes of variants."""

from collections.abc import Callable, Iterator
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
UNIQUE_KEYS: dict[str, Callable[[str], str]] = {"sku": naming.sku_key, "external_id": str}
READ_ONLY = frozenset({"id", "in_stock", "version", "created_at", "updated_at", "product"})


class VariantList(serializers.ListSerializer[Any]):
    """Variants in one body; a SKU and an external_id may stand there once."""

    def to_internal_value(self, data: Any) -> list[Any]:
        """The validated variants."""
        twice = _repeated(data) if isinstance(data, list) else {}
        try:
            value: list[Any] = super().to_internal_value(data)
        except ValidationError as error:
            faults: Any = error.detail
            for index, fault in twice.items():
                faults[index] = {**faults.get(index, {}), **fault}
            raise ValidationError(faults) from error
        if twice:
            raise ValidationError(twice)  # type: ignore[arg-type]
        return value


def _repeated(data: list[Any]) -> dict[int, dict[str, list[ErrorDetail]]]:
    """The faults of keys that stood in an earlier variant, by index."""
    seen: set[tuple[str, str]] = set()
    twice: dict[int, dict[str, list[ErrorDetail]]] = {}
    for index, item in enumerate(data):
        for key in _keys_of(item):
            if key in seen:
                twice.setdefault(index, {})[key[0]] = [ErrorDetail("This stands twice in this body.", "duplicate")]
            seen.add(key)
    return twice


def _keys_of(item: Any) -> Iterator[tuple[str, str]]:
    for name, key_of in UNIQUE_KEYS.items():
        value = item.get(name) if isinstance(item, dict) else None
        if isinstance(value, str):
            yield name, key_of(value.strip())


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
