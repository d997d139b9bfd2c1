"""Inserting rows: through COPY where it pays."""

import json
from collections.abc import Sequence
from operator import attrgetter
from typing import Any

from django.db import connection
from django.db.models import ForeignKey, JSONField

from catalog_project.models import TimestampedModel

# Django's own limit on SQLite is lower where a row has many columns.
BATCH = 500
# COPY costs a second statement for the ids. For a batch it takes half the time of INSERT all the same.
WORTH_COPYING = 200


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
    documents = [index for index, field in enumerate(fields) if isinstance(field, JSONField)]
    columns = ", ".join(f'"{field.column}"' for field in fields)
    statement = f'COPY "{rows[0]._meta.db_table}" ({columns}) FROM STDIN'
    with connection.cursor() as cursor, connection.wrap_database_errors, cursor.copy(statement) as copy:
        for row in rows:
            _prepare(row, fields)
            line = list(values(row))
            for index in documents:
                line[index] = json.dumps(line[index])
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


def _prepare(row: Any, fields: Sequence[Any]) -> None:
    """Compute derived columns, and take the ids of rows that were inserted after this one was made."""
    row.derive()
    for field in fields:
        if isinstance(field, ForeignKey) and (related := field.get_cached_value(row, default=None)) is not None:
            setattr(row, field.attname, related.pk)
