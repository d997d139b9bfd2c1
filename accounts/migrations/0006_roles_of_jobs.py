"""Jobs join the roles."""

from django.db import migrations

from accounts.services.roles import sync_roles


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0005_api_keys"),
        ("jobs", "0001_initial"),
    ]

    # Nothing to undo: see 0002.
    operations = [migrations.RunPython(sync_roles, migrations.RunPython.noop)]
