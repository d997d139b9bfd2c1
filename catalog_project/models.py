"""What every table of the project shares."""

from collections.abc import Callable, Collection, Iterable
from typing import Any

from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.utils import timezone


class TimestampedQuerySet(models.QuerySet[Any]):
    """A QuerySet whose `update` moves `updated_at` along, which Django's own forgets."""

    def update(self, **fields: Any) -> int:
        """Update as Django does, with `updated_at` set to now unless given."""
        return super().update(**{"updated_at": timezone.now(), **fields})

    update.alters_data = True  # type: ignore[attr-defined]


class TimestampedModel(models.Model):
    """Abstract base with `created_at` and `updated_at` (UTC, microseconds)."""

    created_at = models.DateTimeField(default=timezone.now, editable=False)
    updated_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = TimestampedQuerySet.as_manager()

    class Meta:
        abstract = True

    def save(self, *, update_fields: Collection[str] | None = None, **options: Any) -> None:  # type: ignore[override]
        """Save as Django does; every save of an existing row moves `updated_at`."""
        if not self._state.adding:
            self.updated_at = timezone.now()
        if update_fields is not None:
            update_fields = {*update_fields, "updated_at"}
        super().save(update_fields=update_fields, **options)

    def parts(self, name: str) -> Iterable[Any]:
        """What belongs to the row, such as a variant's `prices`: as `.prices.all()`, and at once where it is loaded."""
        held = self.__dict__.get("_prefetched_objects_cache", {}).get(name)
        # a manager costs more than what it answers
        parts: Iterable[Any] = getattr(self, name).all() if held is None else held
        return parts

    def derive(self) -> None:
        """Compute the derived fields now; `bulk_update`, unlike `save`, does not."""
        for field in self._meta.concrete_fields:
            if isinstance(field, DerivedField):
                field.pre_save(self, add=False)


class VersionedModel(TimestampedModel):
    """Abstract base of what is edited by several: `version` rises with each effective change."""

    version = models.BigIntegerField(default=1, editable=False)

    class Meta:
        abstract = True

    def save_next_version(self, fields: Collection[str]) -> None:
        """Save changed fields of an existing row as its next version. The caller holds the row's lock."""
        self.version += 1
        self.save(update_fields={*fields, "version"})


class CodePointOrder(models.Field):  # type: ignore[type-arg]
    """Sorts a text column by code point on every database: collation "C" on PostgreSQL, SQLite's own BINARY.

    The order is then the same everywhere, and an index on the column answers prefixes as ranges.
    """

    def db_parameters(self, connection: BaseDatabaseWrapper) -> Any:
        """Add the collation where the database's default is not code point order."""
        parameters = super().db_parameters(connection)
        if connection.vendor == "postgresql":
            parameters["collation"] = "C"
        return parameters


class CodeField(CodePointOrder, models.CharField):  # type: ignore[type-arg]
    """A short text that identifies: a slug or a code."""


class DerivedField(CodePointOrder, models.TextField):  # type: ignore[type-arg]
    """A stored text computed from another field at every save: a normalised key to sort or compare by."""

    def __init__(self, *args: Any, source: str = "", derive: Callable[[str], str] = str, **options: Any) -> None:
        self.source, self.derive = source, derive
        options.setdefault("editable", False)
        super().__init__(*args, **options)

    def deconstruct(self) -> Any:
        """Leave the computation out of migrations: the column does not depend on it."""
        name, path, args, options = super().deconstruct()
        options.pop("editable", None)
        return name, path, args, options

    def pre_save(self, model_instance: models.Model, add: bool) -> str:
        """Compute the value from the source field as it is about to be saved."""
        if not self.source:  # a historical model in a migration
            return str(getattr(model_instance, self.attname))
        value = self.derive(getattr(model_instance, self.source))
        setattr(model_instance, self.attname, value)
        return value
