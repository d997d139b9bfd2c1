"""What each database finds words with, in its own SQL.

SQLite drops the triggers of a table that a migration makes anew, and it does so for most changes of a column. A later
migration that changes the table of words therefore runs `remove_text_index` before and `add_text_index` after.
"""

TABLE = "products_listingwords"
INDEX = f"{TABLE}_index"

POSTGRESQL = (
    # A trusted extension: whoever may create tables in the database may create it. It stays when this is undone, since
    # others may use it by then.
    "CREATE EXTENSION IF NOT EXISTS pg_trgm",
    # New words wait in a list that every search reads through: a short one keeps both writing and searching fast.
    "CREATE INDEX listing_by_words ON products_listingwords USING gin (words)"
    " WITH (fastupdate = on, gin_pending_list_limit = 256)",
    # Looks into the index whatever the planner believes of its answer, and stops where there is too much of it.
    "CREATE FUNCTION products_found(wanted tsquery, most integer) RETURNS SETOF bigint LANGUAGE sql STABLE"
    " SET enable_seqscan = off SET enable_indexscan = off SET enable_indexonlyscan = off"
    " AS 'SELECT listing_id FROM products_listingwords WHERE words @@ wanted LIMIT most'",
    "CREATE INDEX search_word_by_trigrams ON products_searchword USING gin (word gin_trgm_ops)",
    "CREATE INDEX variant_by_sku_trigrams ON products_variant USING gin (sku_key gin_trgm_ops)",
)
POSTGRESQL_REVERSE = (
    "DROP FUNCTION products_found(tsquery, integer)",
    "DROP INDEX listing_by_words",
    "DROP INDEX search_word_by_trigrams",
    "DROP INDEX variant_by_sku_trigrams",
)


def groups(row: str) -> str:
    """The four texts of a row's words."""
    return ", ".join(f"json_extract({row}.words, '$[{number}]')" for number in range(4))


# The index keeps no copy of the texts: what it is to forget, it is told.
FORGET = f"INSERT INTO {INDEX} ({INDEX}, rowid, a, b, c, d) VALUES ('delete', old.listing_id, {groups('old')});"
LEARN = f"INSERT INTO {INDEX} (rowid, a, b, c, d) VALUES (new.listing_id, {groups('new')});"
SQLITE = (
    f"CREATE VIRTUAL TABLE {INDEX} USING fts5"
    "(a, b, c, d, tokenize = \"ascii tokenchars '~'\", content = '', detail = column)",
    f"INSERT INTO {INDEX} (rowid, a, b, c, d) SELECT listing_id, {groups(TABLE)} FROM {TABLE}",
    f"CREATE TRIGGER {INDEX}_insert AFTER INSERT ON {TABLE} BEGIN {LEARN} END",
    f"CREATE TRIGGER {INDEX}_delete AFTER DELETE ON {TABLE} BEGIN {FORGET} END",
    f"CREATE TRIGGER {INDEX}_update AFTER UPDATE OF listing_id, words ON {TABLE}"
    f" WHEN old.words <> new.words OR old.listing_id <> new.listing_id BEGIN {FORGET} {LEARN} END",
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
