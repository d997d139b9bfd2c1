"""The vocabulary of searches and, on PostgreSQL, trigram indexes to find words by their end and SKUs by a part."""

import django.utils.timezone
from django.db import migrations, models

import catalog_project.models

# The extension is a trusted one: whoever may create tables in the database may create it. It stays when this is undone,
# since others may use it by then.
ADD = (
    "CREATE EXTENSION IF NOT EXISTS pg_trgm",
    "CREATE INDEX search_word_by_trigrams ON products_searchword USING gin (word gin_trgm_ops)",
    "CREATE INDEX variant_by_sku_trigrams ON products_variant USING gin (sku_key gin_trgm_ops)",
)
REMOVE = ("DROP INDEX search_word_by_trigrams", "DROP INDEX variant_by_sku_trigrams")


def add_trigrams(apps, schema_editor):
    execute(schema_editor, ADD)


def remove_trigrams(apps, schema_editor):
    execute(schema_editor, REMOVE)


def execute(schema_editor, statements):
    if schema_editor.connection.vendor == "postgresql":
        for statement in statements:
            schema_editor.execute(statement)


class Migration(migrations.Migration):
    dependencies = [
        ("products", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="SearchWord",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ("updated_at", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ("word", catalog_project.models.CodeField(max_length=64)),
                ("source", catalog_project.models.CodeField(default="", max_length=24)),
            ],
            options={
                "indexes": [
                    models.Index(models.F("word"), name="search_word_by_word"),
                    models.Index(
                        models.F("word"),
                        condition=models.Q(("source", ""), _negated=True),
                        name="search_word_by_name",
                    ),
                    models.Index(
                        models.F("source"),
                        condition=models.Q(("source", ""), _negated=True),
                        name="search_word_by_source",
                    ),
                ],
            },
        ),
        migrations.RunPython(add_trigrams, remove_trigrams),
    ]
