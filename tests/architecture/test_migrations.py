"""Migrations can run while the release before them is serving; those that cannot say why that does not matter."""

from functools import cache
from typing import Any

import pytest
from django.apps import apps
from django.contrib.postgres.operations import AddConstraintNotValid, AddIndexConcurrently, ValidateConstraint
from django.db import migrations, models
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.state import ProjectState

from accounts.services.roles import sync_roles
from tests.architecture.migrations import (
    CHECK,
    DROPPED,
    FOREIGN_KEY,
    GENERATED,
    INDEX,
    MIXED,
    NOT_NULL,
    ONE_WAY,
    RENAMED,
    SET_NOT_NULL,
    TYPE,
    UNIQUE,
    VALIDATED,
    dangers,
)

PACKAGES = ("accounts", "catalog_project", "products")
# What may be unsafe all the same, by name, with the reason.
EXEMPT = dict.fromkeys(
    (
        "products.0002_read_model",
        "products.0002_typed_attributes",
        "products.0003_facets",
        "products.0004_text_index",
        "products.0005_versions",
        "products.0008_listing_counts",
        "products.0009_document_digests",
    ),
    "older than the first release: it has only ever run on tables that nobody used yet",
)


def ours() -> list[str]:
    inside = [app.label for app in apps.get_app_configs() if app.name.partition(".")[0] in PACKAGES]
    return sorted(f"{app}.{name}" for app, name in loader().disk_migrations if app in inside)


@cache
def loader() -> MigrationLoader:
    return MigrationLoader(None)


@cache
def dangers_of(name: str) -> list[str]:
    app, _, migration = name.partition(".")
    return dangers(loader().get_migration(app, migration), loader().project_state((app, migration), at_end=False))


def test_no_migration_gets_in_the_way_of_a_service_in_use() -> None:
    found = {name: dangers_of(name) for name in ours() if name not in EXEMPT}
    assert len(found) > 10
    assert {name: all_of_it for name, all_of_it in found.items() if all_of_it} == {}


@pytest.mark.parametrize("name", EXEMPT)
def test_nothing_is_exempt_for_no_reason(name: str) -> None:
    assert dangers_of(name)
    assert EXEMPT[name]


# --- What is found ------------------------------------------------------------------------------------------------


def told(*operations: Any, atomic: bool = True) -> list[str]:
    """What is wrong with a migration of these, after one that made `Shop` and `Item`."""
    migration = migrations.Migration("0002_next", "store")
    migration.operations, migration.atomic = list(operations), atomic
    found = dangers(migration, before())
    return [next(danger for danger in DANGERS if one.endswith(danger)) for one in found]


def before() -> ProjectState:
    state = ProjectState()
    number = ("id", models.BigAutoField(primary_key=True))
    migrations.CreateModel("Shop", [number]).state_forwards("store", state)
    fields = [number, ("name", models.CharField(max_length=9)), ("note", models.CharField(max_length=9, null=True))]
    migrations.CreateModel("Item", fields).state_forwards("store", state)
    return state


def add(field: Any, model: str = "item") -> migrations.AddField:
    return migrations.AddField(model, "more", field)


def alter(name: str, field: Any) -> migrations.AlterField:
    return migrations.AlterField("item", name, field)


INDEX_OF_NAME = models.Index(fields=["name"], name="item_name")
NAMED = models.CheckConstraint(condition=~models.Q(name=""), name="item_named")
SHOP = models.ForeignKey("store.Shop", models.CASCADE, null=True, db_index=False)
RUN = migrations.RunPython(sync_roles, migrations.RunPython.noop)


def sql(text: str) -> migrations.RunSQL:
    return migrations.RunSQL(text, migrations.RunSQL.noop)


