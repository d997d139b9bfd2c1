"""What people do with jobs: ask for one, and call one off."""

import logging
from collections.abc import Mapping
from functools import partial
from typing import Any

from django.db import transaction
from django.utils import timezone

from catalog_project.errors import Conflict
from catalog_project.jobs.models import Job
from catalog_project.jobs.uploads import Upload, discard

logger = logging.getLogger(__name__)


@transaction.atomic
def create_job(*, by: Any, kind: str, upload: Upload, options: Mapping[str, Any], dry_run: bool = False) -> Job:
    """Queue a job of a registered kind over an upload, which belongs to it from here on."""
    job: Job = Job.objects.create(
        owner=by,
        kind=kind,
        dry_run=dry_run,
        options=dict(options),
        upload=upload.name,
        size=upload.size,
        sha256=upload.sha256,
    )
    logger.info("job queued", extra={"job": job.pk, "kind": kind, "size": upload.size, "user_id": by.pk})
    return job


@transaction.atomic
def cancel_job(*, by: Any, job: Job) -> Job:
    """End a job. What has landed stays, a batch under way is taken back; a cancelled job stays as it is.

    Raises Conflict (`job_finished`) for one that has ended otherwise.
    """
    ended = Job.objects.unfinished().filter(pk=job.pk)
    if ended.update(status=Job.Status.CANCELLED, lease=None, leased_until=None, finished_at=timezone.now()):
        # A worker that reads the file goes on reading until its next batch is refused.
        transaction.on_commit(partial(discard, job.upload))
        logger.info("job cancelled", extra={"job": job.pk, "user_id": by.pk})
    job.refresh_from_db()
    if job.status != Job.Status.CANCELLED:
        raise Conflict(f"The job has {job.status} already.", code="job_finished")
    return job
