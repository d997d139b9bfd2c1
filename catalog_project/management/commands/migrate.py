"""`manage.py migrate`: Django's, with statements that may take long and waits for locks that may not."""

from typing import Any

from django.core.management.commands import migrate
from django.db import connections

from catalog_project.postgresql.patience import MIGRATION, of_process


class Command(migrate.Command):
    """Who waits for a lock on a table holds up everybody who comes after; the migration is started again instead."""

    def handle(self, *args: Any, **options: Any) -> None:
        """Migrate. Raises OperationalError where a lock is not had in time; what was applied until then stays."""
        connection: Any = connections[options["database"]]
        if connection.vendor != "postgresql":
            super().handle(*args, **options)
            return
        connection.grant(MIGRATION)
        super().handle(*args, **options)
        connection.grant(of_process())
