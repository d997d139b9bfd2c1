"""Filterable attributes, and conditions on their values.

An attribute may belong to products of one type and to the variants of another.
"""

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import BooleanField, F, Func, Q
from django.utils.functional import cached_property

from products.models import Attribute, ProductTypeAttribute
from products.models.product_type import option_labels

Level = ProductTypeAttribute.Level
RANGED = frozenset({Attribute.Type.NUMBER, Attribute.Type.DATE})
MAX_INT64 = 2**63 - 1


@dataclass(frozen=True)
class Filterable:
    """An attribute by which products can be filtered.

    `options` holds labels by code; `product_types` and `variant_types` the ids of the types whose products, or whose
    variants, have it.
    """

    code: str
    type: str
    options: Mapping[str, str]
    product_types: frozenset[int]
    variant_types: frozenset[int]

    @property
    def is_ranged(self) -> bool:
        """Whether its values have an order that matters: numbers and dates."""
        return self.type in RANGED

    @property
    def all_types(self) -> frozenset[int]:
        """The types that have it on either level."""
        return self.product_types | self.variant_types


def filterable_attributes(codes: Collection[str]) -> dict[str, Filterable]:
    """Those of these attributes that are filterable, by code; three queries, or none for no codes."""
    if not codes:
        return {}
    attributes = list(Attribute.objects.filter(code__in=codes, filterable=True).order_by("code"))
    types: dict[tuple[int, str], set[int]] = {}
    links = ProductTypeAttribute.objects.filter(attribute__in=[attribute.pk for attribute in attributes])
    for attribute_id, level, type_id in links.values_list("attribute_id", "level", "product_type_id"):
        types.setdefault((attribute_id, level), set()).add(type_id)
    labels = option_labels(attribute.pk for attribute in attributes if attribute.has_options)
    return {
        attribute.code: Filterable(
            code=attribute.code,
            type=attribute.type,
            options=labels.get(attribute.pk, {}),
            product_types=frozenset(types.get((attribute.pk, Level.PRODUCT), ())),
            variant_types=frozenset(types.get((attribute.pk, Level.VARIANT), ())),
        )
        for attribute in attributes
    }


@dataclass(frozen=True)
class AttributeCondition:
    """What one value of an attribute must be: any of `values`, and within `least` and `most`, as far as given."""

    attribute: Filterable
    values: tuple[Any, ...] = ()
    least: Any = None
    most: Any = None

    def __str__(self) -> str:
        return self.path

    def on_listing(self) -> Q:
        """That the product or any variant has such a value; an index knows which."""
        return Q(HasValue("facet_values", self))

    def on_variant(self) -> Q:
        """That a variant has such a value, where its type keeps the attribute on variants."""
        if not self.attribute.variant_types:
            return Q()
        has_value = Q(HasValue("attributes", self))
        if not self.attribute.product_types:
            return has_value
        return has_value | Q(product__product_type__in=sorted(self.attribute.product_types))

    @cached_property
    def path(self) -> str:
        """As SQL/JSON path (PostgreSQL): `$."color"[*] ? (@ == "red" || @ == "blue")`."""
        tests = [f"({' || '.join(f'@ == {_literal(value)}' for value in self.values)})"] if self.values else []
        tests += [f"@ {sign} {_literal(limit)}" for sign, limit in self._limits()]
        return f'$."{self.attribute.code}"[*] ? ({" && ".join(tests)})'

    def tests(self, column: str) -> tuple[str, list[Any]]:
        """As SQL on a column of plain values (SQLite)."""
        tests: list[str] = []
        values: list[Any] = []
        if self.values:
            tests.append(f"{column} IN ({', '.join(['%s'] * len(self.values))})")
            values += map(_within_int64, self.values)
        for sign, limit in self._limits():
            tests.append(f"{column} {sign} %s")
            values.append(_within_int64(limit))
        return " AND ".join(tests), values

    def _limits(self) -> list[tuple[str, Any]]:
        return [(sign, limit) for sign, limit in ((">=", self.least), ("<=", self.most)) if limit is not None]


class HasValue(Func):
    """Whether a JSON column of attributes holds a value, alone or in a list, that meets a condition."""

    output_field = BooleanField()
    conditional = True

    def __init__(self, column: str, condition: AttributeCondition) -> None:
        super().__init__(F(column))
        self.condition = condition

    @property
    def identity(self) -> tuple[Any, ...]:
        """What tells it from others like it."""
        return (type(self), self.source_expressions[0], self.condition.path)

    def as_postgresql(self, compiler: Any, connection: Any, **extra: Any) -> tuple[str, list[Any]]:
        """One operator, which a GIN index answers where values are named."""
        column, values = compiler.compile(self.source_expressions[0])
        return f"{column} @? %s::jsonpath", [*values, self.condition.path]

    def as_sqlite(self, compiler: Any, connection: Any, **extra: Any) -> tuple[str, tuple[Any, ...]]:
        """A look into the value or list."""
        column, values = compiler.compile(self.source_expressions[0])
        tests, limits = self.condition.tests("value")
        path = f'$."{self.condition.attribute.code}"'
        return f"EXISTS (SELECT 1 FROM json_each({column}, %s) WHERE {tests})", (*values, path, *limits)  # noqa: S608 - no input


def _literal(value: Any) -> str:
    """A value as SQL/JSON path writes it."""
    if isinstance(value, float):
        return format(Decimal(repr(value)), "f")
    return json.dumps(value, ensure_ascii=False)


def _within_int64(value: Any) -> Any:
    """SQLite reads longer integers as floats."""
    is_long = isinstance(value, int) and not -MAX_INT64 <= value <= MAX_INT64
    return float(value) if is_long else value
