from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ('products', '0002_read_model'),
        ('products', '0002_typed_attributes'),
    ]

    operations = []
