"""Jobs, and the items of their input that failed."""

from datetime import timedelta
from typing import Any, ClassVar, Self

from django.conf import settings
from django.db import connection, models
from django.db.models import Q
from django.db.models.functions import Now

from catalog_project.jobs.positions import Position
from catalog_project.models import TimestampedModel, TimestampedQuerySet

REASON_LENGTH = 500


class JobQuerySet(TimestampedQuerySet):
    """Jobs, by what may be done with them now. Times are the database's: workers may disagree about theirs."""

    def unfinished(self) -> Self:
        """What is waiting or running."""
        return self.filter(status__in=(Job.Status.QUEUED, Job.Status.RUNNING))

    def free(self) -> Self:
        """What a worker may take: what is queued and due, and what a dead worker left."""
        due = Q(status=Job.Status.QUEUED) & (Q(not_before=None) | Q(not_before__lte=Now()))
        return self.filter(due | self._left())

    def held_by(self, job: "Job") -> Self:
        """The job's row, as long as this worker's lease on it holds and nobody has ended it."""
        return self.filter(pk=job.pk, lease=job.lease, status=Job.Status.RUNNING)

    @staticmethod
    def _left() -> Q:
        # Where only one worker works at a time, whatever it finds running has been left.
        left = Q(status=Job.Status.RUNNING)
        return left & Q(leased_until__lt=Now()) if has_leases() else left


def has_leases() -> bool:
    """Whether several workers share the jobs of this database: each then holds a lease on its own."""
    return bool(connection.features.has_select_for_update_skip_locked)


def in_seconds(seconds: float) -> Any:
    """The moment so many seconds from now, by the database's clock."""
    return Now() + timedelta(seconds=seconds)


class Job(TimestampedModel):
    """Work on the items of an upload, batch by batch.

    `offset` and `line` are where the next batch begins: so many bytes, lines or items lie behind. `total` is None until
    a worker has counted. `lease` is the worker's that has it, good until `leased_until`. `takeovers` and `errors` count
    runs that ended badly since the last batch that landed.
    """

    class Status(models.TextChoices):
        """Where a job stands in its life; the last three are final."""

        QUEUED = "queued"
        RUNNING = "running"
        SUCCEEDED = "succeeded"
        FAILED = "failed"
        CANCELLED = "cancelled"

    FINAL: ClassVar = frozenset({Status.SUCCEEDED, Status.FAILED, Status.CANCELLED})

    kind = models.CharField(max_length=32)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, db_index=False, related_name="jobs"
    )
    status = models.CharField(max_length=9, choices=Status, default=Status.QUEUED)
    dry_run = models.BooleanField(default=False)
    options = models.JSONField(default=dict)
    upload = models.CharField(max_length=64)  # a name below UPLOAD_DIR
    size = models.BigIntegerField()
    sha256 = models.CharField(max_length=64)

    total = models.BigIntegerField(null=True)
    offset = models.BigIntegerField(default=0)
    line = models.BigIntegerField(default=0)
    succeeded = models.BigIntegerField(default=0)
    failed = models.BigIntegerField(default=0)
    summary = models.JSONField(default=dict)
    error = models.CharField(max_length=REASON_LENGTH, blank=True, default="")

    lease = models.UUIDField(null=True)
    leased_until = models.DateTimeField(null=True)
    not_before = models.DateTimeField(null=True)
    takeovers = models.PositiveSmallIntegerField(default=0)
    errors = models.PositiveSmallIntegerField(default=0)
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)

    objects: ClassVar[Any] = JobQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(status__in=["queued", "running", "succeeded", "failed", "cancelled"]),
                name="job_status_known",
                violation_error_code="invalid_choice",
                violation_error_message="The status is none that a job can have.",
            ),
        ]
        indexes: ClassVar = [
            # what workers look for, many times a second
            models.Index("id", name="job_unfinished", condition=Q(status__in=["queued", "running"])),
            models.Index("created_at", "id", name="job_by_created"),  # jobs/ of managers
            models.Index("owner", "created_at", "id", name="job_by_owner"),  # jobs/ of everybody else
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"

    @property
    def processed(self) -> int:
        """How many items have been worked on."""
        return self.succeeded + self.failed

    @property
    def position(self) -> Position:
        """Where the next batch begins."""
        return Position(self.offset, self.line)


class JobFailure(TimestampedModel):
    """An item that failed: its number (a line or an index) and what is told about it, a JSON object as one line."""

    job = models.ForeignKey(Job, on_delete=models.CASCADE, db_index=False, related_name="failures")
    number = models.BigIntegerField()
    body = models.TextField()

    class Meta:
        indexes: ClassVar = [models.Index("job", "number", "id", name="job_failure_by_number")]  # jobs/{id}/failures/

    def __str__(self) -> str:
        return f"{self.job_id}:{self.number}"