DANGERS = (CHECK, DROPPED, FOREIGN_KEY, GENERATED, INDEX, MIXED, NOT_NULL, ONE_WAY, RENAMED, SET_NOT_NULL, TYPE, UNIQUE)
DANGERS += (VALIDATED,)
UNSAFE = {
    "a column without a default": (add(models.IntegerField(default=0)), NOT_NULL),
    "a unique column": (add(models.IntegerField(null=True, unique=True)), UNIQUE),
    "an indexed column": (add(models.IntegerField(null=True, db_index=True)), INDEX),
    "a column with a check": (add(models.PositiveIntegerField(null=True)), CHECK),
    "a stored generated column": (
        add(models.GeneratedField(expression=models.F("id"), output_field=models.BigIntegerField(), db_persist=True)),
        GENERATED,
    ),
    "a foreign key": (add(SHOP), FOREIGN_KEY),
    "an index": (migrations.AddIndex("item", INDEX_OF_NAME), INDEX),
    "a check": (migrations.AddConstraint("item", NAMED), CHECK),
    "a unique constraint": (
        migrations.AddConstraint("item", models.UniqueConstraint(fields=["name"], name="u")),
        UNIQUE,
    ),
    "unique together": (migrations.AlterUniqueTogether("item", {("name", "note")}), UNIQUE),
    "another type": (alter("name", models.TextField()), TYPE),
    "no nulls any more": (alter("note", models.CharField(max_length=9)), SET_NOT_NULL),
    "an index by its field": (alter("name", models.CharField(max_length=9, db_index=True)), INDEX),
    "another column name": (alter("name", models.CharField(max_length=9, db_column="title")), RENAMED),
    "a renamed column": (migrations.RenameField("item", "name", "title"), RENAMED),
    "a renamed table": (migrations.RenameModel("Item", "Thing"), RENAMED),
    "another table name": (migrations.AlterModelTable("item", "things"), RENAMED),
    "a dropped column": (migrations.RemoveField("item", "note"), DROPPED),
    "a dropped table": (migrations.DeleteModel("Item"), DROPPED),
    "Python without a way back": (migrations.RunPython(sync_roles), ONE_WAY),
    "SQL without a way back": (migrations.RunSQL("SELECT 1"), ONE_WAY),
    "an index in SQL": (sql("CREATE INDEX found ON store_item (name)"), INDEX),
    "a unique index in SQL": (sql("create unique index if not exists found\n on store_item (name)"), INDEX),
    "a column in SQL": (sql("ALTER TABLE store_item ADD COLUMN more integer NOT NULL"), NOT_NULL),
    "a constraint in SQL": (sql("ALTER TABLE store_item ADD CONSTRAINT c CHECK (id > 0)"), CHECK),
    "a type in SQL": (sql('ALTER TABLE "store_item" ALTER COLUMN "name" TYPE text'), TYPE),
    "no nulls in SQL": (sql("ALTER TABLE store_item ALTER note SET NOT NULL"), SET_NOT_NULL),
    "a new name in SQL": (sql("ALTER TABLE store_item RENAME name TO title"), RENAMED),
    "a dropped column in SQL": (sql("ALTER TABLE store_item DROP COLUMN note"), DROPPED),
    "a dropped table in SQL": (sql("DROP TABLE IF EXISTS store_item"), DROPPED),
    "what is done to the database alone": (
        migrations.SeparateDatabaseAndState([migrations.AddIndex("item", INDEX_OF_NAME)], []),
        INDEX,
    ),
}
SAFE = {
    "a column with nulls": add(models.IntegerField(null=True)),
    "a column with a default of the database": add(models.IntegerField(db_default=0)),
    "a relation with a table of its own": add(models.ManyToManyField("store.Shop")),
    "a foreign key that the database does not check": add(
        models.ForeignKey("store.Shop", models.DO_NOTHING, null=True, db_index=False, db_constraint=False)
    ),
    "a check for later": AddConstraintNotValid("item", NAMED),
    "the check of an earlier one": ValidateConstraint("item", "item_named"),
    "a column that may be null now": alter("name", models.CharField(max_length=9, null=True)),
    "a label": alter("name", models.CharField("Title", max_length=9)),
    "an option": migrations.AlterModelOptions("item", {"verbose_name": "thing"}),
    "what is known to Django alone": migrations.SeparateDatabaseAndState([], [migrations.RemoveField("item", "note")]),
    "Python with a way back": RUN,
    "a check for later in SQL": sql("ALTER TABLE store_item ADD CONSTRAINT c CHECK (id > 0) NOT VALID"),
    "an index beside writers in SQL": sql("CREATE INDEX CONCURRENTLY found ON store_item (name)"),
    "a default taken away in SQL": sql("ALTER TABLE store_item ALTER COLUMN name DROP DEFAULT"),
    "rows in SQL": sql("UPDATE store_item SET name = ''"),
}


@pytest.mark.parametrize(("operation", "danger"), UNSAFE.values(), ids=UNSAFE)
def test_unsafe(operation: Any, danger: str) -> None:
    assert told(operation) == [danger]


@pytest.mark.parametrize("operation", SAFE.values(), ids=SAFE)
def test_safe(operation: Any) -> None:
    assert told(operation) == []


def test_an_index_may_be_built_beside_writers() -> None:
    assert told(AddIndexConcurrently("item", INDEX_OF_NAME), atomic=False) == []


def test_a_table_of_the_same_migration_may_be_given_anything() -> None:
    made = migrations.CreateModel("Box", [("id", models.BigAutoField(primary_key=True))])
    index = migrations.AddIndex("box", models.Index(fields=["id"], name="box_id"))
    assert told(made, add(models.IntegerField(), "box"), index, migrations.AddConstraint("box", NAMED)) == []
    assert told(made, sql("CREATE INDEX found ON store_box (id)"), atomic=False) == []


def test_tables_and_rows_do_not_change_in_one_transaction() -> None:
    column = add(models.IntegerField(null=True))
    assert told(column, RUN) == [MIXED]
    assert told(column, sql("UPDATE store_item SET more = 1")) == [MIXED]
    assert told(column, RUN, atomic=False) == []
    assert told(RUN, migrations.AlterModelOptions("item", {})) == []


def test_a_check_is_not_validated_where_it_was_added() -> None:
    assert told(AddConstraintNotValid("item", NAMED), ValidateConstraint("item", NAMED.name)) == [VALIDATED]


INDEX_MADE_BY_PYTHON = "CREATE INDEX found ON store_elsewhere (name)"


def test_what_python_says_to_the_database_is_read_too() -> None:
    # As that text stands in the module of the function that is run.
    assert INDEX in told(migrations.RunPython(told, told))
