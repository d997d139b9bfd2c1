"""`manage.py check_ready`: may this catalog be sent requests?"""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from catalog_project.health import cache_answers, readiness


class Command(BaseCommand):
    """Asks what /readyz asks, for start scripts and container health checks."""

    help = "Exit 0 when the database answers and holds every migration, else say what is missing and exit 1."
    requires_system_checks = ()

    def handle(self, *args: Any, **options: Any) -> None:
        """Print a line for each part; a cache that does not answer slows the catalog down and stops nothing."""
        parts = readiness()
        for part, is_well in parts.items():
            self.stdout.write(f"{part}: {'ok' if is_well else 'not ready'}")
        self.stdout.write(f"cache: {'ok' if cache_answers() else 'degraded'}")
        if missing := [part for part, is_well in parts.items() if not is_well]:
            raise CommandError(f"not ready: {', '.join(missing)}")
