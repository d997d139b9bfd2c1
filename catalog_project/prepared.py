"""Query sets whose SQL is made once. To build and compile one costs more than most reads take to run."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, assert_never

from django.db import DEFAULT_DB_ALIAS, connection, connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import QuerySet

from catalog_project.postgresql.base import DatabaseWrapper as PreparingWrapper

Value = datetime | int | str
Converters = dict[int, tuple[list[Callable[..., Any]], Any]]


@dataclass(frozen=True)
class _Plan:
    """SQL with its parameters, by place: which value stands there, if not the parameter itself."""

    sql: str
    parameters: Sequence[Any]
    names: Sequence[str | None]
    converters: Converters


class Prepared:
    """The rows of a query set that differs by values alone: `build` takes them by name, `kinds` says their types.

    `build` is called once for each database with values that stand in for real ones, so it must not look at them, nor
    may the fields change them; every one must end as a parameter of the SQL, of an exact comparison or the like. It
    gives a `values_list`. Raises ValueError where a value is not to be found again, or shows elsewhere.
    """

    def __init__(self, build: Callable[..., QuerySet[Any, Any]], **kinds: type[Value]) -> None:
        self._build, self._kinds = build, kinds
        self._plans: dict[str, _Plan] = {}

    def rows(self, **values: Value) -> list[tuple[Any, ...]]:
        """The rows for these values, as the query set would give them. Raises TypeError for one of another kind."""
        plan = self._plans.get(connection.vendor) or self._prepare()
        self._check(values)
        parameters = [
            given if name is None else _adapted(values[name], given, connection)
            for given, name in zip(plan.parameters, plan.names, strict=True)
        ]
        if plan.converters:
            return _converted(_fetch(plan.sql, parameters), plan.converters)
        database = connections[DEFAULT_DB_ALIAS]
        fetch = database.fetch_prepared if isinstance(database, PreparingWrapper) else _fetch
        return fetch(plan.sql, parameters)

    def _check(self, values: dict[str, Value]) -> None:
        if values.keys() != self._kinds.keys():
            raise TypeError(f"This query takes {', '.join(self._kinds)}.")
        for name, kind in self._kinds.items():
            # Compared with null, a column would need other SQL.
            if not isinstance(values[name], kind):
                raise TypeError(f"{name} must be of type {kind.__name__}.")

    def _prepare(self) -> _Plan:
        stand_ins = {name: _stand_in(kind, index) for index, (name, kind) in enumerate(self._kinds.items())}
        compiler = self._build(**stand_ins).query.get_compiler(connection=connection)
        sql, parameters = compiler.as_sql()
        names = [_name_of(parameter, stand_ins) for parameter in parameters]
        _refuse_leaks(sql, parameters, names, stand_ins)
        columns = [column for column, *_ in compiler.select[: compiler.col_count]]
        plan = _Plan(sql, parameters, names, compiler.get_converters(columns))
        self._plans[connection.vendor] = plan
        return plan


def _fetch(sql: str, parameters: Sequence[Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        found: list[tuple[Any, ...]] = cursor.fetchall()
    return found


def _stand_in(kind: type[Value], index: int) -> Value:
    """A value like no other, within the range of every field."""
    if kind is datetime:
        return datetime(1877, 11, 13, 17, 19, 23, 918_270 + index, UTC)
    return 1_918_273_640 + index if kind is int else f"stand-in-{index}-918273"


def _traces(value: Value) -> list[str]:
    """Texts that betray a stand-in, or a part of one, in SQL or in a parameter that was made of it."""
    match value:
        case datetime():
            return [str(value.year), str(value.microsecond)]
        case int() | str():
            return [str(value)]
        case _:
            assert_never(value)


def _name_of(parameter: Any, stand_ins: dict[str, Value]) -> str | None:
    return next((name for name, value in stand_ins.items() if parameter == _adapted(value, value, connection)), None)


def _refuse_leaks(
    sql: str, parameters: Sequence[Any], names: Sequence[str | None], stand_ins: dict[str, Value]
) -> None:
    rest = [sql, *(repr(given) for given, name in zip(parameters, names, strict=True) if name is None)]
    for name, value in stand_ins.items():
        if name not in names or any(trace in text for trace in _traces(value) for text in rest):
            raise ValueError(f"{name} must be a parameter of the query, and nothing else.")


def _adapted(value: Value, like: Value, to: BaseDatabaseWrapper) -> Any:
    """A value as a parameter. Django tells PostgreSQL the size of an integer by its type, which stays."""
    return to.ops.adapt_datetimefield_value(value) if isinstance(value, datetime) else type(like)(value)  # type: ignore[call-arg, arg-type]


def _converted(rows: list[tuple[Any, ...]], converters: Converters) -> list[tuple[Any, ...]]:
    """As the compiler does it, with the connection at hand: the compiler's belongs to another thread."""
    converted = []
    for row in map(list, rows):
        for place, (functions, column) in converters.items():
            for function in functions:
                row[place] = function(row[place], column, connection)
        converted.append(tuple(row))
    return converted
