"""`manage.py prune_idempotency`: forget answers that are not given again."""

from typing import Any

from django.core.management.base import BaseCommand

from catalog_project.idempotency.records import prune


class Command(BaseCommand):
    """For a daily timer; the catalog may serve meanwhile."""

    help = "Delete answers kept under idempotency keys for more than 24 hours, and say how many."

    def handle(self, *args: Any, **options: Any) -> None:
        """Delete them in batches."""
        self.stdout.write(f"{prune()} expired records deleted")
