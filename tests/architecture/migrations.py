"""What is wrong with a migration that runs beside a service in use, told from its operations.

A statement on a table in use may neither hold its lock for long nor leave what the release still running cannot work
with. Not told from the SQL, as linters do: there a RunPython is nothing, and nothing says which tables are new.
"""

import ast
import inspect
import re
from collections.abc import Iterator, Sequence
from functools import singledispatch
from typing import Any, NamedTuple

from django.contrib.postgres.operations import (
    AddConstraintNotValid,
    AddIndexConcurrently,
    ValidateConstraint,
)
from django.db.migrations import Migration, operations
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState
from django.db.models import CheckConstraint, GeneratedField

from catalog_project.postgresql.base import DatabaseWrapper

MIXED = "changes tables and rows in one transaction: rows take long, and the locks on the tables last until the end"
NOT_NULL = "adds a column that the release still running does not fill: give it db_default, or let it be null"
GENERATED = "adds a stored generated column: the table is written anew under its lock"
INDEX = "builds an index while nobody can write: AddIndexConcurrently, in a migration with atomic = False"
UNIQUE = "builds the index of a unique constraint while nobody can write: make it concurrently, then USING INDEX"
FOREIGN_KEY = "looks through the table for a foreign key: add it NOT VALID, and validate it in a later migration"
CHECK = "looks through the table for a constraint: AddConstraintNotValid, and ValidateConstraint in a later migration"
VALIDATED = "validates a constraint under the lock that adding it took: ValidateConstraint in a later migration"
TYPE = "changes the type of a column: the table is written anew under its lock"
SET_NOT_NULL = "looks through the table for nulls under its lock: a check constraint, validated later, is to be first"
RENAMED = "renames what the release still running asks for by its old name"
DROPPED = "drops what the release still running asks for"
ONE_WAY = "cannot be taken back: give it a reverse, RunPython.noop or RunSQL.noop where nothing is to be done"

SCHEMA_FREE = (operations.AlterModelOptions, operations.AlterModelManagers)
SPECIAL = (operations.RunPython, operations.RunSQL)
# What raw SQL says, with the table in the group, where it names one.
TABLE = r"ALTER TABLE (?:IF EXISTS |ONLY )*\"?(\w+)\"? [^;]*?"
SPOKEN = {
    r"CREATE (?:UNIQUE )?INDEX (?!CONCURRENTLY)[^;]*?ON (?:ONLY )?\"?(\w+)": INDEX,
    TABLE + r"ADD COLUMN (?![^;,]*DEFAULT)[^;,]*NOT NULL": NOT_NULL,
    TABLE + r"ADD (?:CONSTRAINT|CHECK|FOREIGN KEY) (?![^;,]*(?:NOT VALID|USING INDEX))": CHECK,
    TABLE + r"ALTER (?:COLUMN )?\S+ (?:SET DATA )?TYPE ": TYPE,
    TABLE + r"SET NOT NULL": SET_NOT_NULL,
    TABLE + r"RENAME ": RENAMED,
    TABLE + r"DROP (?:COLUMN )?(?!CONSTRAINT|COLUMN|DEFAULT|NOT NULL|EXPRESSION|IDENTITY)\w": DROPPED,
    r"DROP TABLE (?:IF EXISTS )?\"?(\w+)": DROPPED,
}

postgresql: Any = DatabaseWrapper({"NAME": "", "OPTIONS": {}, "TIME_ZONE": None, "CONN_MAX_AGE": 0})


class Place(NamedTuple):
    """Where an operation stands: its app, the models before and after it, and what its migration has made so far."""

    app: str
    before: ProjectState
    after: ProjectState
    made: set[str]

    def is_new(self, model: str) -> bool:
        """Whether nobody can use the table of a model yet."""
        return model.lower() in self.made

    def is_new_table(self, table: str) -> bool:
        """The same of a table."""
        return any(table == f"{self.app}_{model}" for model in self.made)


def dangers(migration: Migration, state: ProjectState) -> list[str]:
    """What is wrong with a migration; `state` holds the models ahead of it."""
    kinds = {isinstance(each, SPECIAL) for each in migration.operations if not isinstance(each, SCHEMA_FREE)}
    mixed = [MIXED] if migration.atomic and len(kinds) > 1 else []
    return mixed + list(_of_all(migration.operations, migration.app_label, state.clone(), set()))


