"""Serializers and fields that take what the documentation says and nothing else.

DRF's own are lenient: they ignore unknown keys, read "5" as 5 and a naive time as local. Here each of these is a fault.
"""

import re
from collections.abc import Collection, Iterable, Mapping
from datetime import UTC, datetime
from decimal import Decimal
from itertools import islice
from typing import Any, ClassVar, Self

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail, ValidationError
from rest_framework.fields import empty

from catalog_project.formats import format_time
from catalog_project.suggestions import closest

MAX_INT32 = 2_147_483_647
# A suggestion is a courtesy that takes time to find: no more in one object, whatever somebody sends.
MAX_SUGGESTIONS = 10
MAX_STRANGERS = 100
TIME = re.compile(r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d{1,6})?([Zz]|[+-]([01]\d|2[0-3]):[0-5]\d)", re.ASCII)


class Suggesting(str):
    """An error code that carries what the caller may have meant; DRF rebuilds error details but keeps their code."""

    __slots__ = ("suggestion",)
    suggestion: str | None

    def __new__(cls, code: str, suggestion: str | None) -> Self:
        """A code with a suggestion, or with none when nothing is close."""
        made = super().__new__(cls, code)
        made.suggestion = suggestion
        return made


def unknown_value(word: object, known: Iterable[str], what: str) -> ErrorDetail:
    """The error for a word that is not one of a closed set, with a suggestion when something is close."""
    return ErrorDetail(f"{what} {str(word)[:100]!a} is not known.", Suggesting("unknown_value", closest(word, known)))


class StrictSerializer(serializers.Serializer[Any]):
    """A serializer for input: unknown and read-only keys are faults, reported together with all others.

    `read_only_names`: what the read shape has beyond the write shape, so that the fault can say so.
    """

    read_only_names: ClassVar[frozenset[str]] = frozenset()
    _given: Collection[str] | None = None  # the keys of what is being validated

    def to_internal_value(self, data: Any) -> Any:
        """Validate every key; raises ValidationError with all faults at once."""
        self._given = data.keys() if isinstance(data, Mapping) else None
        strangers = self._strangers(data) if isinstance(data, Mapping) else {}
        try:
            value = super().to_internal_value(data)
        except ValidationError as error:
            raise ValidationError({**error.detail, **strangers}) from error  # type: ignore[dict-item]
        if strangers:
            raise ValidationError(strangers)
        return value

    @property
    def _writable_fields(self) -> list[Any]:
        """Without those that may be left out and are: DRF takes as long to skip a field as to read one."""
        given, fields = self._given, super()._writable_fields
        if given is None:
            return [*fields]
        return [field for field in fields if field.field_name in given or field.required or field.default is not empty]

    def _strangers(self, data: Mapping[str, Any]) -> dict[str, list[ErrorDetail]]:
        if data.keys() <= self.fields.keys():
            return {}
        strangers = islice((name for name in data if name not in self.fields), MAX_STRANGERS)
        return {name: [self._refusal(name, index)] for index, name in enumerate(strangers)}

    def _refusal(self, name: str, index: int) -> ErrorDetail:
        if name in self.read_only_names:
            return ErrorDetail("This field is read-only here.", "read_only")
        return ErrorDetail("This field is not known.", Suggesting("unknown_field", self._closest(name, index)))

    def _closest(self, name: str, index: int) -> str | None:
        return closest(name, self.known) if index < MAX_SUGGESTIONS else None

    @property
    def known(self) -> Iterable[str]:
        """The names that might have been meant."""
        return self.fields


class TextField(serializers.CharField):
    """A JSON string; numbers are not turned into text. Blanks at the ends are dropped."""

    def to_internal_value(self, data: Any) -> str:
        """The trimmed text."""
        if not isinstance(data, str):
            self.fail("invalid")
        return super().to_internal_value(data)


class IntegerField(serializers.IntegerField):
    """A JSON integer; no strings, booleans or fractions."""

    def __init__(self, *, max_value: int = MAX_INT32, **options: Any) -> None:
        super().__init__(max_value=max_value, **options)

    def to_internal_value(self, data: Any) -> int:
        """The integer."""
        if isinstance(data, bool) or not isinstance(data, int):
            self.fail("invalid")
        return data


@extend_schema_field(OpenApiTypes.DATETIME)
class TimeField(serializers.Field[datetime, Any, str, Any]):
    """A point in time: ISO 8601 with a zone (RFC 3339), written as UTC with microseconds and `Z`."""

    default_error_messages: ClassVar = {
        "invalid": "This must be a time such as 2030-01-31T12:00:00Z, with its zone.",
    }

    def to_internal_value(self, data: Any) -> datetime:
        """The aware datetime in UTC."""
        if not isinstance(data, str) or not TIME.fullmatch(data):
            self.fail("invalid")
        try:
            return datetime.fromisoformat(data.upper()).astimezone(UTC)
        except (ValueError, OverflowError):
            self.fail("invalid")

    def to_representation(self, value: datetime) -> str:
        """The time as text."""
        return format_time(value)


@extend_schema_field(
    {"oneOf": [{"type": "string", "pattern": r"^\d{1,10}(\.\d+)?$"}, {"type": "number", "minimum": 0}]}
)
class MoneyField(serializers.Field[Decimal, Any, str, Any]):
    """An amount of money, not negative: a decimal string (`"129.90"`) or a JSON number."""

    default_error_messages: ClassVar = {
        "invalid": 'This must be an amount such as "129.90".',
        "min_value": "An amount must not be negative.",
        "max_value": "An amount must stay below 10,000,000,000.",
    }

    def to_internal_value(self, data: Any) -> Decimal:
        """The amount as a Decimal; its decimals are checked where the currency is known."""
        text = str(data) if isinstance(data, int | float) and not isinstance(data, bool) else data
        if not isinstance(text, str) or not re.fullmatch(r"-?\d{1,40}(\.\d{1,40})?([eE][+-]?\d{1,3})?", text, re.ASCII):
            self.fail("invalid")
        if text is data and "e" in text.lower():
            self.fail("invalid")
        amount = Decimal(text)
        if amount < 0:
            self.fail("min_value")
        if amount >= 10**10:
            self.fail("max_value")
        return amount.copy_abs()  # "-0" is 0
