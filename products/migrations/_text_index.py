"""What each database finds words with, in its own SQL.

SQLite drops the triggers of a table that a migration makes anew, and it does so for most changes of a column. A later
migration that changes the listings' table therefore runs `remove_text_index` before and `add_text_index` after.
"""

INDEX = "products_listing_words"

POSTGRESQL = (
    # A trusted extension: whoever may create tables in the database may create it. It stays when this is undone, since
    # others may use it by then.
    "CREATE EXTENSION IF NOT EXISTS pg_trgm",
    # Words stand beside the table's own pages, uncompressed: counting and filtering keep reading narrow rows.
    "ALTER TABLE products_listing SET (toast_tuple_target = 128)",
    "ALTER TABLE products_listing ALTER COLUMN words SET STORAGE EXTERNAL",
    # New words wait in a list that every search reads through: a short one keeps both writing and searching fast.
    "CREATE INDEX listing_by_words ON products_listing USING gin (words)"
    " WITH (fastupdate = on, gin_pending_list_limit = 256)",
    # Looks into the index whatever the planner believes of its answer, and stops where there is too much of it.
    "CREATE FUNCTION products_found(wanted tsquery, most integer) RETURNS SETOF bigint LANGUAGE sql STABLE"
    " SET enable_seqscan = off SET enable_indexscan = off SET enable_indexonlyscan = off"
    " AS 'SELECT product_id FROM products_listing WHERE words @@ wanted LIMIT most'",
    "CREATE INDEX search_word_by_trigrams ON products_searchword USING gin (word gin_trgm_ops)",
    "CREATE INDEX variant_by_sku_trigrams ON products_variant USING gin (sku_key gin_trgm_ops)",
)
POSTGRESQL_REVERSE = (
    "ALTER TABLE products_listing RESET (toast_tuple_target)",
    "ALTER TABLE products_listing ALTER COLUMN words SET STORAGE EXTENDED",
    "DROP FUNCTION products_found(tsquery, integer)",
    "DROP INDEX listing_by_words",
    "DROP INDEX search_word_by_trigrams",
    "DROP INDEX variant_by_sku_trigrams",
)


def groups(row: str) -> str:
    """The four texts of a row's words."""
    return ", ".join(f"json_extract({row}.words, '$[{number}]')" for number in range(4))


# The index keeps no copy of the texts: what it is to forget, it is told.
FORGET = f"INSERT INTO {INDEX} ({INDEX}, rowid, a, b, c, d) VALUES ('delete', old.product_id, {groups('old')});"
LEARN = f"INSERT INTO {INDEX} (rowid, a, b, c, d) VALUES (new.product_id, {groups('new')});"
SQLITE = (
    f"CREATE VIRTUAL TABLE {INDEX} USING fts5"
    "(a, b, c, d, tokenize = \"ascii tokenchars '~'\", content = '', detail = column)",
    f"INSERT INTO {INDEX} (rowid, a, b, c, d) SELECT product_id, {groups('listing')} FROM products_listing listing",
    f"CREATE TRIGGER {INDEX}_insert AFTER INSERT ON products_listing BEGIN {LEARN} END",
    f"CREATE TRIGGER {INDEX}_delete AFTER DELETE ON products_listing BEGIN {FORGET} END",
    f"CREATE TRIGGER {INDEX}_update AFTER UPDATE OF product_id, words ON products_listing"
    f" WHEN old.words <> new.words OR old.product_id <> new.product_id BEGIN {FORGET} {LEARN} END",
)
SQLITE_REVERSE = (
    *(f"DROP TRIGGER IF EXISTS {INDEX}_{event}" for event in ("insert", "delete", "update")),
    f"DROP TABLE IF EXISTS {INDEX}",
)


def add_text_index(apps, schema_editor):
    """Index the words that there are and keep the index."""
    _execute(schema_editor, {"postgresql": POSTGRESQL, "sqlite": SQLITE})


def remove_text_index(apps, schema_editor):
    """Take the index away; the words stay."""
    _execute(schema_editor, {"postgresql": POSTGRESQL_REVERSE, "sqlite": SQLITE_REVERSE})


def _execute(schema_editor, statements):
    for statement in statements[schema_editor.connection.vendor]:
        schema_editor.execute(statement, params=None)
