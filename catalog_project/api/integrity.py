"""Database constraint -> domain error, in one place.

Each constraint of a model carries its code and sentence (`violation_error_code`, `violation_error_message`); an
IntegrityError names the constraint (PostgreSQL) or its columns (SQLite). Whatever else the driver says stays here.
"""

import re
from functools import cache

from django.apps import apps
from django.db import IntegrityError
from django.db.models import BaseConstraint, Model, UniqueConstraint

from catalog_project.errors import Conflict, DomainError, Fault, Invalid
from catalog_project.models import DerivedField

FOREIGN_KEY_VIOLATION = "23503"
NOT_NULL_VIOLATION = "23502"


def translate(error: IntegrityError) -> DomainError:
    """The domain error behind an IntegrityError: duplicate, broken rule, or a reference that is gone or in use."""
    known = constraint_of(error)
    if known is not None:
        return _from_constraint(*known)
    if _is_foreign_key(error):
        return Conflict("Something that this refers to, or that refers to this, changed meanwhile.", code="in_use")
    return Conflict("The request does not fit the present state.")


def constraint_of(error: IntegrityError) -> tuple[type[Model], BaseConstraint] | None:
    """The model and named constraint that an IntegrityError violated, if it is one of ours."""
    name = _name_from_postgresql(error) or _name_from_sqlite(str(error))
    return _constraints().get(name) if name else None


def pointer_of(model: type[Model], constraint: BaseConstraint) -> str:
    """Where the fields of a constraint stand in the API's documents; "" when they are several."""
    fields: tuple[str, ...] = getattr(constraint, "fields", ())
    if len(fields) != 1:
        return ""
    field = model._meta.get_field(fields[0])
    return f"/{field.source if isinstance(field, DerivedField) else field.name}"


def _from_constraint(model: type[Model], constraint: BaseConstraint) -> DomainError:
    sentence = str(constraint.violation_error_message)
    code = constraint.violation_error_code or "invalid"
    fault = Fault(code, sentence, pointer_of(model, constraint))
    if isinstance(constraint, UniqueConstraint):
        return Conflict(sentence, code=code, faults=[fault])
    return Invalid([fault])


def _name_from_postgresql(error: IntegrityError) -> str | None:
    diagnostics = getattr(error.__cause__, "diag", None)
    return getattr(diagnostics, "constraint_name", None)


def _name_from_sqlite(message: str) -> str | None:
    if found := re.search(r"constraint failed: (?:index ')?(\w+)'?$", message):
        return found[1]
    if found := re.search(r"UNIQUE constraint failed: (.+)$", message):
        return _unique_by_columns().get(frozenset(found[1].split(", ")))
    return None


def _is_foreign_key(error: IntegrityError) -> bool:
    sqlstate = getattr(error.__cause__, "sqlstate", None)
    return sqlstate == FOREIGN_KEY_VIOLATION or "FOREIGN KEY" in str(error)


@cache
def _constraints() -> dict[str, tuple[type[Model], BaseConstraint]]:
    return {rule.name: (model, rule) for model in apps.get_models() for rule in model._meta.constraints}


@cache
def _unique_by_columns() -> dict[frozenset[str], str]:
    return {
        frozenset(f"{model._meta.db_table}.{model._meta.get_field(name).column}" for name in rule.fields): rule.name  # type: ignore[union-attr]
        for model, rule in _constraints().values()
        if isinstance(rule, UniqueConstraint)
    }
