"""What items may look like: which ops a resource knows, and the write shape of each."""

from typing import Any, ClassVar

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail, ValidationError

from catalog_project.api.query import ChoiceParameter
from catalog_project.api.serializers import IntegerField, StrictSerializer
from products.bulk.items import Op, Resource
from products.exchange.shapes import ProductRecordSerializer, VariantRecordSerializer
from products.schemas.fields import PricesPatchField
from products.schemas.products import ProductPatchSerializer, ProductWriteSerializer
from products.schemas.taxonomy import BrandWriteSerializer, CategoryPatchSerializer, CategoryWriteSerializer
from products.schemas.variants import StockSerializer, VariantPatchSerializer, VariantWriteSerializer

MAX_ID = 10**18 - 1  # as many digits as an address takes
MAX_REF_LENGTH = 300


class WordField(ChoiceParameter):
    """One of a closed set of words; a near miss gets a suggestion."""

    def to_internal_value(self, data: Any) -> Any:
        """The word."""
        return super().to_internal_value(str(data))


@extend_schema_field({"oneOf": [{"type": "integer"}, {"type": "string"}]})
class RefField(serializers.Field[int | str, Any, Any, Any]):
    """An id (a JSON integer) or a key (a JSON string)."""

    default_error_messages: ClassVar = {"invalid": "This must be an id (a number) or a key (a text)."}

    def to_internal_value(self, data: Any) -> int | str:
        """The id or key."""
        is_id = isinstance(data, int) and not isinstance(data, bool) and 0 <= data <= MAX_ID
        if not is_id and not (isinstance(data, str) and 0 < len(data.strip()) <= MAX_REF_LENGTH):
            self.fail("invalid")
        return data.strip() if isinstance(data, str) else data


@extend_schema_field({"oneOf": [{"type": "integer"}, {"type": "string"}]})
class ProductRefField(RefField):
    """A product by id or slug; digits alone are an id, as in an address."""

    def to_internal_value(self, data: Any) -> int | str:
        """The id or slug."""
        return as_ref(super().to_internal_value(data))


@extend_schema_field({"type": "object"})
class ObjectField(serializers.Field[dict[str, Any], Any, Any, Any]):
    """A JSON object."""

    default_error_messages: ClassVar = {"invalid": "This must be a JSON object."}

    def to_internal_value(self, data: Any) -> dict[str, Any]:
        """The object itself."""
        if not isinstance(data, dict):
            self.fail("invalid")
        return data


class BulkItemSerializer(StrictSerializer):
    """One item of a bulk call."""

    op = WordField(choices=[op.value for op in Op])
    resource = WordField(choices=[resource.value for resource in Resource])
    ref = RefField(
        required=False,
        help_text="An id (number), or a key (text): a slug, for variants a SKU. Required but for create and upsert.",
    )
    version = IntegerField(
        required=False, min_value=1, max_value=2**63 - 1, help_text="Refuse (412) unless it is at this version."
    )
    data = ObjectField(required=False, help_text="The body that the single request would have.")  # type: ignore[assignment]


class NothingSerializer(StrictSerializer):
    """The data of what takes none."""


class NewVariantSerializer(VariantWriteSerializer):
    """A new variant, and the product that it belongs to."""

    read_only_names: ClassVar = VariantWriteSerializer.read_only_names - {"product"}

    product = ProductRefField(help_text="Its product's id or slug.")


class VariantUpsertSerializer(VariantRecordSerializer):
    """A variant, new or a merge patch of the one that is matched. A new one needs its product."""

    read_only_names: ClassVar = VariantRecordSerializer.read_only_names - {"product"}

    product = ProductRefField(required=False, help_text="Its product's id or slug.")


class SetPriceSerializer(StrictSerializer):
    """A merge patch of a variant's prices: `{"prices": {"USD": {"amount": "12.50"}, "EUR": null}}`."""

    prices = PricesPatchField()


# The write shape of each op and resource, and whether it is a merge patch.
SHAPES: dict[tuple[str, str], tuple[type[StrictSerializer], bool]] = {
    (Op.CREATE, Resource.PRODUCT): (ProductWriteSerializer, False),
    (Op.UPDATE, Resource.PRODUCT): (ProductPatchSerializer, True),
    (Op.UPSERT, Resource.PRODUCT): (ProductRecordSerializer, False),
    (Op.DELETE, Resource.PRODUCT): (NothingSerializer, False),
    (Op.PUBLISH, Resource.PRODUCT): (NothingSerializer, False),
    (Op.ARCHIVE, Resource.PRODUCT): (NothingSerializer, False),
    (Op.CREATE, Resource.VARIANT): (NewVariantSerializer, False),
    (Op.UPDATE, Resource.VARIANT): (VariantPatchSerializer, True),
    (Op.UPSERT, Resource.VARIANT): (VariantUpsertSerializer, False),
    (Op.DELETE, Resource.VARIANT): (NothingSerializer, False),
    (Op.SET_STOCK, Resource.VARIANT): (StockSerializer, False),
    (Op.SET_PRICE, Resource.VARIANT): (SetPriceSerializer, False),
    (Op.CREATE, Resource.BRAND): (BrandWriteSerializer, False),
    (Op.UPDATE, Resource.BRAND): (BrandWriteSerializer, True),
    (Op.UPSERT, Resource.BRAND): (BrandWriteSerializer, True),
    (Op.DELETE, Resource.BRAND): (NothingSerializer, False),
    (Op.CREATE, Resource.CATEGORY): (CategoryWriteSerializer, False),
    (Op.UPDATE, Resource.CATEGORY): (CategoryPatchSerializer, True),
    (Op.UPSERT, Resource.CATEGORY): (CategoryWriteSerializer, True),
    (Op.DELETE, Resource.CATEGORY): (NothingSerializer, False),
}
VERBS = {Op.CREATE: ("add",), Op.UPSERT: ("add", "change"), Op.DELETE: ("delete",)}


def as_ref(given: int | str) -> int | str:
    """What a ref names where keys hold a letter: digits alone are an id, in a text too."""
    if isinstance(given, str) and given.isascii() and given.isdigit() and len(given) <= len(str(MAX_ID)):
        return int(given)
    return given


def permissions_for(op: str, resource: str, data: Any) -> list[str]:
    """The rights that an item needs: those of the single request, for upsert those to create and to change."""
    needed = [(resource, verb) for verb in VERBS.get(Op(op), ("change",))]
    if (op, resource) == (Op.UPSERT, Resource.PRODUCT) and isinstance(data, dict) and data.get("variants"):
        needed += [(Resource.VARIANT, "add"), (Resource.VARIANT, "change")]
    return [f"products.{verb}_{model}" for model, verb in needed]


def unsupported(op: str, resource: str) -> ValidationError:
    """The refusal of an op that a resource does not know."""
    known = [known for known, of in SHAPES if of == resource]
    sentence = f"A {resource} does not take {op}: it takes {', '.join(known)}."
    return ValidationError({"op": [ErrorDetail(sentence, "unsupported_op")]})
