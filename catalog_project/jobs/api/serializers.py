"""What a job looks like."""

from typing import Any

from drf_spectacular.utils import OpenApiExample, extend_schema_serializer
from rest_framework import serializers

from catalog_project.api.serializers import TimeField
from catalog_project.jobs.models import Job

TIME = "2026-01-31T12:00:00.000000Z"
JOB = {
    "id": 7,
    "kind": "import",
    "status": "succeeded",
    "owner": "anna",
    "dry_run": False,
    "total": 1000,
    "processed": 1000,
    "succeeded": 998,
    "failed": 2,
    "summary": {"created": 990, "changed": 5, "unchanged": 3, "failed": 2},
    "error": None,
    "failures": "https://catalog.example.org/api/v1/jobs/7/failures/",
    "created_at": TIME,
    "started_at": TIME,
    "finished_at": TIME,
    "updated_at": TIME,
}


@extend_schema_serializer(
    examples=[OpenApiExample("A job", value=JOB, response_only=True, status_codes=["200", "202"])]
)
class JobSerializer(serializers.Serializer[Job]):
    """A job. One that `succeeded` has worked on all items, of which some may have failed."""

    id = serializers.IntegerField()
    kind = serializers.CharField()
    status = serializers.ChoiceField(choices=Job.Status.choices)
    owner = serializers.CharField(source="owner.username", default=None, allow_null=True, help_text="Who asked for it.")
    dry_run = serializers.BooleanField(help_text="Everything was done and taken back; the counters come at its end.")
    total = serializers.IntegerField(allow_null=True, help_text="Items in all; null until they are counted.")
    processed = serializers.IntegerField()
    succeeded = serializers.IntegerField()
    failed = serializers.IntegerField()
    summary = serializers.DictField(child=serializers.IntegerField(), help_text="What the kind of job counts beside.")
    error = serializers.SerializerMethodField(help_text="Why the job as a whole failed.")
    failures = serializers.SerializerMethodField(help_text="Where the failed items are.")
    created_at = TimeField()
    started_at = TimeField(allow_null=True)
    finished_at = TimeField(allow_null=True)
    updated_at = TimeField()

    def get_error(self, job: Job) -> str | None:
        """The reason, where there is one."""
        return job.error or None

    def get_failures(self, job: Job) -> str:
        """The absolute address."""
        return f"{self.context['address']}failures/"


def job_document(job: Job, address: str) -> dict[str, Any]:
    """A job under its absolute address."""
    return dict(JobSerializer(job, context={"address": address}).data)
