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


def listed_prices(currency: str) -> tuple[Sql, Sql]:
    """A listing's lowest and highest price in a currency, or nulls."""
    return _bounds("prices", currency)


def listed_bounds(attribute: Filterable) -> tuple[Sql, Sql]:
    """The least and the greatest value of a number or date that a listing holds, or nulls."""
    return _bounds("facet_values", attribute.code, is_text=attribute.type != Attribute.Type.NUMBER)


def _bounds(column: str, key: str, *, is_text: bool = False) -> tuple[Sql, Sql]:
    """The first and the last of a list in a JSON object, which is in order."""
    if not _is_postgresql():
        return Sql(f"json_extract({column}, %s)", [f'$."{key}"[0]']), Sql(
            f"json_extract({column}, %s)", [f'$."{key}"[#-1]']
        )
    form = '({column} -> %s ->> {place}) COLLATE "C"' if is_text else "({column} -> %s -> {place})::numeric"
    return Sql(form.format(column=column, place=0), [key]), Sql(form.format(column=column, place=-1), [key])


def listed(attribute: Filterable) -> Sql:
    """A listing's list of values of an attribute, or null."""
    if _is_postgresql():
        return Sql("facet_values -> %s", [attribute.code])
    return Sql("json_extract(facet_values, %s)", [f'$."{attribute.code}"'])


def elements(column: str, beside: str) -> Sql:
    """The step `matching` with each value in a column of lists, and another column beside it."""
    if _is_postgresql():
        return Sql(f"SELECT {beside}, value FROM matching, jsonb_array_elements_text({column}) AS element(value)")
    return Sql(f"SELECT {beside}, element.value FROM matching, json_each({column}) AS element")


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
