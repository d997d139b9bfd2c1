"""Jobs in the admin: to look at, and to cancel."""

from collections.abc import Sequence
from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest

from catalog_project.errors import Conflict
from catalog_project.jobs.models import Job
from catalog_project.jobs.services import cancel_job


@admin.register(Job)
class JobAdmin(admin.ModelAdmin):  # type: ignore[type-arg]  # generic in the stubs alone
    """Everybody's jobs. They are made by requests, moved by workers, and ended here by the action alone."""

    list_display = ("id", "kind", "owner", "status", "total", "succeeded", "failed", "created_at", "finished_at")
    list_filter = ("status", "kind")
    list_select_related = ("owner",)
    list_per_page = 50
    show_full_result_count = False
    ordering = ("-created_at", "-id")
    actions: Sequence[Any] = ("cancel",)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody: a job needs an upload."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody: what a job did is on record."""
        return False

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """All of them."""
        return [field.name for field in self.opts.fields]

    @admin.action(permissions=["change"], description="Cancel selected jobs")
    def cancel(self, request: HttpRequest, queryset: QuerySet[Job]) -> None:
        """End them; those that have finished are named."""
        for job in queryset:
            try:
                cancel_job(by=request.user, job=job)
            except Conflict as error:
                self.message_user(request, f"Job {job.pk}: {error.detail}", messages.WARNING)
            else:
                self.message_user(request, f"Job {job.pk} is cancelled.")
