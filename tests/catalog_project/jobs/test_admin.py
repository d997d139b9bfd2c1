"""Jobs in the admin."""

import pytest
from django.test import Client
from django.urls import reverse

from catalog_project.jobs.models import Job
from tests.factories.accounts import UserFactory
from tests.jobs import run_all

pytestmark = pytest.mark.django_db
LIST = "admin:jobs_job_changelist"


def staff(role: str) -> Client:
    client = Client()
    client.force_login(UserFactory(is_staff=True, role=role))
    return client


def test_managers_look_at_jobs_and_cancel_them(queued) -> None:
    done, waiting = queued("a"), None
    run_all()
    waiting = queued("b")
    client = staff("catalog_manager")
    assert client.get(reverse("admin:jobs_job_change", args=[done.pk])).status_code == 200
    chosen = {"action": "cancel", "_selected_action": [done.pk, waiting.pk]}
    page = client.post(reverse(LIST), chosen, follow=True).content.decode()
    assert f"Job {waiting.pk} is cancelled." in page
    assert f"Job {done.pk}: The job has succeeded already." in page
    assert [Job.objects.get(pk=job.pk).status for job in (done, waiting)] == ["succeeded", "cancelled"]


def test_nobody_makes_changes_or_deletes_them_there(queued) -> None:
    job, client = queued("a"), staff("catalog_manager")
    assert client.get(reverse("admin:jobs_job_add")).status_code == 403
    assert client.post(reverse("admin:jobs_job_delete", args=[job.pk]), {"post": "yes"}).status_code == 403
    client.post(reverse("admin:jobs_job_change", args=[job.pk]), {"status": "succeeded", "kind": "x"})
    job.refresh_from_db()
    assert (job.status, job.kind) == ("queued", "groups")


def test_editors_do_not_see_them() -> None:
    assert staff("catalog_editor").get(reverse(LIST)).status_code == 403
