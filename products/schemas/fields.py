"""Fields of the catalog's own values."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, ClassVar

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail, ValidationError

from catalog_project.api.serializers import (
    IntegerField,
    MoneyField,
    StrictSerializer,
    Suggesting,
    TextField,
)
from catalog_project.suggestions import closest
from products.models import currency, naming
from products.models.attributes import attributes_fault
from products.models.variant import MAX_QUANTITY


def name_field(**options: Any) -> TextField:
    """A name: not blank."""
    return TextField(max_length=naming.NAME_LENGTH, **options)


def slug_field() -> TextField:
    """A slug; derived from the name when it is left out."""
    return TextField(
        max_length=naming.SLUG_LENGTH,
        validators=[naming.validate_slug],
        required=False,
        help_text="Derived from the name when left out.",
    )


def description_field() -> TextField:
    """A text for readers, kept with its blanks and line ends."""
    return TextField(max_length=naming.DESCRIPTION_LENGTH, allow_blank=True, required=False, trim_whitespace=False)


def external_id_field() -> TextField:
    """The key that another system knows this by."""
    return TextField(max_length=naming.EXTERNAL_ID_LENGTH, allow_null=True, required=False)


def position_field() -> IntegerField:
    """A place in an order."""
    return IntegerField(min_value=0, required=False)


def quantity_field(**options: Any) -> IntegerField:
    """A count, or null."""
    return IntegerField(min_value=0, max_value=MAX_QUANTITY, allow_null=True, required=False, **options)


@extend_schema_field(OpenApiTypes.OBJECT)
class AttributesField(serializers.Field[dict[str, Any], Any, dict[str, Any], Any]):
    """Free attributes: any JSON object within the limits, kept as it is."""

    default_error_messages: ClassVar = {"invalid": "This must be a JSON object."}

    def to_internal_value(self, data: Any) -> dict[str, Any]:
        """The object itself."""
        if not isinstance(data, dict):
            self.fail("invalid")
        if fault := attributes_fault(data):
            raise ValidationError([ErrorDetail(fault.detail, fault.code)])
        return data

    def to_representation(self, value: dict[str, Any]) -> dict[str, Any]:
        """The object itself."""
        return value


class PriceWriteSerializer(StrictSerializer):
    """A price in one currency."""

    amount = MoneyField()
    compare_at = MoneyField(required=False, allow_null=True, help_text="The price it is compared with.")


class PricePatchSerializer(StrictSerializer):
    """A merge patch of a price."""

    amount = MoneyField(required=False)
    compare_at = MoneyField(required=False, allow_null=True)


_MONEY = {"oneOf": [{"type": "string", "pattern": r"^\d{1,10}(\.\d+)?$"}, {"type": "number", "minimum": 0}]}
_COMPARE_AT = {"oneOf": [*_MONEY["oneOf"], {"type": "null"}]}
_PRICE = {"type": "object", "properties": {"amount": _MONEY, "compare_at": _COMPARE_AT}, "additionalProperties": False}
_BY_CURRENCY = {"type": "object", "propertyNames": {"enum": sorted(currency.DECIMALS)}}


@extend_schema_field({**_BY_CURRENCY, "additionalProperties": {**_PRICE, "required": ["amount"]}})
class PricesField(serializers.Field[dict[str, Any], Any, dict[str, Any], Any]):
    """Prices by currency (ISO 4217), each with no more decimals than its currency has."""

    price: ClassVar[type[StrictSerializer]] = PriceWriteSerializer
    nullable: ClassVar[bool] = False
    default_error_messages: ClassVar = {"invalid": "This must be an object of prices by currency."}

    def to_internal_value(self, data: Any) -> dict[str, Any]:
        """Validated prices by currency."""
        if not isinstance(data, dict):
            self.fail("invalid")
        prices: dict[str, Any] = {}
        errors: dict[str, Any] = {}
        for code, value in data.items():
            try:
                prices[code] = self._price(code, value)
            except ValidationError as error:
                errors[code] = error.detail
        if errors:
            raise ValidationError(errors)
        return prices

    def _price(self, code: str, value: Any) -> dict[str, Any] | None:
        if code not in currency.DECIMALS:
            refusal = Suggesting("unknown_value", closest(code, currency.DECIMALS))
            raise ValidationError([ErrorDetail("This is not a currency code of ISO 4217.", refusal)])
        if value is None and self.nullable:
            return None
        if self._child is None:
            self._child = self.price()
        price: dict[str, Any] = self._child.run_validation(value)
        if surplus := surplus_decimals(price, code):
            raise ValidationError(surplus)
        return price

    _child: StrictSerializer | None = None

    def to_representation(self, value: dict[str, Any]) -> dict[str, Any]:
        """As given."""
        return value


@extend_schema_field({**_BY_CURRENCY, "additionalProperties": {**_PRICE, "type": ["object", "null"]}})
class PricesPatchField(PricesField):
    """A merge patch of prices: what is left out stays, null removes a currency."""

    price = PricePatchSerializer
    nullable = True


def surplus_decimals(amounts: Mapping[str, Decimal | None], code: str) -> dict[str, list[ErrorDetail]]:
    """The error for each amount that has more decimals than its currency."""
    error = ErrorDetail(f"{code} has {currency.DECIMALS[code]} decimals.", "max_decimal_places")
    return {name: [error] for name, amount in amounts.items() if amount is not None and not currency.fits(amount, code)}
