"""Finds the brands and categories that records name, and remembers them from record to record.

Where missing ones are to be created, a record that names one holds a `ToCreate` until the record is written: what is
refused in the end leaves no brand behind.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rest_framework.exceptions import ErrorDetail

from products.exchange.mapping import LEVEL
from products.models import Brand, Category, ProductType
from products.models.naming import NAME_LENGTH, SLUG_LENGTH, SLUG_PATTERN, sort_key
from products.schemas.references import References
from products.services.actor import Actor
from products.services.brands import create_brand, create_brands
from products.services.categories import create_category
from products.services.slugs import derive_slug

Key = tuple[type[Any], str]
# As many words as one query may carry on any database, and for as many a suggestion is sought.
MAX_WORDS = 5_000
CREATABLE = (Brand, Category)


@dataclass(frozen=True)
class ToCreate:
    """A brand or category that is not there yet, as the record names it."""

    key: Key
    word: str


class SlugReferences(References):
    """Brands and categories by slug."""

    not_creatable = "it is not a slug"

    def __init__(self, *, by: Actor | None, create_missing: bool = False) -> None:
        self.by, self.create_missing = by, create_missing
        self._known: dict[Key, Any] = {}
        self._made: dict[Key, Any] = {}  # in the transaction under way
        self._absent: set[Key] = set()
        self._refused: dict[Key, ErrorDetail] = {}

    def find(self, model: type[Any], slugs: Iterable[str]) -> dict[str, Any]:
        """The rows that exist, and a `ToCreate` for each that may be created, by the word that names them."""
        keys = {word: (model, self.key(word)) for word in slugs}
        strangers = {key: word for word, key in keys.items() if key not in self._known and key not in self._absent}
        if strangers:
            self._known |= self.look_up(model, strangers)
            self._absent |= strangers.keys() - self._known.keys()
        found = {word: self._known[key] for word, key in keys.items() if key in self._known}
        if self.create_missing:
            missing = {word: key for word, key in keys.items() if word not in found and self._is_creatable(model, word)}
            found |= {word: ToCreate(key, word) for word, key in missing.items()}
        return found

    def refusals(self, model: type[Any], slugs: Sequence[str]) -> dict[str, ErrorDetail]:
        """The errors for words that name nothing. A suggestion costs time, so each is sought once."""
        for word in slugs:
            key = (model, self.key(word))
            if key not in self._refused and len(self._refused) < MAX_WORDS:
                self._refused[key] = self._refusal(model, word)
        return {word: self._refused.get((model, self.key(word))) or self._plain_refusal(model, word) for word in slugs}

    def settled(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """A record's values with every `ToCreate` created. Raises IntegrityError when somebody else was faster."""
        settled = {name: self._settled(value) for name, value in values.items()}
        if "categories" in settled:
            # two words may mean one category
            settled["categories"] = list({row.pk: row for row in map(self._settled, settled["categories"])}.values())
        return settled

    def create_brands(self, batch: Iterable[Mapping[str, Any]]) -> None:
        """Create the brands that a batch of records waits for together, where they are several.

        `settled` creates what is left, one by one. Raises IntegrityError when somebody else was faster.
        """
        new: dict[Key, str] = {}
        for brand in (values.get("brand") for values in batch):
            if isinstance(brand, ToCreate) and brand.key not in self._known and brand.key not in self._made:
                new.setdefault(brand.key, brand.word)  # as the first one spells it
        if len(new) > 1:
            self._known |= self.look_up(Brand, new)
            new = {key: word for key, word in new.items() if key not in self._known}
            brands = create_brands(by=self.by, batch=[self.brand_values(word) for word in new.values()])
            self._made |= zip(new, brands, strict=True)

    def keep(self) -> None:
        """What was created is there to stay."""
        self._known |= self._made
        self._made.clear()

    def look_again(self) -> None:
        """What was not there may have come since."""
        self._absent.clear()

    def forget(self) -> None:
        """What was created has been rolled back, or what is remembered may have changed."""
        for memory in (self._known, self._made, self._absent, self._refused):
            memory.clear()

    def key(self, word: str) -> str:
        """Under which two words that mean the same are the same."""
        return word

    def slugs_of(self, missing: ToCreate) -> Iterator[tuple[type[Any], str]]:
        """The slugs that are made of names for it: here none, since the word is one."""
        yield from ()

    def look_up(self, model: type[Any], strangers: Mapping[Key, str]) -> dict[Key, Any]:
        """The rows that exist, by key."""
        return {(model, slug): row for slug, row in super().find(model, strangers.values()).items()}

    def is_creatable(self, model: type[Any], word: str) -> bool:
        """Whether a row can be made of the word."""
        return len(word) <= SLUG_LENGTH and re.fullmatch(SLUG_PATTERN, word) is not None

    def create(self, model: type[Any], word: str) -> Any:
        """Create the row that a word names; its name is made of its slug."""
        if model is Brand:
            return create_brand(by=self.by, values=self.brand_values(word))
        return create_category(by=self.by, values=_named_by_slug(word))

    def brand_values(self, word: str) -> dict[str, Any]:
        """What a brand that a word names is made of."""
        return _named_by_slug(word)

    def _is_creatable(self, model: type[Any], word: str) -> bool:
        return model in CREATABLE and self.is_creatable(model, word)

    def _settled(self, value: Any) -> Any:
        return self._settle(value) if isinstance(value, ToCreate) else value

    def _settle(self, missing: ToCreate) -> Any:
        """The row, which an earlier record may have created meanwhile."""
        model, key = missing.key[0], missing.key
        row = self._known.get(key) or self._made.get(key) or self.look_up(model, {key: missing.word}).get(key)
        if row is None:
            row = self._made[key] = self.create(model, missing.word)
        return row

    def _refusal(self, model: type[Any], word: str) -> ErrorDetail:
        if self.create_missing and model in CREATABLE:
            name = model._meta.verbose_name
            return ErrorDetail(f"The {name} {word[:100]!a} cannot be created: {self.not_creatable}.", "not_creatable")
        return super().refusals(model, [word])[word]

    def _plain_refusal(self, model: type[Any], word: str) -> ErrorDetail:
        return ErrorDetail(f"The {model._meta.verbose_name} {word[:100]!a} is not known.", "unknown_value")


