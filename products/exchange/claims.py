"""What records lay claim to: which of them must follow one another, and which may be landed in any order.

As if each line were landed by itself, whichever batch it comes to be in.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from products.exchange.matching import Matches, Values
from products.exchange.references import SlugReferences, ToCreate
from products.models import Brand, Category
from products.models.naming import sku_key
from products.services.slugs import derive_slug

Key = tuple[Any, ...]


@dataclass(slots=True)
class Claims:
    """The claims of a record, or of several together.

    What is claimed `alone` nobody else may claim meanwhile, not even `beside` others. Of what is claimed alone, `owned`
    must not even be claimed by two records that are written at once; the rest goes to the first of them. `numbered` are
    those claims beside others that are slugs as given, not derived from names.
    """

    alone: set[Key] = field(default_factory=set)
    beside: set[Key] = field(default_factory=set)
    owned: set[Key] = field(default_factory=set)
    numbered: set[Key] = field(default_factory=set)

    def add(self, more: "Claims") -> None:
        """Claim what somebody else claims, too."""
        self.alone |= more.alone
        self.beside |= more.beside
        self.owned |= more.owned
        self.numbered |= more.numbered

    def crosses(self, others: "Claims") -> bool:
        """Whether it matters who comes first."""
        return not (
            self.alone.isdisjoint(others.alone)
            and self.alone.isdisjoint(others.beside)
            and self.beside.isdisjoint(others.alone)
        )

    def must_follow(self, others: "Claims") -> bool:
        """Whether it cannot be written at once with others that stand before it."""
        return not (
            self.owned.isdisjoint(others.alone)
            and self.alone.isdisjoint(others.owned)
            and self.numbered.isdisjoint(others.alone)
            and self.alone.isdisjoint(others.numbered)
        )

    def own(self, *keys: Key) -> None:
        """Claim keys that records have one after the other."""
        self.alone.update(keys)
        self.owned.update(keys)

    def give_slug(self, slug: str) -> None:
        """Claim a slug as it is, which may be one of a name's numbered ones, too."""
        self.own(("slug", slug))
        series = set(_series("slug", slug))
        self.beside |= series
        self.numbered |= series

    def derive_slug(self, table: object, slug: str) -> None:
        """Claim the slug of a name, or one of those with a number behind it."""
        self.alone |= {(table, slug), (table, "series", slug)}
        self.beside.update(_series(table, slug))


def claims_of(values: Values, matches: Matches, references: SlugReferences) -> Claims:
    """Everything by which a record could meet another one: its keys, whose they are, its slug, and what it creates."""
    claims = Claims()
    owners = list(matches.owners(values))
    claims.own(*_keys(values), *(("product", owner.id) for owner in owners))
    if values.get("slug"):
        for slug in (values["slug"], *(owner.slug for owner in owners)):  # the latter may become free
            claims.give_slug(slug)
    elif "name" in values:
        claims.derive_slug("slug", derive_slug(values["name"], kind="product"))
    for missing in missing_in(values):
        claims.alone.add(missing.key)
        for table, slug in references.slugs_of(missing):
            claims.derive_slug(table, slug)
    return claims


def missing_in(values: Values) -> Iterator[ToCreate]:
    """The brands and categories that a record would create."""
    for row in (values.get("brand"), *values.get("categories", ())):
        if isinstance(row, ToCreate):
            yield row


def named(document: Any, references: SlugReferences) -> Values:
    """What a document names, before anything has looked whether it is valid: enough to tell its claims."""
    if not isinstance(document, dict):
        return {}
    values: Values = {name: text for field in ("external_id", "slug", "name") for name, text in _text(document, field)}
    values["variants"] = [
        {name: text for field in ("sku", "external_id") for name, text in _text(variant, field)}
        for variant in _objects(document.get("variants"))
    ]
    if references.create_missing:
        values["brand"] = next(iter(references.find(Brand, _words([document.get("brand")])).values()), None)
        values["categories"] = [*references.find(Category, _words(document.get("categories"))).values()]
    return values


def _words(value: Any) -> list[str]:
    return [word for word in value if isinstance(word, str)] if isinstance(value, list) else []


def _keys(values: Values) -> Iterator[Key]:
    if values.get("external_id"):
        yield "external_id", values["external_id"]
    for variant in values.get("variants", ()):
        if "sku" in variant:
            yield "sku", sku_key(variant["sku"])
        if variant.get("external_id"):
            yield "variant", variant["external_id"]


def _text(document: Mapping[str, Any], name: str) -> Iterator[tuple[str, str]]:
    """A field that is a text and not blank, as serializers read it."""
    value = document.get(name)
    if isinstance(value, str) and (text := value.strip()):
        yield name, text


def _objects(value: Any) -> Iterator[Mapping[str, Any]]:
    return (part for part in value if isinstance(part, dict)) if isinstance(value, list) else iter(())


def _series(table: object, slug: str) -> Iterator[Key]:
    """The slug to which this one may be a number's."""
    if found := re.fullmatch(r"(.+)-\d+", slug):
        yield table, "series", found[1]
