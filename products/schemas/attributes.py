"""Read and write shapes of attributes and product types."""

import math
from collections.abc import Iterable, Sequence
from typing import Any, ClassVar

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail, ValidationError

from catalog_project.api.serializers import StrictSerializer, TextField
from products.listings.definitions import attribute_document, product_type_document
from products.models import Attribute, ProductType, ProductTypeAttribute, naming
from products.models.attribute import UNIT_LENGTH, validate_code, validate_option_code
from products.schemas import examples
from products.schemas.fields import name_field, position_field
from products.schemas.references import Reference, References, references_of

MAX_OPTIONS = 5_000
MAX_ATTRIBUTES = 500

# --- Read shapes


class OptionSerializer(serializers.Serializer[Any]):
    """One of the values that an attribute takes."""

    code = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]
    position = serializers.IntegerField()


@examples.read_example(examples.ATTRIBUTE)
class AttributeSerializer(serializers.Serializer[Attribute]):
    """An attribute."""

    code = serializers.CharField()
    name = serializers.CharField()
    type = serializers.ChoiceField(choices=Attribute.Type.choices)
    unit = serializers.CharField(help_text="Of a number; empty where it has none.")
    filterable = serializers.BooleanField()
    searchable = serializers.BooleanField()
    min = serializers.FloatField(allow_null=True)
    max = serializers.FloatField(allow_null=True)
    options = OptionSerializer(many=True)

    def to_representation(self, instance: Attribute) -> dict[str, Any]:
        """The document."""
        return attribute_document(instance)


class TypeAttributeSerializer(serializers.Serializer[Any]):
    """An attribute of a product type."""

    attribute = serializers.CharField(help_text="Its code.")
    level = serializers.ChoiceField(choices=ProductTypeAttribute.Level.choices)
    required = serializers.ChoiceField(choices=ProductTypeAttribute.Required.choices)  # type: ignore[assignment]


@examples.read_example(examples.PRODUCT_TYPE)
class ProductTypeSerializer(serializers.Serializer[ProductType]):
    """A product type."""

    code = serializers.CharField()
    name = serializers.CharField()
    attributes = TypeAttributeSerializer(many=True)

    def to_representation(self, instance: ProductType) -> dict[str, Any]:
        """The document."""
        return product_type_document(instance)


# --- Fields of write shapes


class NumberField(serializers.FloatField):
    """A JSON number; no strings and no booleans."""

    def to_internal_value(self, data: Any) -> float:
        """The number."""
        if isinstance(data, bool) or not isinstance(data, int | float) or not math.isfinite(data):
            self.fail("invalid")
        return float(data)


class FlagField(serializers.BooleanField):
    """`true` or `false`; no strings and no numbers."""

    def to_internal_value(self, data: Any) -> bool:
        """The truth value."""
        if not isinstance(data, bool):
            self.fail("invalid", input=data)
        return data


class OptionWriteSerializer(StrictSerializer):
    """An option; where it has no position it stands where the list has it."""

    code = TextField(max_length=naming.CODE_LENGTH, validators=[validate_option_code])
    label = name_field()  # type: ignore[assignment]
    position = position_field()


class TypeAttributeWriteSerializer(StrictSerializer):
    """An attribute of a product type, by its code."""

    attribute = Reference(model=Attribute)
    level = serializers.ChoiceField(choices=ProductTypeAttribute.Level.choices, required=False)
    required = serializers.ChoiceField(choices=ProductTypeAttribute.Required.choices, required=False)  # type: ignore[assignment]


