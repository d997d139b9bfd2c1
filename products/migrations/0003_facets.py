import django.db.models.deletion
import products.models.attributes
from django.db import migrations, models

# Answers ?attr.CODE=: which products have a value, on whatever level.
FORWARDS = "CREATE INDEX listing_by_facet_value ON products_listing USING gin (facet_values jsonb_path_ops)"
BACKWARDS = "DROP INDEX listing_by_facet_value"


def run(statement):
    def on_postgresql(apps, schema_editor):
        if schema_editor.connection.vendor == "postgresql":
            schema_editor.execute(statement)

    return on_postgresql


class Migration(migrations.Migration):

    dependencies = [
        ('products', '0002_read_model'),
        ('products', '0002_typed_attributes'),
    ]

    operations = [
        migrations.AddField(
            model_name='listing',
            name='product_type',
            field=models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='products.producttype'),
        ),
        migrations.AddField(
            model_name='listing',
            name='facet_values',
            field=models.JSONField(decoder=products.models.attributes.NumbersDecoder, default=dict),
        ),
        migrations.AddIndex(
            model_name='listing',
            index=models.Index(models.F('product_type'), models.F('created_at'), models.F('product'), name='listing_by_type'),
        ),
        migrations.RunPython(run(FORWARDS), run(BACKWARDS)),
    ]
