"""The change log joins the roles."""

from django.db import migrations

from accounts.services.roles import sync_roles


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0003_roles_of_definitions"),
        ("products", "0006_changes"),
    ]

    # Nothing to undo: see 0002.
    operations = [migrations.RunPython(sync_roles, migrations.RunPython.noop)]
