"""The roles of the catalog: groups with their rights."""

from django.db import migrations

from accounts.services.roles import sync_roles


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0001_initial"),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("contenttypes", "0002_remove_content_type_name"),
        ("products", "0001_initial"),
    ]

    # Nothing to undo: the groups may be in use, and the table of groups goes with the app that owns it.
    operations = [migrations.RunPython(sync_roles, migrations.RunPython.noop)]
