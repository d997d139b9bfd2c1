"""Deleting rows that are loaded already."""

from collections.abc import Sequence

from django.db import connection
from django.db.models import Model
from django.db.models.deletion import Collector


def delete_rows(rows: Sequence[Model]) -> None:
    """Delete rows of one model with what belongs to them, as `delete` of each would, in one go.

    Raises ProtectedError as that does. The rows lose their ids.
    """
    collector = Collector(using=connection.alias)
    collector.collect(rows)
    collector.delete()
