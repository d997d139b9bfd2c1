"""Proposes product types and typed attributes for products whose attributes are free.

A key becomes one attribute wherever it stands, so that types share their filters; places where it means something
else, by the shape of its values or their unit, get an attribute of their own.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from products.exchange.codes import attribute_code
from products.exchange.guessing import Document, document, family, guess, widened
from products.exchange.json_schemas import NO_HINT, Hint, Hints
from products.exchange.observing import Level, Observations, Place, Seen
from products.listings.definitions import attribute_document, product_type_document
from products.models import Attribute, ProductType
from products.models.naming import CODE_LENGTH, NAME_LENGTH

SHARED = {"boolean", "number", "text", "texts"}  # other shapes suit no attribute
CLASH = "{code} is {one} in {others}; give it a name of its own in the mapping, such as {example}"


@dataclass
class Proposal:
    """Definitions as lines of an import, the code for each place, and why some places get none."""

    attributes: list[Document] = field(default_factory=list)
    types: list[Document] = field(default_factory=list)
    codes: dict[Place, str] = field(default_factory=dict)
    left_out: dict[Place, str] = field(default_factory=dict)

    @property
    def lines(self) -> list[Document]:
        """All of it in the order in which an import takes it."""
        return [*self.attributes, *self.types]


@dataclass
class Definitions:
    """The attributes and product types that are there, as documents by code."""

    attributes: Mapping[str, Document]
    types: Mapping[str, Document]


def present_definitions() -> Definitions:
    """What the catalog defines already."""
    attributes = Attribute.objects.prefetch_related("options")
    types = ProductType.objects.prefetch_related("attribute_links__attribute")
    return Definitions(
        {row.code: attribute_document(row) for row in attributes},
        {row.code: product_type_document(row) for row in types},
    )


class Inference:
    """Makes a proposal of what was met.

    `may_rename` says that a key may get a code that is not its own: where products are typed by whoever proposes, and
    not by a mapping that knows keys only.
    """

    def __init__(
        self, observations: Observations, *, hints: Hints, present: Definitions, may_rename: bool = True
    ) -> None:
        self._met, self._hints, self._present, self._may_rename = observations, hints, present, may_rename
        self._proposal = Proposal()
        self._taken: set[str] = set()

    def propose(self) -> Proposal:
        """The definitions; nothing is written."""
        by_code: dict[str, list[Place]] = defaultdict(list)
        for place, seen in self._met.seen.items():
            if seen.rows:
                by_code[attribute_code(place.key)].append(place)
        for place in by_code.pop("", ()):
            self._proposal.left_out[place] = "no code can be made of its name"
        self._taken |= by_code.keys()
        for code, places in sorted(by_code.items()):
            self._share(code, self._one_a_kind(code, places))
        self._proposal.types = [self._type(code, name) for code, name in sorted(self._met.kinds.items())]
        return self._proposal

    def _one_a_kind(self, code: str, places: Sequence[Place]) -> list[Place]:
        """Those that go under the code itself: in each kind one; the others are settled apart."""
        first: dict[str, Place] = {}
        later: dict[str, list[Place]] = defaultdict(list)
        for place in sorted(places, key=lambda place: (place.level != Level.VARIANT, place.key != code, place.key)):
            if place.kind not in first:
                first[place.kind] = place
            else:
                is_same_level = place.level == first[place.kind].level
                later[f"{code}_2" if is_same_level else f"{place.level}_{code}"].append(place)
        for wanted, others in later.items():
            self._apart(wanted, others, f"another key of the same kind of product has the code {code}")
        return list(first.values())

    def _share(self, code: str, places: Sequence[Place]) -> None:
        """Define one attribute for the places that agree most, and others for those that mean something else."""
        families: dict[tuple[str, str], list[Place]] = defaultdict(list)
        for place in places:
            families[self._family(place, code)].append(place)
        for each in [each for each in families if each[0] not in SHARED]:
            self._define(code, families.pop(each))
        units = [each for each in families if each[0] == "number" and each[1]]
        if len(units) == 1 and ("number", "") in families:
            families[units[0]] += families.pop(("number", ""))
        ranked = sorted(families.items(), key=lambda item: (-sum(map(self._rows, item[1])), item[0]))
        for _, majority in ranked[:1]:
            self._define(code, majority)
        for (shape, unit), others in ranked[1:]:
            for place in others:
                wanted = f"{place.kind}_{code}"
                kinds = ", ".join(sorted({other.kind for other in others}))
                one = f"a {shape}{f' in {unit}' if unit else ''}"
                self._apart(wanted, [place], CLASH.format(code=code, one=one, others=kinds, example=wanted))

    def _apart(self, wanted: str, places: Sequence[Place], reason: str) -> None:
        """Define an attribute under another code, or leave the places out where keys must stay."""
        if not self._may_rename:
            self._proposal.left_out |= dict.fromkeys(places, reason)
            return
        code = wanted[:CODE_LENGTH].rstrip("_")
        if code in self._taken:
            self._proposal.left_out |= dict.fromkeys(places, f"{reason}, and so is {code}")
            return
        self._taken.add(code)
        self._share(code, places)

    def _define(self, code: str, places: Sequence[Place]) -> None:
        seen, hint = Seen(), self._common_hint(code, places)
        for place in places:
            seen.add(self._met.seen[place])
        present = self._present.attributes.get(code)
        made = widened(present, seen, code, hint) if present else guess(seen, code, hint)
        if made is None:
            self._stranger(code, places)
        elif isinstance(made, str):
            self._proposal.left_out |= dict.fromkeys(places, made)
        else:
            self._proposal.attributes.append(made if isinstance(made, dict) else document(made, code, seen, hint))
            self._proposal.codes |= dict.fromkeys(places, code)

    def _stranger(self, code: str, places: Sequence[Place]) -> None:
        """The catalog has an attribute of that code which takes other values."""
        for place in places:
            reason = f"the attribute {code} of the catalog takes other values"
            if code.startswith(f"{place.kind}_"):
                self._proposal.left_out[place] = reason
            else:
                self._apart(f"{place.kind}_{code}", [place], reason)

    def _type(self, code: str, name: str) -> Document:
        """A product type with its attributes, after those that it has already."""
        present = self._present.types.get(code, {"code": code, "name": name[:NAME_LENGTH], "attributes": []})
        links = {link["attribute"]: link for link in present["attributes"]}
        own = {place: used for place, used in self._proposal.codes.items() if place.kind == code}
        for place, used in own.items():
            if links.get(used, {"level": place.level})["level"] != place.level:
                del self._proposal.codes[place]
                self._proposal.left_out[place] = f"{used} is an attribute of the other level in the type {code}"
            else:
                links.setdefault(used, {"attribute": used, "level": place.level, "required": "never"})
        return {"kind": "product_type", **present, "attributes": list(links.values())}

    def _family(self, place: Place, code: str) -> tuple[str, str]:
        return family(self._met.seen[place], code, self._hint(place, attribute_code(place.key)))

    def _hint(self, place: Place, code: str) -> Hint:
        """What the kind's schema says; of CaseFan_size, too, when it is called size there."""
        own = self._hints.get(place.kind, {})
        return own.get(code) or own.get(code.removeprefix(f"{place.kind}_"), NO_HINT)

    def _common_hint(self, code: str, places: Sequence[Place]) -> Hint:
        """What the schemas of some kinds say together: all choices, the widest range, the unit that any names."""
        hints = [hint for hint in (self._hint(place, attribute_code(place.key)) for place in places) if hint != NO_HINT]
        choices = dict.fromkeys(choice for hint in hints for choice in hint.choices)
        return Hint(
            choices=tuple(choices),
            min=_widest(min, [hint.min for hint in hints]),
            max=_widest(max, [hint.max for hint in hints]),
            unit=next((hint.unit for hint in hints if hint.unit), ""),
            title=next((hint.title for hint in hints if hint.title), ""),
        )

    def _rows(self, place: Place) -> int:
        return self._met.seen[place].rows


def _widest(choose: Any, bounds: Sequence[float | None]) -> float | None:
    """The widest of some bounds; none where any is missing."""
    return None if not bounds or None in bounds else choose(bounds)
