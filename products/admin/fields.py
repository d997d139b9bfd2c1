"""Form fields of the catalog's own values. Their rules are those of the API, whose fields do the checking."""

import json
from collections.abc import Callable, Sequence
from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from rest_framework import serializers
from rest_framework.exceptions import ValidationError as SerializerError

from catalog_project.api.exceptions import faults_of
from catalog_project.api.parsers import loads
from products.admin.widgets import AttributesWidget, PriceRow, PricesWidget
from products.models import Price, naming
from products.models.currency import format_money
from products.models.variant import MAX_QUANTITY
from products.schemas import fields as schema
from products.services.inputs import PriceInput
from products.services.staging import same_json


class DescriptionField(forms.CharField):
    """A text of several lines, kept as it was typed. Browsers send every line end as CR LF: that is no change."""

    widget = forms.Textarea

    def __init__(self) -> None:
        super().__init__(max_length=naming.DESCRIPTION_LENGTH, strip=False, required=False)

    def to_python(self, value: Any) -> str:
        """The text with the line ends that everybody else uses."""
        return _lines(super().to_python(value) or "")

    def has_changed(self, initial: Any, data: Any) -> bool:
        """Whether more than line ends differ."""
        return _lines(initial or "") != _lines(data or "")


class SlugField(forms.CharField):
    """A slug, by the rule that the API has for it."""

    def __init__(self, **options: Any) -> None:
        super().__init__(max_length=naming.SLUG_LENGTH, validators=[naming.validate_slug], **options)


class CodeField(forms.CharField):
    """A code, by the rule that its column has."""

    def __init__(self, rule: Callable[[str], None], **options: Any) -> None:
        super().__init__(max_length=naming.CODE_LENGTH, validators=[rule], **options)


class NumberField(forms.FloatField):
    """A number, or nothing; a whole one is shown without a fraction."""

    def __init__(self, **options: Any) -> None:
        super().__init__(required=False, widget=forms.NumberInput({"step": "any"}), **options)

    def prepare_value(self, value: Any) -> Any:
        """What stands in the box."""
        return f"{value:.15g}" if isinstance(value, float) and float(f"{value:.15g}") == value else value


class ExternalIdField(forms.CharField):
    """The key that another system knows a row by; empty means none, which the database keeps as null."""

    def __init__(self, **options: Any) -> None:
        super().__init__(max_length=naming.EXTERNAL_ID_LENGTH, required=False, empty_value=None, **options)


class QuantityField(forms.IntegerField):
    """A count, or nothing."""

    def __init__(self, **options: Any) -> None:
        super().__init__(min_value=0, max_value=MAX_QUANTITY, required=False, **options)


class AttributesField(forms.Field):
    """Free attributes: a JSON object, shown with line breaks; an empty text stands for an empty object."""

    widget = AttributesWidget

    def prepare_value(self, value: Any) -> Any:
        """What stands in the text area; what has been typed is shown again as it is."""
        return pretty(value) if isinstance(value, dict) else value

    def to_python(self, value: Any) -> dict[str, Any]:
        """The object. Raises ValidationError that says where the text is not JSON, or what limit it breaks."""
        if value is None or not value.strip():
            return {}
        try:
            parsed = loads(value)
        except ValueError as error:
            raise ValidationError(f"This is not valid JSON: {error}.", "malformed") from error
        attributes: dict[str, Any] = _checked(schema.AttributesField(), parsed)
        return attributes

    def has_changed(self, initial: Any, data: Any) -> bool:
        """Whether it is another object, however it is written."""
        try:
            return not same_json(initial or {}, self.to_python(data))
        except ValidationError:
            return True


class PricesField(forms.Field):
    """Prices by currency, as the write functions take them: every price that there shall be."""

    widget = PricesWidget

    def __init__(self, **options: Any) -> None:
        super().__init__(required=False, **options)

    def prepare_value(self, value: Any) -> Any:
        """Rows of currency, amount and compared price."""
        return _rows(value) if isinstance(value, dict) else value

    def to_python(self, value: Sequence[PriceRow] | None) -> dict[str, PriceInput]:
        """The prices. Raises ValidationError that names currency and reason of every fault."""
        rows = [(currency.upper(), amount, compare_at) for currency, amount, compare_at in value or ()]
        _refuse_unnamed(rows)
        return _complete(_checked(schema.PricesField(), {row[0]: _price(row) for row in rows}))

    def has_changed(self, initial: Any, data: Any) -> bool:
        """Whether a price is another one, a new one or gone; `129.9` and `129.90` are the same."""
        try:
            return _complete(initial or {}) != self.to_python(data)
        except ValidationError:
            return True


def pretty(attributes: dict[str, Any]) -> str:
    """Attributes with line breaks; empty where there are none."""
    return json.dumps(attributes, indent=2, ensure_ascii=False) if attributes else ""


def prices_of(prices: Sequence[Price]) -> dict[str, PriceInput]:
    """Stored prices in the form that the field and the write functions know."""
    ordered = sorted(prices, key=lambda price: (price.currency != settings.DEFAULT_CURRENCY, price.currency))
    return {price.currency: {"amount": price.amount, "compare_at": price.compare_at} for price in ordered}


def _lines(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _rows(prices: dict[str, PriceInput]) -> list[PriceRow]:
    return [
        (currency, format_money(price["amount"], currency), _optional_money(price.get("compare_at"), currency))
        for currency, price in prices.items()
    ]


def _optional_money(amount: Any, currency: str) -> str:
    return "" if amount is None else format_money(amount, currency)


def _price(row: PriceRow) -> dict[str, Any]:
    _, amount, compare_at = row
    return {**({"amount": amount} if amount else {}), **({"compare_at": compare_at} if compare_at else {})}


def _complete(prices: dict[str, PriceInput]) -> dict[str, PriceInput]:
    return {currency: {"compare_at": None, **price} for currency, price in prices.items()}


def _refuse_unnamed(rows: Sequence[PriceRow]) -> None:
    named = [row[0] for row in rows]
    twice = sorted({currency for currency in named if currency and named.count(currency) > 1})
    faults = [ValidationError(f"{currency} stands twice.", "duplicate") for currency in twice]
    faults += [
        ValidationError(f"Give the currency of {amount or compare_at}, such as USD.", "required")
        for currency, amount, compare_at in rows
        if not currency
    ]
    if faults:
        raise ValidationError(faults)


def _checked(field: serializers.Field[Any, Any, Any, Any], value: Any) -> Any:
    """The value as the API's field takes it; its faults become those of the form's field."""
    try:
        return field.run_validation(value)
    except SerializerError as error:
        raise ValidationError([_message(fault) for fault in faults_of(error.detail)]) from error


def _message(fault: Any) -> ValidationError:
    place = ", ".join(part.replace("_", " ") for part in (fault.pointer or "").strip("/").split("/") if part)
    hint = f" Did you mean {fault.suggestion}?" if fault.suggestion else ""
    return ValidationError(f"{place}: {fault.detail}{hint}" if place else f"{fault.detail}{hint}", fault.code)
