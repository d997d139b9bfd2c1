"""The brands, categories and product types that items name: they need not be there before the item's turn comes."""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rest_framework.exceptions import ErrorDetail

from catalog_project.api.serializers import unknown_value
from catalog_project.errors import Fault, Invalid
from products.bulk.items import Values
from products.models import Brand, Category, ProductType
from products.schemas.references import MAX_CANDIDATES, References, key_of

# A suggestion takes time to find: no more in one call.
MAX_SUGGESTIONS = 20
NUMBERED = re.compile(r"-\d+$")
PLACES: dict[str, type[Any]] = {"brand": Brand, "product_type": ProductType, "parent": Category, "categories": Category}


@dataclass(frozen=True)
class Named:
    """A row that is looked up when its item's turn comes."""

    model: type[Any]
    word: str


class PromisedReferences(References):
    """Takes names of rows that are there, and of those that an earlier item may make."""

    def __init__(self) -> None:
        self._known: dict[type[Any], set[str]] = defaultdict(set)
        self._promised: dict[type[Any], set[str]] = defaultdict(set)
        self._candidates: dict[type[Any], list[str]] = {}
        self._suggestions = 0

    def look_up(self, documents: Sequence[Any]) -> None:
        """Find everything that the data of items name: a query for each model."""
        wanted: dict[type[Any], set[str]] = defaultdict(set)
        for name, model in PLACES.items():
            wanted[model] |= _texts(document.get(name) for document in documents)
        for model, words in wanted.items():
            self._known[model] = set(super().find(model, words))

    def promise(self, model: type[Any], slug: str) -> None:
        """From here on an item may name it."""
        self._promised[model].add(slug)

    def find(self, model: type[Any], slugs: Iterable[str]) -> dict[str, Any]:
        """A `Named` for each slug that is there or promised."""
        return {slug: Named(model, slug) for slug in slugs if self._is_there(model, slug)}

    def refusals(self, model: type[Any], slugs: Sequence[str]) -> dict[str, ErrorDetail]:
        """The errors for slugs that name nothing, by slug."""
        return {slug: self._refusal(model, slug) for slug in slugs}

    def _is_there(self, model: type[Any], slug: str) -> bool:
        promised = self._promised[model]
        return slug in self._known[model] or slug in promised or NUMBERED.sub("", slug) in promised

    def _refusal(self, model: type[Any], slug: str) -> ErrorDetail:
        self._suggestions += 1
        if model not in self._candidates:
            slugs = model.objects.values_list(key_of(model), flat=True)
            self._candidates[model] = list(slugs[:MAX_CANDIDATES])
        known = self._candidates[model] if self._suggestions <= MAX_SUGGESTIONS else ()
        return unknown_value(slug, known, f"The {model._meta.verbose_name}")


def named_in(values: Values) -> Iterable[tuple[str, Named]]:
    """What validated values refer to, each with its pointer into them."""
    for name in PLACES:
        value = values.get(name)
        if isinstance(value, Named):
            yield f"/{name}", value
        elif isinstance(value, list):
            yield from ((f"/{name}/{index}", each) for index, each in enumerate(value) if isinstance(each, Named))


def find_named(batch: Iterable[Values]) -> dict[Named, Any]:
    """The rows that values refer to, as they are now: a query for each model, none for none."""
    wanted: dict[type[Any], set[str]] = defaultdict(set)
    for values in batch:
        for _, named in named_in(values):
            wanted[named.model].add(named.word)
    return {
        Named(model, word): row
        for model, words in wanted.items()
        for word, row in References().find(model, words).items()
    }


def settled(values: Values, rows: Mapping[Named, Any]) -> Values:
    """Values with rows in place of names. Raises Invalid that points at what has not come to be, or is gone."""
    missing = [
        Fault("unknown_value", f"The {named.model._meta.verbose_name} {named.word[:100]!a} is not known.", pointer)
        for pointer, named in named_in(values)
        if named not in rows
    ]
    if missing:
        raise Invalid(missing)
    return {name: _settled(value, rows) if name in PLACES else value for name, value in values.items()}


def _settled(value: Any, rows: Mapping[Named, Any]) -> Any:
    if isinstance(value, list):
        return [rows[each] for each in value]
    return rows[value] if isinstance(value, Named) else value


def _texts(given: Iterable[Any]) -> set[str]:
    words = (word for value in given for word in (value if isinstance(value, list) else [value]))
    return {word for word in words if isinstance(word, str)}
