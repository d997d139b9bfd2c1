"""What facets are summed up from: counts of products of each kind, and where the prices of categories begin and end."""

import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models

import products.models.integers
from products.migrations._listing_counts import keep_counts, keep_none

FILL = {
    "postgresql": """
        UPDATE products_lowestprice price SET category_ids = listing.category_ids,
            highest = (listing.prices -> price.currency ->> 1)::numeric
        FROM products_listing listing WHERE listing.product_id = price.listing_id AND listing.prices ? price.currency
    """,
    "sqlite": """
        UPDATE products_lowestprice SET category_ids = listing.category_ids,
            highest = json_extract(listing.prices, '$."' || products_lowestprice.currency || '"[1]')
        FROM products_listing listing WHERE listing.product_id = products_lowestprice.listing_id
            AND json_type(listing.prices, '$."' || products_lowestprice.currency || '"[1]') IS NOT NULL
    """,
}


def fill(apps, schema_editor):
    schema_editor.execute(FILL[schema_editor.connection.vendor], params=None)


class Migration(migrations.Migration):
    dependencies = [
        ("products", "0007_search_looks"),
    ]

    operations = [
        migrations.AddField(
            model_name="lowestprice",
            name="highest",
            field=models.DecimalField(decimal_places=4, default=0, max_digits=14),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="lowestprice",
            name="category_ids",
            field=products.models.integers.IntegersField(default=list),
            preserve_default=False,
        ),
        migrations.RunPython(fill, migrations.RunPython.noop),
        migrations.AddIndex(
            model_name="lowestprice",
            index=models.Index(
                models.F("currency"), models.F("category_ids"), models.F("amount"), name="lowest_price_by_shelf"
            ),
        ),
        migrations.AddIndex(
            model_name="lowestprice",
            index=models.Index(
                models.F("currency"), models.F("category_ids"), models.F("highest"), name="highest_price_by_shelf"
            ),
        ),
        migrations.CreateModel(
            name="ListingCount",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ("updated_at", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ("category_ids", products.models.integers.IntegersField()),
                ("in_stock", models.BooleanField()),
                ("published_from", models.DateTimeField(null=True)),
                ("published_until", models.DateTimeField(null=True)),
                ("n", models.BigIntegerField()),
                (
                    "brand",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="products.brand",
                    ),
                ),
                (
                    "product_type",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="products.producttype",
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.RunPython(keep_counts, keep_none),
    ]
