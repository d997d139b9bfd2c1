"""`/jobs/`"""

from collections.abc import Iterator
from typing import Any, ClassVar

from django.db.models import QuerySet
from django.http import HttpResponseBase, StreamingHttpResponse
from django.urls import reverse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiExample, OpenApiResponse, extend_schema
from rest_framework.exceptions import PermissionDenied
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from catalog_project.api.permissions import SignedIn
from catalog_project.api.query import ChoiceParameter, ListParameter, ListQuery
from catalog_project.api.renderers import ORJSONRenderer
from catalog_project.api.viewsets import ResourceViewSet
from catalog_project.jobs.api.serializers import JobSerializer, job_document
from catalog_project.jobs.models import Job
from catalog_project.jobs.services import cancel_job

VIEW_JOB, CHANGE_JOB = "jobs.view_job", "jobs.change_job"
FAILED_LINE = '{"line": 12, "errors": [{"code": "blank", "detail": "…", "pointer": "/name"}], "record": {"name": ""}}'


class NDJSONRenderer(ORJSONRenderer):
    """One JSON object a line; here it is a name alone, since the lines are streamed."""

    media_type = "application/x-ndjson"
    format = "ndjson"


class JobListQuery(ListQuery):
    """Parameters of the list."""

    orderings = ("created_at",)

    status = ListParameter(required=False, child=ChoiceParameter(choices=Job.Status.choices), help_text="Any of these.")


class JobViewSet(ResourceViewSet):
    """Jobs: one's own, and everybody's for managers."""

    noun, plural = "job", "jobs"
    is_versioned = False
    guarded = ()
    permission_classes = (SignedIn,)
    read_serializer = JobSerializer
    list_query = JobListQuery
    keysets: ClassVar = {"created_at": "created_at"}
    problems: ClassVar = {
        "list": ["not_authenticated"],
        "retrieve": ["not_authenticated"],
        "get_job_failures": ["not_authenticated"],
        "cancel_job": ["not_authenticated", "permission_denied", "job_finished"],
    }

    def get_queryset(self) -> QuerySet[Job]:
        """The jobs that the caller may see."""
        jobs: QuerySet[Job] = Job.objects.select_related("owner")
        return jobs if self.sees_all else jobs.filter(owner=self.request.user.pk)

    def narrow(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        """Those with the status asked for."""
        wanted = self.query.values.get("status")
        return rows.filter(status__in=wanted) if wanted else rows

    @property
    def scope(self) -> str:
        """Whose jobs are listed."""
        return "all" if self.sees_all else f"user {self.request.user.pk}"

    @property
    def sees_all(self) -> bool:
        """Whether the caller sees everybody's."""
        return bool(self.request.user.has_perm(VIEW_JOB))

    def present(self, target: Job) -> dict[str, Any]:
        """One job."""
        return job_document(target, self.request.build_absolute_uri(reverse("job", args=[target.pk])))

    def get_renderers(self) -> list[BaseRenderer]:
        """Failures are lines."""
        return [NDJSONRenderer()] if self.action == "get_job_failures" else super().get_renderers()

    @extend_schema(
        summary="The failed items of a job",
        responses={
            (200, NDJSONRenderer.media_type): OpenApiResponse(
                OpenApiTypes.STR, "One JSON object a line.", [OpenApiExample("A failed item", value=FAILED_LINE)]
            )
        },
    )
    def get_job_failures(self, request: Request, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """One JSON object a line, in the order of the input: where the item stands, what is wrong with it, and itself.

        Those of an import may be mended and sent to `/imports/` as they are.
        """
        rows = self.get_object().failures.order_by("number", "pk").values_list("body", flat=True)
        return StreamingHttpResponse(_lines(rows), content_type=NDJSONRenderer.media_type)

    @extend_schema(request=None, summary="Cancel a job", responses=JobSerializer)
    def cancel_job(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """What has landed stays, a batch under way is taken back. A cancelled job stays as it is."""
        job = self.get_object()
        if job.owner_id != request.user.pk and not request.user.has_perm(CHANGE_JOB):
            raise PermissionDenied
        self.refuse_body()
        return Response(self.present(cancel_job(by=request.user, job=job)))


def _lines(rows: QuerySet[Any, Any]) -> Iterator[bytes]:
    for body in rows.iterator(chunk_size=500):
        yield body.encode() + b"\n"
