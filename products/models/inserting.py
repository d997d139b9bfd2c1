"""Inserting rows: through COPY where it pays."""

import json
from collections.abc import Callable, Sequence
from operator import attrgetter
from typing import Any

from django.db import connection
from django.db.models import ForeignKey, JSONField

from catalog_project.models import DerivedField, TimestampedModel
from products.models.words import WordsField, tsvector

# Django's own limit on SQLite is lower where a row has many columns.
BATCH = 500
# COPY costs a second statement for the ids. For a batch it takes half the time of INSERT all the same.
WORTH_COPYING = 200
# How COPY takes what the driver does not write by itself.
WRITERS: dict[type, Callable[[Any], str]] = {JSONField: json.dumps, WordsField: tsvector}


def insert_rows(rows: Sequence[TimestampedModel]) -> None:
    """Insert new rows of one model and give them their ids. Raises IntegrityError as `bulk_create` does."""
    if connection.vendor == "postgresql" and len(rows) >= WORTH_COPYING:
        _copy(rows)
    elif rows:
        type(rows[0])._default_manager.bulk_create(rows, BATCH)


def _copy(rows: Sequence[Any]) -> None:
    fields = type(rows[0])._meta.concrete_fields
    if rows[0].pk is None:
        _claim_ids(rows)
    values = attrgetter(*(field.attname for field in fields))
    derived = [field for field in fields if isinstance(field, DerivedField)]
    references = [field for field in fields if isinstance(field, ForeignKey)]
    written = [(index, WRITERS[type(field)]) for index, field in enumerate(fields) if type(field) in WRITERS]
    columns = ", ".join(f'"{field.column}"' for field in fields)
    statement = f'COPY "{rows[0]._meta.db_table}" ({columns}) FROM STDIN'
    with connection.cursor() as cursor, connection.wrap_database_errors, cursor.copy(statement) as copy:
        for row in rows:
            for field in derived:
                field.pre_save(row, add=True)
            for reference in references:
                _take_id(row, reference)
            line = list(values(row))
            for index, write in written:
                line[index] = write(line[index])
            copy.write_row(line)
    for row in rows:
        row._state.adding, row._state.db = False, connection.alias  # noqa: SLF001 - as Django's own bulk_create does


def _claim_ids(rows: Sequence[Any]) -> None:
    """Take ids from the table's sequence, since COPY does not return those it gives."""
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
