"""How PostgreSQL keeps counts of products of each kind beside the listings, in its own SQL."""

KIND = "brand_id, product_type_id, category_ids, in_stock, published_from, published_until"
# What closed so long ago is nobody's concern any more, and what opened is open. Not at once: clocks may differ, and
# a transaction takes the time at which it began.
LONG_AGO = "now() - interval '1 hour'"
STILL_COUNTS = f"(published_until IS NULL OR published_until > {LONG_AGO})"
ADD = f"INSERT INTO products_listingcount (created_at, updated_at, {KIND}, n)"
FORGET_OPENING = KIND.replace(
    "published_from", f"CASE WHEN published_from > {LONG_AGO} THEN published_from END AS published_from"
)
BY_KIND = "GROUP BY 3, 4, 5, 6, 7, 8"

COUNT_ALL = f"""
    {ADD} SELECT now(), now(), {FORGET_OPENING}, count(*) FROM products_listing
    WHERE status = 'active' AND {STILL_COUNTS} {BY_KIND}
"""
# Rows that another transaction folds are left to it.
FOLD = f"""
    CREATE FUNCTION products_fold_counts() RETURNS void LANGUAGE sql AS $$
        WITH taken AS (
            DELETE FROM products_listingcount
            WHERE id IN (SELECT id FROM products_listingcount FOR UPDATE SKIP LOCKED) RETURNING *
        )
        {ADD} SELECT now(), now(), {FORGET_OPENING}, sum(n) FROM taken
        WHERE {STILL_COUNTS} {BY_KIND} HAVING sum(n) <> 0
    $$
"""
CHANGES = {
    "insert": ("REFERENCING NEW TABLE AS present", "SELECT *, 1 AS n FROM present"),
    "delete": ("REFERENCING OLD TABLE AS past", "SELECT *, -1 AS n FROM past"),
    "update": (
        "REFERENCING OLD TABLE AS past NEW TABLE AS present",
        "SELECT *, 1 AS n FROM present UNION ALL SELECT *, -1 AS n FROM past",
    ),
}
# One in so many rows is followed by folding: as often as sums would begin to take noticeably longer. A transaction
# that sees the database as it was when it began cannot take away what others have folded since.
FOLD_AFTER = 10_000


def on(event: str) -> tuple[str, str]:
    """The function and the trigger that count what a statement of this kind changed."""
    tables, changes = CHANGES[event]
    name = f"products_count_{event}"
    function = f"""
        CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$
        DECLARE
            added bigint;
        BEGIN
            {ADD} SELECT now(), now(), {KIND}, sum(n) FROM ({changes}) changes
            WHERE status = 'active' AND {STILL_COUNTS} {BY_KIND} HAVING sum(n) <> 0;
            GET DIAGNOSTICS added = ROW_COUNT;
            IF random() * {FOLD_AFTER} < added AND current_setting('transaction_isolation') = 'read committed' THEN
                PERFORM products_fold_counts();
            END IF;
            RETURN NULL;
        END
        $$
    """
    trigger = f"""
        CREATE TRIGGER {name} AFTER {event.upper()} ON products_listing {tables}
        FOR EACH STATEMENT EXECUTE FUNCTION {name}()
    """
    return function, trigger


FORWARDS = (FOLD, *(statement for event in CHANGES for statement in on(event)), COUNT_ALL)
BACKWARDS = (
    *(
        statement
        for event in CHANGES
        for statement in (
            f"DROP TRIGGER products_count_{event} ON products_listing",
            f"DROP FUNCTION products_count_{event}()",
        )
    ),
    "DROP FUNCTION products_fold_counts()",
)


def keep_counts(apps, schema_editor):
    """Count what there is, and from now on what changes."""
    _execute(schema_editor, FORWARDS)


def keep_none(apps, schema_editor):
    """Count no more."""
    _execute(schema_editor, BACKWARDS)


def _execute(schema_editor, statements):
    if schema_editor.connection.vendor == "postgresql":
        for statement in statements:
            schema_editor.execute(statement, params=None)
