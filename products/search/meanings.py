"""What the words of a search may mean.

A word means every word that begins with it and every brand, category and option named so. One that is not known means
in addition the words it may be a slip of, and the SKUs it is part of.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from functools import reduce
from operator import or_
from typing import Any

from django.db import connection
from django.db.models import Q
from django.db.models.functions import Length

from products.listings.words import category_token, sku_token
from products.models import SearchWord, Variant
from products.search.terms import Groups, Term
from products.search.typos import FIRST, LAST, meant, near

PREFIX_LENGTH = 3
MAX_NAMES = 1_000
MAX_SKUS = 50
# A search of more unknown words than these is no slip of the pen.
MAX_GUESSED = 4

OWNER = "SELECT 'owner', CAST(product_id AS text) FROM products_variant WHERE sku_key = %s"
KNOWN = """
    SELECT 'known', CAST(%s AS text) WHERE EXISTS (SELECT 1 FROM products_searchword WHERE word >= %s AND word < %s)
"""
NAMED = """
    SELECT * FROM (
        SELECT source, word FROM products_searchword WHERE source <> '' AND ({}) ORDER BY word, source LIMIT %s
    ) AS named
"""
# "0" follows "/" in code point order: a subtree is one range of paths.
SUBTREES = """
    SELECT root.id, below.id FROM products_category root JOIN products_category below
    ON below.path = root.path OR below.path > root.path || '/' AND below.path < root.path || '0'
    WHERE root.id IN ({}) ORDER BY below.id
"""

Names = dict[str, set[str]]
"""Words, each with the sources (`~b12`) that are named with it."""


def meanings(words: Sequence[str], key: str) -> tuple[Groups, int | None]:
    """For each word all that will do for it, and the product with a SKU of this key.

    Takes one query; two more where a word is not known, one more where a category is named.
    """
    owner, known, names = _look_up(words, key)
    unknown = [word for word in words if len(word) >= PREFIX_LENGTH and word not in known]
    skus, slips = (_skus_with(unknown), _meant_by(unknown)) if unknown else ({}, {})
    sources = {word: _sources(word, names, slips.get(word, {})) for word in words}
    below = _tokens_below(set().union(*sources.values()))
    others = {word: [*skus.get(word, ()), *slips.get(word, ())] for word in words}
    return tuple(_group(word, others[word], sources[word], below) for word in words), owner


def _look_up(words: Sequence[str], key: str) -> tuple[int | None, set[str], Names]:
    """The product with the SKU, the words that begin one of the vocabulary, and the words of names they begin."""
    bounds = {word: (word, f"{word}{LAST if len(word) >= PREFIX_LENGTH else FIRST}") for word in words}
    parts, values = [OWNER], [key]
    if words:
        parts += [*[KNOWN] * len(words), NAMED.format(" OR ".join(["word >= %s AND word < %s"] * len(words)))]
        values += [value for word in words for value in (word, *bounds[word])]
        values += [value for pair in bounds.values() for value in pair]
    return _sorted_out(_asked(" UNION ALL ".join(parts), [*values, MAX_NAMES] if words else values))


def _sorted_out(rows: Iterable[tuple[Any, ...]]) -> tuple[int | None, set[str], Names]:
    owner, known = None, set()
    names: Names = defaultdict(set)
    for kind, value in rows:
        if kind == "owner":
            owner = int(value)
        elif kind == "known":
            known.add(value)
        else:
            names[value].add(kind)
    return owner, known, names


def _group(word: str, others: Sequence[str], sources: set[str], below: Mapping[str, list[str]]) -> tuple[Term, ...]:
    """All that will do for a word, without doubles."""
    tokens = [token for source in sorted(sources) for token in below.get(source, [source])]
    terms = [Term(word, is_prefix=len(word) >= PREFIX_LENGTH), *map(Term, (*others, *tokens))]
    return tuple(dict.fromkeys(term for term in terms if term.word))


def _sources(word: str, names: Names, slips: Names) -> set[str]:
    """The brands, categories and options that a word names, or that what it may be a slip of names."""
    begun = (sources for name, sources in names.items() if _begins(name, word))
    return set().union(*begun, *slips.values())


def _begins(name: str, word: str) -> bool:
    return name.startswith(word) if len(word) >= PREFIX_LENGTH else name == word


def _tokens_below(sources: Iterable[str]) -> dict[str, list[str]]:
    """For each category among the sources the tokens of its subtree: a product carries those of its own categories."""
    roots = [int(source.removeprefix("~c")) for source in sources if source.startswith("~c")]
    below: dict[str, list[str]] = {}
    if roots:
        for root, category in _asked(SUBTREES.format(", ".join(["%s"] * len(roots))), roots):
            below.setdefault(category_token(root), []).append(category_token(category))
    return below


def _skus_with(words: Sequence[str]) -> dict[str, list[str]]:
    """For each word the SKUs that it is part of, as the words they are in search texts."""
    held = reduce(or_, (Q(sku_key__contains=word) for word in words))
    skus = Variant.objects.filter(held).order_by().values_list("sku", "sku_key")[: MAX_SKUS * len(words)]
    found: dict[str, list[str]] = defaultdict(list)
    for sku, key in skus:
        for word in words:
            if word in key and len(found[word]) < MAX_SKUS:
                found[word].append(sku_token(sku))
    return found


def _meant_by(words: Sequence[str]) -> dict[str, Names]:
    """For each word what it may be a slip of, best first."""
    words = words[:MAX_GUESSED]
    candidates: Names = defaultdict(set)
    held = SearchWord.objects.annotate(length=Length("word")).filter(reduce(or_, map(near, words)))
    for word, source in held.values_list("word", "source"):
        candidates[word] |= {source} if source else set()
    return {word: {other: candidates[other] for other in meant(word, candidates)} for word in words}


def _asked(statement: str, values: Sequence[Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return list(cursor.fetchall())
