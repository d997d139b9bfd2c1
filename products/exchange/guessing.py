"""Which attribute suits the values that were met: the narrowest one that takes them all."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from products.exchange.codes import option_codes
from products.exchange.json_schemas import NO_HINT, Hint
from products.exchange.observing import Seen
from products.exchange.units import SUFFIXES, named_unit
from products.models import Attribute
from products.models.attribute import UNIT_LENGTH
from products.models.naming import NAME_LENGTH
from products.services.typed import MAX_TEXT

Type = Attribute.Type
Document = dict[str, Any]

MAX_CHOICES = 50
# A text is a choice when each stands for so many products; one that hardly comes back tells products apart.
REPEATS = 3
MAX_LABEL = 100
REASONS = {
    "nested": "objects, and lists of them, cannot be typed",
    "list": "a list of what is no text cannot be typed",
}


@dataclass(frozen=True)
class Guess:
    """An attribute that suits; `labels` are those of its options."""

    type: str
    unit: str = ""
    labels: tuple[str, ...] = ()


def family(seen: Seen, code: str, hint: Hint = NO_HINT) -> tuple[str, str]:
    """What places must agree in to share one attribute: the shape of their values, and the unit of numbers."""
    shapes = set(seen.shapes)
    if shapes == {"number"}:
        return "number", hint.unit or named_unit(code)
    if shapes == {"text", "texts"}:
        return "texts", ""
    return (shapes.pop() if len(shapes) == 1 else "mixed"), ""


def guess(seen: Seen, code: str, hint: Hint = NO_HINT) -> Guess | str:
    """The narrowest attribute that takes all values, or the reason why none does."""
    shape, unit = family(seen, code, hint)
    if shape == "boolean":
        return Guess(Type.BOOLEAN)
    if shape == "number":
        return Guess(Type.NUMBER, unit[:UNIT_LENGTH])
    if shape == "text":
        return _guess_text(seen, hint)
    if shape == "texts":
        return _guess_texts(seen, hint)
    return REASONS.get(shape) or f"values of several kinds ({', '.join(sorted(seen.shapes))}) cannot share one type"


def document(found: Guess, code: str, seen: Seen, hint: Hint = NO_HINT) -> Document:
    """A new attribute in the write shape; a schema's range is widened to what was met."""
    made: Document = {
        "kind": "attribute",
        "code": code,
        "name": (hint.title or _name(code, found.unit))[:NAME_LENGTH],
        "type": found.type,
        "unit": found.unit,
        "filterable": found.type in {Type.OPTION, Type.OPTIONS, Type.BOOLEAN, Type.NUMBER},
        "searchable": found.type in {Type.TEXT, Type.OPTION},
    }
    if found.type == Type.NUMBER:
        made |= {"min": _least(hint.min, seen.least), "max": _most(hint.max, seen.most)}
    if found.labels:
        made["options"] = _options(option_codes(found.labels))
    return made


def widened(present: Document, seen: Seen, code: str, hint: Hint = NO_HINT) -> Document | None:
    """An attribute that is there already, so that it takes what was met; None when it is of another kind."""
    shape, unit = family(seen, code, hint)
    if not _takes(present, seen, shape, unit):
        return None
    wider = {"kind": "attribute", **present}
    if present["type"] == Type.NUMBER:
        wider |= {"min": _least(present["min"], seen.least), "max": _most(present["max"], seen.most)}
    if present["type"] in Attribute.WITH_OPTIONS:
        known = {option["code"]: option["label"] for option in present["options"]}
        wider["options"] = _options(option_codes(seen.texts, known))
    else:
        wider.pop("options", None)
    return wider


def _takes(present: Document, seen: Seen, shape: str, unit: str) -> bool:
    kind = present["type"]
    if kind == Type.NUMBER:
        is_measure = shape == "text" and seen.units == {present["unit"]} and present["unit"] != ""
        return is_measure or (shape == "number" and unit in {"", present["unit"]})
    if kind in Attribute.WITH_OPTIONS:
        shapes = {"text"} if kind == Type.OPTION else {"text", "texts"}
        return shape in shapes and not seen.has_too_many and seen.longest <= NAME_LENGTH
    if kind == Type.TEXT:
        return shape == "text" and seen.longest <= MAX_TEXT
    return shape == "boolean" if kind == Type.BOOLEAN else shape == "text" and seen.are_dates


def _guess_text(seen: Seen, hint: Hint) -> Guess | str:
    labels = _labels(seen, hint)
    if hint.choices and _can_be_options(seen):
        return Guess(Type.OPTION, labels=labels)
    if len(seen.units) == 1 and seen.units != {""}:
        return Guess(Type.NUMBER, unit=next(iter(seen.units)))
    if seen.are_dates:
        return Guess(Type.DATE)
    if _can_be_options(seen) and len(seen.texts) <= min(MAX_CHOICES, seen.rows // REPEATS):
        return Guess(Type.OPTION, labels=labels)
    return Guess(Type.TEXT) if seen.longest <= MAX_TEXT else f"a text of {seen.longest} characters is too long"


def _guess_texts(seen: Seen, hint: Hint) -> Guess | str:
    if _can_be_options(seen):
        return Guess(Type.OPTIONS, labels=_labels(seen, hint))
    return "a list of so many or so long texts is no choice of options"


def _can_be_options(seen: Seen) -> bool:
    return bool(seen.texts) and not seen.has_too_many and seen.longest <= MAX_LABEL


def _labels(seen: Seen, hint: Hint) -> tuple[str, ...]:
    """The choices of a schema in their order, then what else was met, the most frequent first."""
    met = sorted(seen.texts, key=lambda text: (-seen.texts[text], text))
    return tuple(dict.fromkeys([*(choice.strip() for choice in hint.choices), *met]))


def _options(labels: Mapping[str, str]) -> list[Document]:
    return [{"code": code, "label": label} for code, label in labels.items()]


def _least(limit: float | None, met: float | None) -> float | None:
    return limit if limit is None or met is None else min(limit, met)


def _most(limit: float | None, met: float | None) -> float | None:
    return limit if limit is None or met is None else max(limit, met)


def _name(code: str, unit: str) -> str:
    """A code in words, without the unit at its end: `capacityMax_gb` as "Capacity max"."""
    words = code.split("_")
    if unit and len(words) > 1 and (SUFFIXES.get(words[-1].lower()) == unit or words[-1] == unit):
        words = words[:-1]
    return _sentence(part for word in words if word for part in re.findall("[A-Z]?[^A-Z]+|[A-Z]+(?![a-z])", word))


def _sentence(words: Iterable[str]) -> str:
    first, *rest = words
    return " ".join([first[:1].upper() + first[1:], *(word if word.isupper() else word.lower() for word in rest)])