def _of_all(each: Sequence[Operation], app: str, state: ProjectState, made: set[str]) -> Iterator[str]:
    for operation in each:
        before = state.clone()
        operation.state_forwards(app, state)
        for danger in of(operation, Place(app, before, state, made)):
            yield f"{operation.describe()}: {danger}"


@singledispatch
def of(operation: Operation, place: Place) -> Iterator[str]:
    """What is wrong with one operation at its place."""
    yield from ()


@of.register
def _(operation: operations.SeparateDatabaseAndState, place: Place) -> Iterator[str]:
    yield from _of_all(operation.database_operations, place.app, place.before, place.made)


@of.register
def _(operation: operations.CreateModel, place: Place) -> Iterator[str]:
    place.made.add(operation.name_lower)
    yield from ()


@of.register
def _(operation: operations.AddField, place: Place) -> Iterator[str]:
    field = _field(place.after, place.app, operation)
    if place.is_new(operation.model_name) or field.many_to_many:
        return
    if isinstance(field, GeneratedField):
        yield GENERATED
    elif not field.null and not field.has_db_default():
        yield NOT_NULL
    yield from _kept_by(field)


@of.register
def _(operation: operations.AlterField, place: Place) -> Iterator[str]:
    if place.is_new(operation.model_name):
        return
    old, new = (_field(state, place.app, operation) for state in (place.before, place.after))
    if old.column != new.column:
        yield RENAMED
    if old.db_type(postgresql) != new.db_type(postgresql):
        yield TYPE
    if old.null and not new.null:
        yield SET_NOT_NULL
    yield from set(_kept_by(new)) - set(_kept_by(old))


@of.register
def _(operation: operations.AddIndex, place: Place) -> Iterator[str]:
    if not isinstance(operation, AddIndexConcurrently) and not place.is_new(operation.model_name):
        yield INDEX


@of.register
def _(operation: operations.AddConstraint, place: Place) -> Iterator[str]:
    if isinstance(operation, AddConstraintNotValid):
        place.made.add(operation.constraint.name)
    elif not place.is_new(operation.model_name):
        yield CHECK if isinstance(operation.constraint, CheckConstraint) else UNIQUE


@of.register
def _(operation: ValidateConstraint, place: Place) -> Iterator[str]:
    if operation.name in place.made:
        yield VALIDATED


@of.register
def _(operation: operations.AlterUniqueTogether, place: Place) -> Iterator[str]:
    if operation.option_value and not place.is_new(operation.name):
        yield UNIQUE


@of.register(operations.RenameField)
@of.register(operations.RenameModel)
@of.register(operations.AlterModelTable)
def _(operation: Operation, place: Place) -> Iterator[str]:
    yield RENAMED


@of.register(operations.RemoveField)
@of.register(operations.DeleteModel)
def _(operation: Operation, place: Place) -> Iterator[str]:
    yield DROPPED


@of.register
def _(operation: operations.RunPython, place: Place) -> Iterator[str]:
    if not operation.reversible:
        yield ONE_WAY
    # Its own words and its reverse's: which are which cannot be told, so what is dropped may be what it made.
    yield from set(_said(_texts(operation.code), place)) - {DROPPED}


@of.register
def _(operation: operations.RunSQL, place: Place) -> Iterator[str]:
    if not operation.reversible:
        yield ONE_WAY
    statements = [operation.sql] if isinstance(operation.sql, str) else operation.sql
    yield from _said((each if isinstance(each, str) else each[0] for each in statements), place)


def _kept_by(field: Any) -> Iterator[str]:
    """What the database builds or looks through for a column."""
    if field.unique:
        yield UNIQUE
    elif field.db_index:
        yield INDEX
    if field.remote_field and getattr(field, "db_constraint", False):
        yield FOREIGN_KEY
    if field.db_check(postgresql):
        yield CHECK


def _field(state: ProjectState, app: str, operation: operations.AddField | operations.AlterField) -> Any:
    return state.apps.get_model(app, operation.model_name)._meta.get_field(operation.name)


def _texts(code: Any) -> Iterator[str]:
    """Every text in the module of a function."""
    for node in ast.walk(ast.parse(inspect.getsource(inspect.getmodule(code)))):  # type: ignore[arg-type]
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value


def _said(texts: Iterator[str], place: Place) -> Iterator[str]:
    for text in texts:
        for pattern, danger in SPOKEN.items():
            found = re.search(pattern, " ".join(text.split()), re.IGNORECASE)
            if found and not place.is_new_table(found[1]):
                yield danger