class _ItemsField(serializers.Field[list[dict[str, Any]], Any, Any, Any]):
    """A list of objects that is replaced as a whole, in which a key may stand once."""

    item: ClassVar[type[StrictSerializer]]
    key: ClassVar[str]
    limit: ClassVar[int]
    default_error_messages: ClassVar = {
        "invalid": "This must be a list of objects.",
        "max_length": "This list has at most {limit} items.",
    }

    def to_internal_value(self, data: Any) -> list[dict[str, Any]]:
        """The validated items in their order."""
        if not isinstance(data, list):
            self.fail("invalid")
        if len(data) > self.limit:
            self.fail("max_length", limit=self.limit)
        # A serializer of its own: in a merge patch an item is whole all the same.
        child = self.item(context=self.child_context(data))
        items: list[dict[str, Any]] = []
        errors: dict[str, Any] = {}
        for index, value in enumerate(data):
            try:
                items.append(child.run_validation(value))
            except ValidationError as error:
                errors[str(index)] = error.detail
        errors |= {index: fault for index, fault in self._repeated(data) if index not in errors}
        if errors:
            raise ValidationError(errors)
        return items

    def child_context(self, data: Sequence[Any]) -> dict[str, Any]:
        """What the items' serializer may look into."""
        return dict(self.context)

    def _repeated(self, data: Sequence[Any]) -> Iterable[tuple[str, Any]]:
        keys = [value.get(self.key) if isinstance(value, dict) else None for value in data]
        seen: set[str] = set()
        for index, key in enumerate(keys):
            if isinstance(key, str) and key.strip() in seen:
                yield str(index), {self.key: [ErrorDetail("This stands twice in this list.", "duplicate")]}
            seen |= {key.strip()} if isinstance(key, str) else set()


@extend_schema_field(OptionWriteSerializer(many=True))
class OptionsField(_ItemsField):
    """The options of an attribute."""

    item, key, limit = OptionWriteSerializer, "code", MAX_OPTIONS


@extend_schema_field(TypeAttributeWriteSerializer(many=True))
class TypeAttributesField(_ItemsField):
    """The attributes of a product type."""

    item, key, limit = TypeAttributeWriteSerializer, "attribute", MAX_ATTRIBUTES

    def child_context(self, data: Sequence[Any]) -> dict[str, Any]:
        """With all that the list names found at once."""
        codes = [value.get("attribute") for value in data if isinstance(value, dict)]
        return {"references": Found(references_of(self), [code for code in codes if isinstance(code, str)])}


class Found(References):
    """Attributes that were looked up together, so that a long list costs as many queries as a short one."""

    def __init__(self, references: References, codes: Sequence[str]) -> None:
        self._found = references.find(Attribute, codes)
        strangers = list(dict.fromkeys(code for code in codes if code not in self._found))
        self._refusals = references.refusals(Attribute, strangers)

    def find(self, model: type[Any], slugs: Iterable[str]) -> dict[str, Any]:
        """Those of the attributes that exist, by code."""
        return {code: self._found[code] for code in slugs if code in self._found}

    def refusals(self, model: type[Any], slugs: Sequence[str]) -> dict[str, ErrorDetail]:
        """The errors for codes that name nothing, by code."""
        return {code: self._refusals[code] for code in slugs}


# --- Write shapes


def code_field() -> TextField:
    """A code: the name under which bodies and addresses know something."""
    return TextField(max_length=naming.CODE_LENGTH, validators=[validate_code])


@examples.write_example(examples.ATTRIBUTE_WRITE)
class AttributeWriteSerializer(StrictSerializer):
    """A new attribute, or a merge patch of one. Its code and type stay while product types use it."""

    code = code_field()
    name = name_field()
    type = serializers.ChoiceField(choices=Attribute.Type.choices)
    unit = TextField(max_length=UNIT_LENGTH, allow_blank=True, required=False, help_text="Such as kg.")
    filterable = FlagField(required=False, help_text="Whether lists can be filtered by it; false by default.")
    searchable = FlagField(required=False, help_text="Whether search finds its values; false by default.")
    min = NumberField(allow_null=True, required=False, help_text="The least value of a number.")
    max = NumberField(allow_null=True, required=False, help_text="The greatest value of a number.")
    options = OptionsField(required=False, help_text="All options; those left out go.")


@examples.write_example(examples.PRODUCT_TYPE_WRITE)
class ProductTypeWriteSerializer(StrictSerializer):
    """A new product type, or a merge patch of one."""

    code = code_field()
    name = name_field()
    attributes = TypeAttributesField(required=False, help_text="All attributes in their order; those left out go.")
