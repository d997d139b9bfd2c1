"""Reading a search: which words it asks for, what they may mean, and what of that is better than the rest.

A word means every word that begins with it and every brand, category and option named so. One that is not known means
in addition the words it may be a slip of, and the SKUs it is part of.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from operator import or_

from django.db import connection
from django.db.models import Q
from django.db.models.functions import Length

from products.listings.words import category_token, fold, sku_token
from products.models import Variant
from products.models.naming import sku_key
from products.models.words import SearchWord
from products.search.terms import Finds, Groups, Reach, Term
from products.search.typos import beginning, meant, near

MAX_WORDS = 16
PREFIX_LENGTH = 3
MAX_NAMES = 1_000
MAX_SKUS = 50
# A search of more unknown words than these is no slip of the pen.
MAX_GUESSED = 4
NOTHING = Q(pk__in=())
# "0" follows "/" in code point order: a subtree is one range of paths.
SUBTREES = """
    SELECT root.id, below.id FROM products_category root JOIN products_category below
    ON below.path = root.path OR below.path > root.path || '/' AND below.path < root.path || '0'
    WHERE root.id IN ({}) ORDER BY below.id
"""

Names = dict[str, set[str]]
"""Words of names, each with the sources (`~b12`) that are named with it."""


@dataclass(frozen=True)
class Search:
    """What a search asks of the listings. `sku_owner` is the product with the SKU that is the whole text."""

    groups: Groups
    sku_owner: int | None = None

    def matches(self) -> Q:
        """Everything that is found; without words, only what has the SKU."""
        found = Q(Finds(self.groups, Reach.ANYWHERE)) if self.groups else NOTHING
        return found | self._has_sku() if self.sku_owner else found

    def segments(self) -> tuple[Q, Q, Q, Q]:
        """The same in four parts without overlap, best first: SKU, all in the name, all close to it, anywhere."""
        return (
            self._has_sku(),
            self._others(Reach.NAME, None),
            self._others(Reach.CLOSE, Reach.NAME),
            self._others(Reach.ANYWHERE, Reach.CLOSE),
        )

    def _has_sku(self) -> Q:
        return Q(pk=self.sku_owner) if self.sku_owner else NOTHING

    def _others(self, reach: Reach, nearer: Reach | None) -> Q:
        if not self.groups:
            return NOTHING
        found = Q(Finds(self.groups, reach, nearer))
        return found & ~Q(pk=self.sku_owner) if self.sku_owner else found


def read_search(text: str) -> Search:
    """Read what was typed. Of many words the first sixteen count.

    Takes three queries; two more where a word is not known, one more where a category is named.
    """
    words = list(dict.fromkeys(fold(text)))[:MAX_WORDS]
    owner = _sku_owner(text)
    if not words:
        return Search((), owner)
    names = _named(words)
    unknown = _unknown(words)
    skus, slips = (_skus_with(unknown), _meant_by(unknown)) if unknown else ({}, {})
    meanings = {word: _sources(word, names, slips.get(word, {})) for word in words}
    below = _tokens_below(set().union(*meanings.values()))
    groups = tuple(_group(word, [*skus.get(word, ()), *slips.get(word, ())], meanings[word], below) for word in words)
    return Search(groups, owner)


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


def _sku_owner(text: str) -> int | None:
    key = sku_key(text.strip())
    if "\x00" in key:  # which PostgreSQL cannot be asked for
        return None
    return Variant.objects.filter(sku_key=key).values_list("product", flat=True).first()


def _named(words: Sequence[str]) -> Names:
    """Words of names that a word of the search begins, or, when it is short, is."""
    wanted = reduce(or_, (beginning(word) if len(word) >= PREFIX_LENGTH else Q(word=word) for word in words))
    return _with_sources(SearchWord.objects.filter(wanted).exclude(source="").order_by("word", "source")[:MAX_NAMES])


def _tokens_below(sources: Iterable[str]) -> dict[str, list[str]]:
    """For each category among the sources the tokens of its subtree: a product carries those of its own categories."""
    roots = [int(source.removeprefix("~c")) for source in sources if source.startswith("~c")]
    below: dict[str, list[str]] = {}
    if roots:
        with connection.cursor() as cursor:
            cursor.execute(SUBTREES.format(", ".join(["%s"] * len(roots))), roots)
            for root, category in cursor.fetchall():
                below.setdefault(category_token(root), []).append(category_token(category))
    return below


def _unknown(words: Sequence[str]) -> list[str]:
    """Those that begin no word of the vocabulary, in one query; short ones are taken as they are."""
    words = [word for word in words if len(word) >= PREFIX_LENGTH]
    if not words:
        return []
    known = "EXISTS (SELECT 1 FROM products_searchword WHERE word >= %s AND word < %s)"
    bounds = [bound for word in words for bound in (word, f"{word}\U0010ffff")]
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {', '.join([known] * len(words))}", bounds)
        answers = cursor.fetchone() or ()
    return [word for word, is_known in zip(words, answers, strict=True) if not is_known]


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
    held = reduce(or_, map(near, words))
    candidates = _with_sources(SearchWord.objects.annotate(length=Length("word")).filter(held))
    return {word: {other: candidates[other] for other in meant(word, candidates)} for word in words}


def _with_sources(rows: Iterable[SearchWord]) -> Names:
    found: Names = defaultdict(set)
    for row in rows:
        found[row.word] |= {row.source} if row.source else set()
    return found
