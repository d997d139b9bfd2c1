"""Inserting rows: through COPY where it pays."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from operator import attrgetter
from typing import Any

import orjson
from django.db import connection
from django.db.models import ForeignKey, JSONField
from django.utils import timezone

from catalog_project.models import DerivedField, TimestampedModel
from products.models.words import WordsField, tsvector

# Django's own limit on SQLite is lower where a row has many columns.
BATCH = 500
# COPY costs a second statement for the ids. For a batch it takes half the time of INSERT all the same.
WORTH_COPYING = 200
# How COPY takes what the driver does not write by itself.
WRITERS: dict[type, Callable[[Any], str]] = {
    JSONField: lambda value: orjson.dumps(value).decode(),
    WordsField: tsvector,
}
STAMPS = ("created_at", "updated_at")


def insert_rows(rows: Sequence[TimestampedModel]) -> None:
    """Insert new rows of one model and give them their ids. Raises IntegrityError as `bulk_create` does."""
    if _is_worth_copying(rows):
        _copy_rows(rows)
    elif rows:
        type(rows[0])._default_manager.bulk_create(rows, BATCH)


def insert_lines(model: type[TimestampedModel], columns: Sequence[str], lines: Sequence[Sequence[Any]]) -> None:
    """Insert new rows given by the values of some columns, created now; every other column has its default there.

    For rows that nobody needs in memory: to make them would cost more than to write them.
    """
    now = timezone.now()
    columns = (*columns, *STAMPS)
    if _is_worth_copying(lines):
        text = now.isoformat()  # the driver would make it once a line
        _copy(model, columns, ((*line, text, text) for line in lines))
    elif lines:
        rows = [model(**dict(zip(columns, (*line, now, now), strict=True))) for line in lines]
        model._default_manager.bulk_create(rows, BATCH)


def _is_worth_copying(rows: Sequence[Any]) -> bool:
    return connection.vendor == "postgresql" and len(rows) >= WORTH_COPYING


def _copy(model: type[TimestampedModel], columns: Sequence[str], lines: Iterable[Sequence[Any]]) -> None:
    """Write the values of columns, which are named as in memory (`brand_id`), line by line."""
    fields = {field.attname: field for field in model._meta.concrete_fields}
    names = ", ".join(f'"{fields[name].column}"' for name in columns)
    kinds = [type(fields[name]) for name in columns]
    written = [(index, WRITERS[kind]) for index, kind in enumerate(kinds) if kind in WRITERS]
    statement = f'COPY "{model._meta.db_table}" ({names}) FROM STDIN'
    with connection.cursor() as cursor, connection.wrap_database_errors, cursor.copy(statement) as copy:
        for line in _converted(lines, written) if written else lines:
            copy.write_row(line)


def _converted(
    lines: Iterable[Sequence[Any]], written: Sequence[tuple[int, Callable[[Any], str]]]
) -> Iterator[list[Any]]:
    for values in lines:
        line = list(values)
        for index, write in written:
            line[index] = write(line[index])
        yield line


def _copy_rows(rows: Sequence[Any]) -> None:
    if rows[0].pk is None:
        claim_ids(rows)
    columns = [field.attname for field in type(rows[0])._meta.concrete_fields if not field.generated]
    _copy(type(rows[0]), columns, _lines(rows, columns))
    for row in rows:
        row._state.adding, row._state.db = False, connection.alias  # noqa: SLF001 - as Django's own bulk_create does


def _lines(rows: Sequence[Any], columns: Sequence[str]) -> Iterator[tuple[Any, ...]]:
    fields = type(rows[0])._meta.concrete_fields
    derived = [field for field in fields if isinstance(field, DerivedField)]
    references = [field for field in fields if isinstance(field, ForeignKey)]
    values = attrgetter(*columns)
    for row in rows:
        for field in derived:
            field.pre_save(row, add=True)
        for reference in references:
            _take_id(row, reference)
        yield values(row)


def claim_ids(rows: Sequence[Any]) -> None:
    """Take ids for new rows from the sequence of their table (PostgreSQL): COPY does not return those it gives."""
    with connection.cursor() as cursor:
        table = rows[0]._meta.db_table
        cursor.execute(
            "SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)", [table, len(rows)]
        )
        for row, (pk,) in zip(rows, cursor.fetchall(), strict=True):
            row.pk = pk


def _take_id(row: Any, field: Any) -> None:
    """The row that is referred to may have been inserted after this one was made."""
    related = row._state.fields_cache.get(field.name)  # noqa: SLF001 - where Django keeps it
    if related is not None:
        row.__dict__[field.attname] = related.pk
