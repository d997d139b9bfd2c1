"""Query parameters, read as strictly as bodies: unknown names and values are 400, never ignored."""

import re
from collections.abc import Container, Iterable, Mapping
from copy import deepcopy
from typing import Any, ClassVar, Self

from drf_spectacular.utils import OpenApiParameter
from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail, ParseError, ValidationError
from rest_framework.request import Request

from catalog_project.api.exceptions import faults_of
from catalog_project.api.serializers import StrictSerializer, Suggesting, unknown_value
from catalog_project.comma_lists import split
from catalog_project.errors import Fault, Invalid

MAX_PARAMETER_LENGTH = 4_000
MAX_VALUES = 100
MAX_PARAMETERS = 100
MAX_PAGE_SIZE = 100
DEFAULT_PAGE_SIZE = 20


class IntegerParameter(serializers.IntegerField):
    """A whole number within 64 bits, in plain digits."""

    def to_internal_value(self, data: Any) -> int:
        """The number."""
        if not isinstance(data, str) or not re.fullmatch(r"-?\d{1,18}", data, re.ASCII):
            self.fail("invalid")
        return super().to_internal_value(data)


class ChoiceParameter(serializers.ChoiceField):
    """One of a closed set; a near miss gets a suggestion."""

    def to_internal_value(self, data: Any) -> Any:
        """The value."""
        if data not in self.choices:
            raise ValidationError([unknown_value(data, map(str, self.choices), "The value")])
        return data


class BooleanParameter(ChoiceParameter):
    """`true` or `false`."""

    def __init__(self, **options: Any) -> None:
        super().__init__(choices=["true", "false"], **options)

    def to_internal_value(self, data: Any) -> Any:
        """The truth value."""
        return super().to_internal_value(data) == "true"


class ListParameter(serializers.ListField):
    r"""Several values, separated by commas or by repeating the parameter; any of them will do (OR).

    A comma within a value is `\,`: see `comma_lists`.
    """

    def __init__(self, **options: Any) -> None:
        super().__init__(allow_empty=False, max_length=MAX_VALUES, **options)

    def to_internal_value(self, data: Any) -> list[Any]:
        """The distinct values in their order. Too many are refused unread: each may cost a look into the database."""
        if len(data) > MAX_VALUES:
            self.fail("max_length", max_length=MAX_VALUES)
        return list(dict.fromkeys(super().to_internal_value(data)))


class Query(StrictSerializer):
    """The parameters of an endpoint. This one knows none; subclasses declare theirs as fields."""

    not_narrowing: ClassVar[frozenset[str]] = frozenset({"cursor", "page_size", "count"})
    """Parameters that do not change which rows a list holds, nor their order."""

    further_parameters: ClassVar[tuple[OpenApiParameter, ...]] = ()
    """For the document alone: parameters whose names depend on the data."""

    @classmethod
    def read(cls, request: Request, **context: Any) -> Self:
        """The request's parameters, validated, as `.values`. Raises Invalid that names each faulty parameter.

        Raises ParseError for more than MAX_PARAMETERS of them: to name each would take longer than to answer.
        """
        if len(request.query_params) > MAX_PARAMETERS:
            raise ParseError(f"There are more than {MAX_PARAMETERS} different parameters.")
        query = cls(context={"request": request, "given": request.query_params, **context})
        try:
            query.values = query.run_validation(query._collect(request))
        except ValidationError as error:
            raise Invalid([_as_parameter(fault) for fault in faults_of(error.detail)]) from error
        return query

    values: dict[str, Any]

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        """The declared fields; of a request only those that it names: to copy a field costs more than to use it."""
        given = self.given
        if given is None:
            return super().get_fields()
        return {name: deepcopy(field) for name, field in self._declared_fields.items() if name in given}

    @property
    def given(self) -> Container[str] | None:
        """The names in the request that is read; None where the API is described."""
        return self.context.get("given")

    @property
    def known(self) -> Iterable[str]:
        """The names of all parameters."""
        return self._declared_fields

    def narrowing(self) -> dict[str, Any]:
        """The parameters that decide which rows a list holds and in which order: what a cursor is bound to."""
        return {name: value for name, value in self.values.items() if name not in self.not_narrowing}

    def _collect(self, request: Request) -> dict[str, Any]:
        return {name: self._combine(name, values) for name, values in request.query_params.lists()}

    def _combine(self, name: str, values: list[str]) -> Any:
        return [part for value in values for part in split(value)] if self._is_list(name) else values[0]

    def _is_list(self, name: str) -> bool:
        return isinstance(self.fields.get(name), ListParameter)

    def _strangers(self, data: Mapping[str, Any]) -> dict[str, list[ErrorDetail]]:
        if not data:
            return {}
        given = self.context["request"].query_params.lists()
        misgiven = {name: [fault] for name, values in given if (fault := self._misgiven(name, values))}
        return {**misgiven, **super()._strangers(data)}

    def _misgiven(self, name: str, values: list[str]) -> ErrorDetail | None:
        if any(len(value) > MAX_PARAMETER_LENGTH for value in values):
            return ErrorDetail("This is too long.", "max_length")
        if len(values) > 1 and not self._is_list(name):
            return ErrorDetail("Give this once.", "repeated")
        return None

    def _refusal(self, name: str, index: int) -> ErrorDetail:
        code = Suggesting("unknown_parameter", self._closest(name, index))
        return ErrorDetail("This parameter is not known here.", code)


def _as_parameter(fault: Fault) -> Fault:
    pointer = fault.pointer or ""
    name = pointer[1:].partition("/")[0].replace("~1", "/").replace("~0", "~")
    return Fault(fault.code, fault.detail, None, name, fault.suggestion)


class PageQuery(Query):
    """What a list takes that has one order."""

    default_ordering: ClassVar[str] = ""

    cursor = serializers.CharField(required=False, help_text="Opaque: taken from `next` or `previous`.")
    page_size = IntegerParameter(
        required=False, min_value=1, max_value=MAX_PAGE_SIZE, help_text=f"Rows a page; {DEFAULT_PAGE_SIZE} by default."
    )
    count = ChoiceParameter(required=False, choices=["exact"], help_text="Ask for the number of all rows.")

    @property
    def ordering(self) -> str:
        """The order of the list."""
        return self.default_ordering

    @property
    def page_size_wanted(self) -> int:
        """Rows a page."""
        return int(self.values.get("page_size", DEFAULT_PAGE_SIZE))


class ListQuery(PageQuery):
    """What every other list takes. A subclass declares its orderings."""

    orderings: ClassVar[tuple[str, ...]] = ("name", "created_at")
    one_way_orderings: ClassVar[tuple[str, ...]] = ()
    default_ordering: ClassVar[str] = "-created_at"

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        """The declared fields and `ordering`, whose choices are the class's orderings in both directions."""
        if self.given is not None and "ordering" not in self.given:
            return super().get_fields()
        choices = [*(sign + name for name in self.orderings for sign in ("", "-")), *self.one_way_orderings]
        ordering = ChoiceParameter(
            required=False, choices=choices, help_text=f"One of these; `{self.default_ordering}` by default."
        )
        return {**super().get_fields(), "ordering": ordering}

    @property
    def known(self) -> Iterable[str]:
        """The names of all parameters."""
        return [*super().known, "ordering"]

    @property
    def ordering(self) -> str:
        """The ordering asked for, or the default."""
        return str(self.values.get("ordering", self.default_ordering))
