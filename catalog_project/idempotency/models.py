"""The one table: answers that a repeated request gets again."""

from datetime import timedelta
from typing import ClassVar, Self

from django.db import models
from django.utils import timezone

from catalog_project.models import CodeField, TimestampedModel, TimestampedQuerySet

LIFETIME = timedelta(hours=24)


class RecordQuerySet(TimestampedQuerySet):
    """Kept answers."""

    def expired(self) -> Self:
        """Those that are not given again."""
        return self.filter(created_at__lte=timezone.now() - LIFETIME)


class Record(TimestampedModel):
    """What was answered to a POST under a key, written in the transaction of its effect.

    `request_hash` tells whether another request is the same one; `headers` maps names to values.
    """

    # No foreign key: it would lock the user's row with every write, and a record outlives nobody by more than a day.
    user_id = models.BigIntegerField()
    method = models.CharField(max_length=16)
    path = CodeField(max_length=500)
    key = CodeField(max_length=255)
    request_hash = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField()
    headers = models.JSONField()
    body = models.BinaryField()

    objects: ClassVar[RecordQuerySet] = RecordQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["user_id", "method", "path", "key"],
                name="idempotency_record_unique",
                violation_error_code="idempotency_in_flight",
                violation_error_message="A request under this key is being answered.",
            ),
        ]
        # Used by prune_idempotency.
        indexes: ClassVar = [models.Index(fields=["created_at"], name="idempotency_by_age")]

    def __str__(self) -> str:
        return f"{self.method} {self.path} under {self.key}"

    @property
    def has_expired(self) -> bool:
        """Whether it is not given again."""
        return self.created_at <= timezone.now() - LIFETIME
