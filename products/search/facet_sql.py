"""What the SQL of facets says differently on PostgreSQL and SQLite. Values in JSON are lists, or on variants single."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection

from products.models import Attribute
from products.search.filterable import Filterable


@dataclass(frozen=True)
class Sql:
    """A piece of SQL and its values."""

    text: str
    values: Sequence[Any] = ()


def text(expression: str) -> str:
    """A value as it is sent: PostgreSQL wants one type in a column, SQLite would shorten numbers."""
    return f"({expression})::text" if _is_postgresql() else expression


def amount(currency: str, index: int) -> Sql:
    """A listing's lowest (0) or highest (1) price in a currency, or null."""
    if _is_postgresql():
        return Sql("(prices -> %s ->> %s::int)::float8", [currency, index])
    return Sql("json_extract(prices, %s)", [f'$."{currency}"[{index}]'])


def listed(attribute: Filterable) -> Sql:
    """A listing's list of values of an attribute, or null."""
    if _is_postgresql():
        return Sql("facet_values -> %s", [attribute.code])
    return Sql("json_extract(facet_values, %s)", [f'$."{attribute.code}"'])


def elements(column: str) -> Sql:
    """The step `matching` with each value in a column of lists."""
    if _is_postgresql():
        return Sql(f"SELECT product_id, value FROM matching, jsonb_array_elements_text({column}) AS element(value)")
    return Sql(f"SELECT product_id, element.value FROM matching, json_each({column}) AS element")


def variant_values(attribute: Filterable) -> Sql:
    """The step `pairs` with each value of an attribute that variants have."""
    types = f"product_type_id IN ({ids(attribute.variant_types)})"
    if _is_postgresql():
        items = "jsonb_path_query(attributes, %s::jsonpath) AS element(item)"
        return Sql(
            f"SELECT product_id, item #>> '{{}}' AS value FROM pairs, {items} WHERE {types} AND item <> 'null'",
            [f'$."{attribute.code}"[*]'],
        )
    items = "json_each(attributes, %s) AS element"
    return Sql(
        f"SELECT product_id, element.value FROM pairs, {items} WHERE {types} AND element.value IS NOT NULL",
        [f'$."{attribute.code}"'],
    )


def ordered(attribute: Filterable, value: str) -> str:
    """A value as something that compares: a number as such, a date as text."""
    if not _is_postgresql():
        return value
    return f"{value}::numeric" if attribute.type == Attribute.Type.NUMBER else f'{value} COLLATE "C"'


def limit(attribute: Filterable) -> str:
    """A placeholder for what `ordered` is compared with."""
    return "%s::numeric" if _is_postgresql() and attribute.type == Attribute.Type.NUMBER else "%s"


def by_code_point(value: str) -> str:
    """A text in an order that is the same everywhere."""
    return f'{value} COLLATE "C"' if _is_postgresql() else value


def ids(values: Collection[int]) -> str:
    """Whole numbers as a list."""
    return ", ".join(map(str, sorted(values)))


def _is_postgresql() -> bool:
    return connection.vendor == "postgresql"
