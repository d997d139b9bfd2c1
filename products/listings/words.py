"""From texts to words: how a product's search text is made, and a search is read."""

import re
import unicodedata
from collections.abc import Iterator, Mapping
from itertools import chain
from typing import Any

from products.models import Product
from products.models.words import WORD_LENGTH, Words

WORD = re.compile(r"[^\W_]+")
ASCII_WORD = re.compile(r"[a-z0-9]+")  # the same, in two thirds of the time

Searchable = Mapping[str, Mapping[str, int] | None]
"""Attributes that a search looks into: by code, the ids of their options by code, or None for free text."""


def fold(text: str) -> list[str]:
    """The words of a text in their order, without accents and case, each cut at 64 characters."""
    if text.isascii():
        words = ASCII_WORD.findall(text.lower())
    else:
        decomposed = unicodedata.normalize("NFKD", text)
        bare = "".join(char for char in decomposed if not unicodedata.category(char).startswith("M")).casefold()
        words = WORD.findall(bare)
    return [word[:WORD_LENGTH] for word in words]


def brand_token(brand_id: int) -> str:
    """The word that stands for a brand in the search text of its products, whatever its name."""
    return f"~b{brand_id}"


def category_token(category_id: int) -> str:
    """The word that stands for a category in the search text of the products that stand in it."""
    return f"~c{category_id}"


def option_token(option_id: int) -> str:
    """The word that stands for an option in the search text of the products that carry it."""
    return f"~o{option_id}"


def sku_token(sku: str) -> str:
    """A SKU run together into one word: `tbred` for `TB-RED`; empty when it holds neither letter nor digit."""
    return _run_together(fold(sku))


def words_of(product: Product, *, searchable: Searchable | None = None) -> Words:
    """A product's search text; its variants and category links must have been loaded.

    `searchable` are the attributes that count, of the product and its variants. Of its brand, categories and options
    no names but tokens are in it, so that a rename or a move leaves it as it is.
    """
    variants = list(product.parts("variants"))
    attributes = [product.attributes, *(variant.attributes for variant in variants)]
    skus = chain.from_iterable(_sku_words(variant.sku) for variant in variants)
    brand = [brand_token(product.brand_id)] if product.brand_id else []
    around = chain(
        (category_token(link.category_id) for link in product.parts("category_links")),
        chain.from_iterable(_attribute_words(values, searchable or {}) for values in attributes),
        chain.from_iterable(fold(variant.name) for variant in variants),
    )
    return Words.of(fold(product.name), [*brand, *skus], around, fold(product.description))


def _sku_words(sku: str) -> list[str]:
    words = fold(sku)
    return [*words, _run_together(words)] if words else words


def _run_together(words: list[str]) -> str:
    return "".join(words)[:WORD_LENGTH]


def _attribute_words(attributes: Mapping[str, Any], searchable: Searchable) -> Iterator[str]:
    for code, options in searchable.items():
        value = attributes.get(code)
        if value is None:
            continue
        for each in value if isinstance(value, list) else [value]:
            if isinstance(each, str):
                yield from fold(each) if options is None else _option(each, options)


def _option(code: str, options: Mapping[str, int]) -> Iterator[str]:
    if code in options:
        yield option_token(options[code])
