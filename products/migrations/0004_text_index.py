"""The text index: words of every product, the vocabulary of searches, and what each database finds them with."""

import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models

import catalog_project.models
import products.models.words
from products.migrations._text_index import add_text_index, remove_text_index


class Migration(migrations.Migration):
    dependencies = [
        ("products", "0003_facets"),
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
        migrations.CreateModel(
            name="ListingWords",
            fields=[
                ("created_at", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ("updated_at", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                (
                    "listing",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="found_by",
                        serialize=False,
                        to="products.listing",
                    ),
                ),
                ("words", products.models.words.WordsField()),
            ],
            options={"verbose_name_plural": "listing words"},
        ),
        migrations.RunPython(add_text_index, remove_text_index),
    ]
