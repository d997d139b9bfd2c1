"""How a request becomes a job: its body is kept, and the answer says where the job is."""

from collections.abc import Collection, Mapping
from functools import cached_property
from typing import Any

from django.http import HttpResponseBase
from django.urls import reverse
from rest_framework import status
from rest_framework.exceptions import UnsupportedMediaType
from rest_framework.request import Request
from rest_framework.response import Response

from catalog_project.api.bodies import read_body
from catalog_project.api.views import StrictView
from catalog_project.jobs.api.serializers import job_document
from catalog_project.jobs.services import create_job
from catalog_project.jobs.uploads import Upload, discard, store


class UploadView(StrictView):
    """A view whose body may be kept for a job; one that no job has taken goes with the answer."""

    _is_taken = False

    @property
    def upload_limit(self) -> int:
        """How many bytes the body may hold. May raise what is wrong with the request."""
        raise NotImplementedError

    @cached_property
    def upload(self) -> Upload:
        """The raw body, kept. Raises what `read_body` and `store` raise."""
        return store(read_body(self.request, limit=self.upload_limit))

    def body_digest(self) -> bytes:
        """Of a body that may be larger than memory."""
        return bytes.fromhex(self.upload.sha256)

    def queue(self, *, kind: str, options: Mapping[str, Any]) -> Response:
        """Let a job have the body: 202 with the job and its address."""
        job = create_job(by=self.request.user, kind=kind, upload=self.upload, options=options, dry_run=self.is_dry_run)
        self._is_taken = True
        address = self.request.build_absolute_uri(reverse("job", args=[job.pk]))
        return Response(job_document(job, address), status.HTTP_202_ACCEPTED, headers={"Location": address})

    def dispatch(self, request: Any, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Answer; what is kept of a request that was refused, or answered before, is thrown away."""
        response = super().dispatch(request, *args, **kwargs)
        is_queued = self._is_taken and response.status_code == status.HTTP_202_ACCEPTED
        if "upload" in self.__dict__ and not is_queued:
            discard(self.upload.name)
        return response


def media_type_among(request: Request, known: Collection[str]) -> str:
    """The body's media type, without its parameters. Raises UnsupportedMediaType (415) for any but the known ones.

    A body may be gzipped, with or without saying so.
    """
    media_type = (request.content_type or "").partition(";")[0].strip().lower()
    encoding = request.headers.get("Content-Encoding", "identity").strip().lower()
    if media_type not in known:
        raise UnsupportedMediaType(request.content_type or "", f"Send one of {', '.join(known)}.")
    if encoding not in {"identity", "gzip"}:
        raise UnsupportedMediaType(media_type, "Of all content encodings, only gzip is read here.")
    return media_type
