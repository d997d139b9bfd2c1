"""Parameters about attributes: `attr.CODE`, `attr.CODE__gte` and `attr.CODE__lte`, for filterable attributes alone."""

import math
import re
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any, ClassVar

from drf_spectacular.utils import OpenApiParameter, extend_schema_field
from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail, ValidationError

from catalog_project.api.query import ListParameter
from catalog_project.api.serializers import Suggesting, unknown_value
from catalog_project.suggestions import closest
from products.models import Attribute
from products.models.attribute import CODE_PATTERN
from products.models.attributes import NumbersDecoder
from products.search.facets import ATTRIBUTE, FACETS
from products.search.filterable import RANGED, AttributeCondition, Filterable

AT_LEAST, AT_MOST = "__gte", "__lte"
NUMBER = re.compile(r"-?\d{1,400}(\.\d{1,400})?([eE][+-]?\d{1,3})?", re.ASCII)
DATE = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
# A suggestion is a courtesy: it is looked for among so many attributes.
MAX_CANDIDATES = 1_000
DECODER = NumbersDecoder()


class AttributeValue(serializers.Field[Any, Any, str, Any]):
    """One value of an attribute, read by its type: 1.5, true, 2030-01-31, the code of an option, a text."""

    default_error_messages: ClassVar = {
        "invalid": "This must be {form}.",
        "null_characters": "Null characters are not allowed.",
    }

    def __init__(self, *, attribute: Filterable, **options: Any) -> None:
        super().__init__(**options)
        self.attribute = attribute

    def to_internal_value(self, data: Any) -> Any:
        """The value as attributes hold it."""
        kind = self.attribute.type
        if kind == Attribute.Type.NUMBER:
            return self._number(data)
        if kind == Attribute.Type.DATE:
            return self._date(data)
        if kind == Attribute.Type.TEXT:
            return self._text(data)
        known = ("true", "false") if kind == Attribute.Type.BOOLEAN else self.attribute.options
        if data not in known:
            raise ValidationError([unknown_value(data, known, "The value")])
        return data == "true" if kind == Attribute.Type.BOOLEAN else data

    def _number(self, data: str) -> Any:
        if not NUMBER.fullmatch(data):
            self.fail("invalid", form="a number")
        whole, sign = data.lstrip("-"), "-" if data.startswith("-") else ""
        digits = whole.lstrip("0")
        text = digits if digits[:1].isdigit() else f"0{digits}"
        value = DECODER.decode(f"{sign}{text}")
        if not math.isfinite(value):
            self.fail("invalid", form="a number")
        return value

    def _date(self, data: str) -> str:
        if not DATE.fullmatch(data):
            self.fail("invalid", form="a date such as 2030-01-31")
        try:
            return date.fromisoformat(data).isoformat()
        except ValueError:
            self.fail("invalid", form="a date such as 2030-01-31")

    def _text(self, data: str) -> str:
        if "\x00" in data:
            self.fail("null_characters")
        return data


@extend_schema_field({"type": "string", "pattern": rf"^({'|'.join(FACETS)}|attr\\.[A-Za-z][A-Za-z0-9_-]*)$"})
class FacetParameter(serializers.Field[Any, Any, str, Any]):
    """The name of a facet; those of attributes are in the query's `filterable`."""

    def to_internal_value(self, data: Any) -> str:
        """The name."""
        if data not in FACETS and data not in {f"{ATTRIBUTE}{code}" for code in self.root.filterable}:  # type: ignore[attr-defined]
            code = Suggesting("unknown_value", closest_facet(data))
            raise ValidationError([ErrorDetail(f"The facet {data[:100]!a} is not known.", code)])
        return str(data)


def fields_of(filterable: Mapping[str, Filterable]) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
    """The parameters of attributes; what they read stands under `attr`, as a dot in a field's name means."""
    fields: dict[str, serializers.Field[Any, Any, Any, Any]] = {}
    for code, attribute in filterable.items():
        fields[f"{ATTRIBUTE}{code}"] = ListParameter(child=AttributeValue(attribute=attribute), required=False)
        if attribute.is_ranged:
            for sign in (AT_LEAST, AT_MOST):
                fields[f"{ATTRIBUTE}{code}{sign}"] = AttributeValue(attribute=attribute, required=False)
    return fields


def conditions_of(values: Mapping[str, Any], filterable: Mapping[str, Filterable]) -> list[AttributeCondition]:
    """One condition for each attribute that something was said about, in the order of their codes."""
    return [
        AttributeCondition(
            attribute=filterable[code],
            values=tuple(sorted(values.get(code, ()))),
            least=values.get(f"{code}{AT_LEAST}"),
            most=values.get(f"{code}{AT_MOST}"),
        )
        for code in sorted({code_of(name) for name in values})
    ]


def codes_in(names: Iterable[str]) -> set[str]:
    """The codes of attributes in names of parameters or facets."""
    codes = {code_of(name.removeprefix(ATTRIBUTE)) for name in names if name.startswith(ATTRIBUTE)}
    return {code for code in codes if re.match(CODE_PATTERN, code, re.ASCII)}


def code_of(name: str) -> str:
    """The code in `CODE`, `CODE__gte` or `CODE__lte`."""
    return name.removesuffix(AT_LEAST).removesuffix(AT_MOST)


def closest_facet(name: str) -> str | None:
    """What may have been meant by the name of a facet."""
    if not name.startswith(ATTRIBUTE):
        return closest(name, FACETS)
    return _closest(name, (code for code, _ in _candidates()))


def closest_parameter(name: str) -> str | None:
    """What may have been meant by `attr.CODE`, `attr.CODE__gte` or `attr.CODE__lte`."""
    signs: dict[str, tuple[str, ...]] = dict.fromkeys(RANGED, ("", AT_LEAST, AT_MOST))
    return _closest(name, (f"{code}{sign}" for code, kind in _candidates() for sign in signs.get(kind, ("",))))


def _closest(name: str, known: Iterable[str]) -> str | None:
    """Compared without the prefix, in which all are alike."""
    found = closest(name.removeprefix(ATTRIBUTE), known)
    return found and f"{ATTRIBUTE}{found}"


def _candidates() -> Iterable[tuple[str, str]]:
    return Attribute.objects.filter(filterable=True).order_by("code").values_list("code", "type")[:MAX_CANDIDATES]


ATTRIBUTE_PARAMETERS = OpenApiParameter(
    name="attributes",
    description=(
        r"`attr.CODE` with one or more values (any of them; a comma in one is `\,`), and for "
        "numbers and dates `attr.CODE__gte` and `attr.CODE__lte`, of filterable attributes: see `attributes/`."
    ),
    type={
        "type": "object",
        "additionalProperties": {"type": "string"},
        "propertyNames": {"pattern": r"^attr\.[A-Za-z][A-Za-z0-9_-]*$"},
    },
    style="form",
    explode=True,
)
