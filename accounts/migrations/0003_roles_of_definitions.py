"""Attributes and product types join the roles."""

from django.db import migrations

from accounts.services.roles import sync_roles


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0002_roles"),
        ("products", "0002_typed_attributes"),
    ]

    # Nothing to undo: see 0002.
    operations = [migrations.RunPython(sync_roles, migrations.RunPython.noop)]
