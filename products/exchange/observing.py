"""What free attributes hold: a summary of each key's values that stays small however many there are."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, NamedTuple

from products.exchange.codes import attribute_code
from products.exchange.expressions import as_text, is_empty
from products.exchange.units import measured
from products.models import ProductTypeAttribute

Level = ProductTypeAttribute.Level
# Of so many different texts none is a choice any more, and they are no longer kept.
MAX_DISTINCT = 500
SHAPES = {bool: "boolean", int: "number", float: "number", str: "text", dict: "nested"}


class Kind(NamedTuple):
    """A product type to be: what products of it have in common is its name."""

    code: str
    name: str


class Place(NamedTuple):
    """Where values stand: under a key, in products of a kind or in their variants."""

    kind: str
    level: str
    key: str


@dataclass
class Seen:
    """The values that were met in one place; empty ones say nothing and do not count.

    `texts` counts the different texts, those in lists too, until there are too many of them.
    """

    shapes: Counter[str] = field(default_factory=Counter)
    texts: Counter[str] = field(default_factory=Counter)
    has_too_many: bool = False
    longest: int = 0
    units: set[str] = field(default_factory=set)
    are_dates: bool = True
    least: float | None = None
    most: float | None = None

    @property
    def rows(self) -> int:
        """How many values there were."""
        return self.shapes.total()

    def note(self, value: Any) -> None:
        """Add a value."""
        if is_empty(value):
            return
        shape = shape_of(value)
        self.shapes[shape] += 1
        if shape == "number":
            self._note_number(value)
        elif shape == "text":
            self._note_text(value)
        elif shape == "texts":
            for part in value:
                self._count(part)

    def add(self, other: "Seen") -> None:
        """Add what was met elsewhere."""
        self.shapes += other.shapes
        self.texts += other.texts
        self.longest, self.units = max(self.longest, other.longest), self.units | other.units
        self.are_dates = self.are_dates and other.are_dates
        self.has_too_many = self.has_too_many or other.has_too_many or len(self.texts) > MAX_DISTINCT
        for bound in (other.least, other.most):
            if bound is not None:
                self._note_number(bound)

    def _note_text(self, value: str) -> None:
        self._count(value)
        measure = measured(value)
        self.units.add(measure[1] if measure else "")
        if measure:
            self._note_number(measure[0])
        self.are_dates = self.are_dates and _is_date(value)

    def _note_number(self, value: float) -> None:
        self.least = value if self.least is None else min(self.least, value)
        self.most = value if self.most is None else max(self.most, value)

    def _count(self, text: str) -> None:
        self.longest = max(self.longest, len(text))
        if not self.has_too_many and text.strip():
            self.texts[text.strip()] += 1
            self.has_too_many = len(self.texts) > MAX_DISTINCT


@dataclass
class Observations:
    """What was met in products of each kind. `products` counts them by kind, `without_kind` those of none."""

    kinds: dict[str, str] = field(default_factory=dict)
    products: Counter[str] = field(default_factory=Counter)
    seen: dict[Place, Seen] = field(default_factory=dict)
    without_kind: int = 0

    def note(self, kind: Kind | None, attributes: Mapping[str, Any], variants: Iterable[Mapping[str, Any]]) -> None:
        """Add a product with its variants."""
        if kind is None:
            self.without_kind += 1
            return
        self.kinds.setdefault(kind.code, kind.name)
        self.products[kind.code] += 1
        self._note(kind, Level.PRODUCT, attributes)
        for variant in variants:
            self._note(kind, Level.VARIANT, variant)

    def _note(self, kind: Kind, level: str, attributes: Mapping[str, Any]) -> None:
        for key, value in attributes.items():
            self.seen.setdefault(Place(kind.code, level, key), Seen()).note(value)


def kind_named(name: Any) -> Kind | None:
    """The kind with a name; None where no code can be made of it."""
    word = as_text(name)
    code = attribute_code(word) if isinstance(word, str) else ""
    return Kind(code, word.strip()) if code else None


def shape_of(value: Any) -> str:
    """What a JSON value is: boolean, number, text, texts, nested or a list that is none of these."""
    if not isinstance(value, list):
        return SHAPES[type(value)]
    if all(isinstance(part, str) for part in value):
        return "texts"
    return "nested" if any(isinstance(part, dict) for part in value) else "list"


def _is_date(text: str) -> bool:
    if len(text) != 10:
        return False
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False
