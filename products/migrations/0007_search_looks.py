"""How PostgreSQL looks at the parts of what a search finds."""

from django.db import migrations

# A part of which the newest products hold many is found by walking through these: nothing is asked of the index, which
# would gather all of the part, however much that is. Nor of further parts, to which few pages ever come.
FORWARDS = """
    CREATE FUNCTION products_look(wanted tsquery[], most integer) RETURNS TABLE (abounds boolean, ids bigint[])
    LANGUAGE plpgsql STABLE AS $$
    DECLARE
        part tsquery;
        is_large boolean := EXISTS (SELECT FROM products_listingwords ORDER BY listing_id DESC OFFSET most);
    BEGIN
        FOREACH part IN ARRAY wanted LOOP
            abounds := is_large AND 4 = (
                SELECT count(*) FROM (
                    SELECT FROM (SELECT words FROM products_listingwords ORDER BY listing_id DESC LIMIT 500) newest
                    WHERE words @@ part LIMIT 4
                ) found
            );
            ids := CASE WHEN NOT abounds THEN ARRAY(SELECT products_found(part, most)) END;
            RETURN NEXT;
            EXIT WHEN abounds;
        END LOOP;
    END
    $$
"""
BACKWARDS = "DROP FUNCTION products_look(tsquery[], integer)"


def run(statement):
    def on_postgresql(apps, schema_editor):
        if schema_editor.connection.vendor == "postgresql":
            schema_editor.execute(statement, params=None)

    return on_postgresql


class Migration(migrations.Migration):
    dependencies = [
        ("products", "0006_changes"),
    ]

    operations = [
        migrations.RunPython(run(FORWARDS), run(BACKWARDS)),
    ]