class NameReferences(SlugReferences):
    """Brands by name and categories by the names down to them, whatever their case and accents.

    Product types go by code, else by name.
    """

    not_creatable = f"a name has at most {NAME_LENGTH} characters"

    def key(self, word: str) -> str:
        """The names' sort keys."""
        return LEVEL.join(map(sort_key, _names(word)))

    def slugs_of(self, missing: ToCreate) -> Iterator[tuple[type[Any], str]]:
        """The slugs of its names, and so of all the categories above it."""
        model, _ = missing.key
        for name in _names(missing.word) if model is Category else [missing.word.strip()]:
            yield model, derive_slug(name, kind=model._meta.model_name or "")

    def look_up(self, model: type[Any], strangers: Mapping[Key, str]) -> dict[Key, Any]:
        """The rows that exist, by key; where several share a name, the oldest."""
        if model is Category:
            found = ((key, self._category(_names(word))) for key, word in strangers.items())
            return {key: row for key, row in found if row is not None}
        if model is ProductType:
            return _types(strangers)
        brands = Brand.objects.filter(name_key__in=[key for _, key in strangers]).order_by("-pk")
        return {(Brand, brand.name_key): brand for brand in brands}

    def is_creatable(self, model: type[Any], word: str) -> bool:
        """Whether every name is short enough."""
        return all(0 < len(name) <= NAME_LENGTH for name in (_names(word) if model is Category else [word.strip()]))

    def create(self, model: type[Any], word: str) -> Any:
        """Create the row that a word names, spelled as here, and the categories above it that are missing."""
        if model is Brand:
            return create_brand(by=self.by, values=self.brand_values(word))
        *above, name = _names(word)
        parent = None
        if above:
            path = LEVEL.join(above)
            parent = self._category(above) or self._settle(ToCreate((Category, self.key(path)), path))
        return create_category(by=self.by, values={"name": name, "parent": parent})

    def brand_values(self, word: str) -> dict[str, Any]:
        """Its name, spelled as here."""
        return {"name": word.strip()}

    def _category(self, names: Sequence[str]) -> Category | None:
        """Walk down the tree, remembering every step."""
        parent: Category | None = None
        for depth, name in enumerate(names, start=1):
            key = (Category, self.key(LEVEL.join(names[:depth])))
            row = self._known.get(key) or self._made.get(key) or _child(parent, name)
            if row is None:
                return None
            parent = self._known[key] = row
        return parent


def _named_by_slug(slug: str) -> dict[str, Any]:
    name = re.sub("[-_]+", " ", slug).strip()
    return {"slug": slug, "name": (name[:1].upper() + name[1:])[:NAME_LENGTH]}


def _names(word: str) -> list[str]:
    return [name.strip() for name in word.split(LEVEL)]


def _types(strangers: Mapping[Key, str]) -> dict[Key, ProductType]:
    """Product types by name, the oldest of each, and over these by code."""
    keys = [key for _, key in strangers]
    named = ProductType.objects.filter(name_key__in=keys).order_by("-pk")
    coded = {row.code: row for row in ProductType.objects.filter(code__in=strangers.values())}
    found = {(ProductType, row.name_key): row for row in named}
    return found | {key: coded[word] for key, word in strangers.items() if word in coded}


def _child(parent: Category | None, name: str) -> Category | None:
    return Category.objects.filter(parent=parent, name_key=sort_key(name)).order_by("pk").first()
