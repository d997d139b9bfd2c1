"""How many jobs there are and how far they are, for Prometheus.

The workers serve no metrics: whichever server is asked reads the table. `rate(catalog_job_items[1m])` is the items a
second, of all workers together.
"""

from django.db.models import Count, Sum
from prometheus_client import Gauge

from catalog_project.jobs.models import Job

# Each server has read the same table: the last one to do so is right, and adding up would be wrong.
JOBS = Gauge("catalog_jobs", "Jobs, by kind and status.", ["kind", "status"], multiprocess_mode="mostrecent")
ITEMS = Gauge(
    "catalog_job_items",
    "Items that jobs have worked on, by kind and result.",
    ["kind", "result"],
    multiprocess_mode="mostrecent",
)


def sample_jobs() -> None:
    """Publish the state of the table as it is now."""
    sums = (Sum("succeeded"), Sum("failed"))
    for kind, succeeded, failed in Job.objects.values_list("kind").annotate(*sums).order_by():
        ITEMS.labels(kind, "succeeded").set(succeeded)
        ITEMS.labels(kind, "failed").set(failed)
        for status in Job.Status.values:
            JOBS.labels(kind, status).set(0)
    for kind, status, count in Job.objects.values_list("kind", "status").annotate(Count("pk")).order_by():
        JOBS.labels(kind, status).set(count)
