"""Updating many rows, each with values of its own."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Any

from django.db import connection

from products.models.inserting import BATCH, WRITERS

# Django writes a CASE for every value, which takes longer to compile than to run.
WORTH_A_LIST = 20


def update_rows(rows: Sequence[Any], names: Collection[str]) -> None:
    """Write the named fields of existing rows of one model. Raises IntegrityError as `bulk_update` does."""
    if is_worth_a_list(len(rows)):
        update_from_lists(rows, names)
    elif len(rows) == 1:
        _update_row(rows[0], names)
    elif rows:
        type(rows[0])._default_manager.bulk_update(rows, sorted(names), BATCH)


def is_worth_a_list(count: int) -> bool:
    """Whether so many rows are updated with lists."""
    return connection.vendor == "postgresql" and count >= WORTH_A_LIST


def update_from_lists(rows: Sequence[Any], names: Collection[str]) -> int:
    """One UPDATE that takes a list of texts for each column, on PostgreSQL; returns how many of the rows were there."""
    table, key = rows[0]._meta.db_table, rows[0]._meta.pk.column
    fields = [rows[0]._meta.get_field(name) for name in sorted(names)]
    columns = ", ".join(f'"{field.column}"' for field in fields)
    wanted = ", ".join(f'"{field.column}" = fresh."{field.column}"{_cast(field)}' for field in fields)
    lists = ", ".join(["%s::text[]"] * len(fields))
    statement = (
        f'UPDATE "{table}" AS present SET {wanted} '  # noqa: S608 - names of columns
        f'FROM unnest(%s::bigint[], {lists}) AS fresh (id, {columns}) WHERE present."{key}" = fresh.id'
    )
    values = [_array(_text(field, getattr(row, field.attname)) for row in rows) for field in fields]
    with connection.cursor() as cursor:
        cursor.execute(statement, [[row.pk for row in rows], *values])
        return int(cursor.rowcount)


def _update_row(row: Any, names: Collection[str]) -> None:
    columns = [row._meta.get_field(name).attname for name in sorted(names)]
    type(row)._default_manager.filter(pk=row.pk).update(**{name: getattr(row, name) for name in columns})


def _cast(field: Any) -> str:
    """From text to the column's type; none to a text, which a cast would cut where it is too long."""
    kind = field.db_type(connection)
    return "" if kind == "text" or kind.startswith("varchar") else f"::{kind}"


def _array(texts: Iterable[str | None]) -> str:
    """As PostgreSQL reads an array (its manual, 8.15.6): the driver takes five times as long for long texts."""
    return "{" + ",".join("NULL" if text is None else f'"{_escaped(text)}"' for text in texts) + "}"


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"')


def _text(field: Any, value: Any) -> str | None:
    if value is None or isinstance(value, str):
        return value
    if type(field) in WRITERS:
        return WRITERS[type(field)](value)
    if isinstance(value, list):
        return "{" + ",".join(map(str, value)) + "}"
    return value.isoformat() if isinstance(value, datetime) else str(value)
