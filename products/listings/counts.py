"""Proving and mending the counts of products that PostgreSQL keeps beside the listings by triggers."""

from django.db import connection, transaction

KIND = "brand_id, product_type_id, category_ids, in_stock, published_from, published_until"
# As folding does: what opened or closed long ago is told apart no more.
LONG_AGO = "now() - interval '1 hour'"
OPENING = f"CASE WHEN published_from > {LONG_AGO} THEN published_from END AS published_from"
DRIFT = f"""
    SELECT {KIND}, sum(n) AS n FROM (
        SELECT brand_id, product_type_id, category_ids, in_stock, {OPENING}, published_until, 1 AS n
        FROM products_listing WHERE status = 'active'
        UNION ALL
        SELECT brand_id, product_type_id, category_ids, in_stock, {OPENING}, published_until, -n
        FROM products_listingcount
    ) AS kinds
    WHERE published_until IS NULL OR published_until > {LONG_AGO} GROUP BY {KIND} HAVING sum(n) <> 0
"""
MEND = f"""
    INSERT INTO products_listingcount (created_at, updated_at, {KIND}, n) SELECT now(), now(), * FROM ({DRIFT}) drift
"""
# Waits for nobody but another one who mends: both would add what is missing.
TURN = "LOCK TABLE products_listingcount IN SHARE UPDATE EXCLUSIVE MODE"


def miscounted() -> int:
    """How many kinds of products are counted wrong; reads only."""
    if connection.vendor != "postgresql":
        return 0
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM ({DRIFT}) drift")
        [found] = cursor.fetchone() or [0]
    return int(found)


@transaction.atomic
def recount() -> None:
    """Add to the counts what they lack, beside other writers: a statement sees both tables as of one moment."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(TURN)
            cursor.execute(MEND)
