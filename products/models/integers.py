"""Lists of whole numbers in one column: an array on PostgreSQL, JSON on SQLite."""

import json
from typing import Any

from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper


class IntegersField(models.Field):  # type: ignore[type-arg]
    """A list of 64-bit integers; the lookup `overlap` asks whether any of the given ones is among them."""

    def db_type(self, connection: BaseDatabaseWrapper) -> str:
        """The column's type."""
        return "bigint[]" if connection.vendor == "postgresql" else "text"

    def get_db_prep_value(self, value: Any, connection: BaseDatabaseWrapper, prepared: bool = False) -> Any:
        """What the driver is given."""
        if value is None or connection.vendor == "postgresql":
            return value
        return json.dumps(list(value))

    def from_db_value(self, value: Any, expression: Any, connection: BaseDatabaseWrapper) -> Any:
        """A list again."""
        return json.loads(value) if isinstance(value, str) else value


@IntegersField.register_lookup
class Overlap(models.Lookup):
    """`column__overlap=[1, 2]`: whether the column holds any of these numbers."""

    lookup_name = "overlap"
    prepare_rhs = False

    def get_db_prep_lookup(self, value: Any, connection: BaseDatabaseWrapper) -> tuple[str, Any]:
        """The numbers as one parameter."""
        numbers = list(value)
        return "%s", [numbers if connection.vendor == "postgresql" else json.dumps(numbers)]

    def as_postgresql(self, compiler: Any, connection: BaseDatabaseWrapper) -> tuple[str, Any]:
        """One operator, which a GIN index answers."""
        column, left = self.process_lhs(compiler, connection)
        numbers, right = self.process_rhs(compiler, connection)
        return f"{column} && {numbers}::bigint[]", [*left, *right]

    def as_sql(self, compiler: Any, connection: BaseDatabaseWrapper) -> tuple[str, Any]:
        """A look into both lists."""
        column, left = self.process_lhs(compiler, connection)
        numbers, right = self.process_rhs(compiler, connection)
        inside = f"SELECT 1 FROM json_each({column}) own JOIN json_each({numbers}) wanted ON own.value = wanted.value"  # noqa: S608 - Django's own SQL
        return f"EXISTS ({inside})", [*left, *right]
