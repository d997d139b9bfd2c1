"""Addresses under `/api/v1/jobs/`."""

from django.urls import path, re_path

from catalog_project.jobs.api import problems  # noqa: F401 - registers the codes of jobs
from catalog_project.jobs.api.views import JobViewSet

urlpatterns = [
    path("", JobViewSet.as_view({"get": "list"}), name="jobs"),
    re_path(r"^(?P<ref>[0-9]+)/$", JobViewSet.as_view({"get": "retrieve"}), name="job"),
    re_path(r"^(?P<ref>[0-9]+)/failures/$", JobViewSet.as_view({"get": "get_job_failures"}), name="job_failures"),
    re_path(r"^(?P<ref>[0-9]+)/cancel/$", JobViewSet.as_view({"post": "cancel_job"}), name="job_cancel"),
]
