"""What the client asks for: addresses made from rows that are there, the same for every contestant of a run."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import psycopg

PRODUCTS, CATEGORIES, WORDS = 200, 10, 10
PRICED = 8_000
VISIBLE = """
    status = 'active' AND (published_from IS NULL OR published_from <= now())
    AND (published_until IS NULL OR published_until > now())
"""


@dataclass(frozen=True)
class Sample:
    """Rows to ask for: visible products all over the catalog, large categories with their middle half of prices, and
    words that names hold.

    `variants` has one of each of the products. `priced` has all variants of many products, one product after the other,
    `scattered` the first of each of these.
    """

    visible: int
    products: list[int]
    variants: list[int]
    priced: list[int]
    scattered: list[int]
    categories: list[str]
    prices: dict[str, tuple[Decimal, Decimal]]
    words: list[str]


def draw(database_url: str) -> Sample:
    """A sample of a filled catalog."""
    with psycopg.connect(database_url) as connection:
        [[visible]] = connection.execute(f"SELECT count(*) FROM products_product WHERE {VISIBLE}").fetchall()
        products = _column(connection, ANY_PRODUCTS, PRODUCTS)
        categories = _column(connection, LARGEST_CATEGORIES, CATEGORIES)
        prices = {slug: _middle_prices(connection, slug) for slug in categories}
        variants = _column(connection, THEIR_VARIANTS, products)
        many = _column(connection, ANY_PRODUCTS, PRICED)
        priced, scattered = (_column(connection, query, many) for query in (ALL_THEIR_VARIANTS, THEIR_VARIANTS))
        words = _column(connection, LAST_WORDS, WORDS)
        return Sample(visible, products, variants, priced, scattered, categories, prices, words)


# The same rows in every run on the same catalog, and yet from all over it.
ANY_PRODUCTS = f"SELECT id FROM products_product WHERE {VISIBLE} ORDER BY md5(id::text) LIMIT %s"
LARGEST_CATEGORIES = f"""
    SELECT category.slug FROM products_category category
    JOIN products_productcategory link ON link.category_id = category.id
    JOIN products_product product ON product.id = link.product_id
    WHERE {VISIBLE} GROUP BY category.slug ORDER BY count(*) DESC, category.slug LIMIT %s
"""
MIDDLE_PRICES = f"""
    SELECT unnest(percentile_disc(array[0.25, 0.75]) WITHIN GROUP (ORDER BY price.amount)) FROM products_price price
    JOIN products_variant variant ON variant.id = price.variant_id
    JOIN products_product product ON product.id = variant.product_id
    JOIN products_productcategory link ON link.product_id = product.id
    JOIN products_category category ON category.id = link.category_id
    WHERE {VISIBLE} AND price.currency = 'USD' AND category.slug = %s
"""
THEIR_VARIANTS = "SELECT min(id) FROM products_variant WHERE product_id = ANY(%s) GROUP BY product_id"
ALL_THEIR_VARIANTS = "SELECT id FROM products_variant WHERE product_id = ANY(%s) ORDER BY product_id, id"
LAST_WORDS = f"""
    SELECT split_part(name, ' ', -1) AS word FROM products_product WHERE {VISIBLE}
    GROUP BY word ORDER BY count(*) DESC, word LIMIT %s
"""


def _column(connection: psycopg.Connection, query: str, argument: object) -> list[Any]:
    return [row[0] for row in connection.execute(query, [argument]).fetchall()]


def _middle_prices(connection: psycopg.Connection, slug: str) -> tuple[Decimal, Decimal]:
    low, high = _column(connection, MIDDLE_PRICES, slug)
    return round(low, 2), round(high, 2)
