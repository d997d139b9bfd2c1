"""The expressions of a mapping: where in a record a value is found, and what is done to it on the way.

Compiled once into functions of the record, so that a row costs little. `docs/imports.md` describes the language.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from catalog_project.suggestions import closest

# The record, and then the item of each loop around the expression.
Scope = Sequence[Any]
Expression = Callable[[Scope], Any]
SOURCES = ("path", "value", "first", "join", "template")
OPTIONS = ("with", "split", "flags", "keys", "glue", "find", "map", "as", "default")
EVERY = "*"
PLACEHOLDER = re.compile(r"\{([^{}]+)\}")
WORDS = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}


class MappingError(Exception):
    """A fault in a mapping. `place` leads to it, as in `product.name`."""

    def __init__(self, place: str, reason: str) -> None:
        super().__init__(f"{place}: {reason}")


def is_empty(value: Any) -> bool:
    """Whether a value says nothing: null, blank, an empty list or an empty object."""
    if isinstance(value, str):
        return not value or value.isspace()
    return value is None or (not value and isinstance(value, (list, dict)))


def compile_expression(rule: Any, *, loops: Sequence[str], place: str, kind: str = "") -> Expression:
    """The function for a path or a table of options; its value is None where there is nothing.

    `loops` names the loops around it, `kind` converts the value where the rule does not say (`text`, `integer`).
    Raises MappingError.
    """
    if isinstance(rule, str):
        rule = {"path": rule}
    if not isinstance(rule, dict):
        raise MappingError(place, "give a path, or a table such as { path = … } or { value = … }.")
    refuse_unknown(rule, (*SOURCES, *OPTIONS), place)
    given = [name for name in SOURCES if name in rule]
    if len(given) != 1:
        raise MappingError(place, f"give exactly one of {', '.join(SOURCES)}.")
    steps = [_SOURCES[given[0]](rule, loops, place), *_options(rule, place, kind)]
    return _chain(steps, default=rule.get("default"))


def refuse_unknown(table: Mapping[str, Any], known: Sequence[str], place: str) -> None:
    """Raise MappingError for a key that means nothing here."""
    for key in table:
        if key not in known:
            near = closest(key, known)
            raise MappingError(f"{place}.{key}".lstrip("."), f"not known here{f'; is it {near}?' if near else '.'}")


def compile_path(path: Any, *, loops: Sequence[str], place: str) -> Expression:
    """The function for a path: one that begins with the name of a loop begins at its item, any other at the record."""
    steps = split_path(path, place=place)
    if steps[0] in loops:
        index, steps = list(loops).index(steps[0]) + 1, steps[1:]
        return lambda scope: walk(scope[index], steps)
    return lambda scope: walk(scope[0], steps)


def split_path(path: Any, *, place: str) -> list[str]:
    """The names in a path: they are joined by dots, or given as a list where they hold dots themselves."""
    steps = path.split(".") if isinstance(path, str) else path
    if not isinstance(steps, list) or not all(isinstance(step, str) and step.strip() for step in steps) or not steps:
        raise MappingError(place, f"{path!r} is no path: give names joined by dots, or a list of names.")
    return steps


def constant(value: Any) -> Expression:
    """The function that gives one value, whatever the record."""
    return lambda _: value


def walk(value: Any, steps: Sequence[str]) -> Any:
    """Follow names (and numbers, in lists) into a JSON value; None where there is nothing.

    `*` follows the rest of the way from every item of a list, and gives a list of what is found.
    """
    for depth, step in enumerate(steps, start=1):
        if isinstance(value, dict):
            value = value.get(step)
        elif isinstance(value, list) and step == EVERY:
            found = (walk(item, steps[depth:]) for item in value)
            return [part for part in found if not is_empty(part)]
        elif isinstance(value, list) and step.isdecimal() and int(step) < len(value):
            value = value[int(step)]
        else:
            return None
    return value


def as_text(value: Any) -> Any:
    """A number or boolean as text, 5.0 as `5`; what is neither stays."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value) if isinstance(value, int | float) else value


def as_integer(value: Any) -> Any:
    """A whole number; what is none stays as it is, for the write shape to refuse."""
    number = as_number(value)
    return int(number) if isinstance(number, float) and number.is_integer() else number


def as_number(value: Any) -> Any:
    """A number written as text; what is none stays as it is."""
    if not isinstance(value, str) or not re.fullmatch(r"-?\d{1,18}(\.\d{1,18})?", value.strip(), re.ASCII):
        return value
    return float(value) if "." in value else int(value)


def as_boolean(value: Any) -> Any:
    """True for true, yes and 1, false for false, no and 0, whatever their case; anything else stays."""
    return WORDS.get(str(value).strip().lower(), value)


CONVERSIONS: dict[str, Callable[[Any], Any]] = {
    "text": as_text,
    "integer": as_integer,
    "number": as_number,
    "boolean": as_boolean,
}


def _chain(steps: Sequence[Callable[[Any], Any]], *, default: Any) -> Expression:
    source, *conversions = steps

    def evaluate(scope: Scope) -> Any:
        value = source(scope)
        if isinstance(value, str):
            value = value.strip()
        if is_empty(value):
            return default
        for convert in conversions:
            value = convert(value)
            if is_empty(value):
                return default
        return value

    return evaluate


def _options(rule: Mapping[str, Any], place: str, kind: str) -> list[Callable[[Any], Any]]:
    found: list[Callable[[Any], Any]] = []
    if "split" in rule:
        found.append(_split(rule["split"], f"{place}.split"))
    found += [make(rule[name], f"{place}.{name}") for name, make in _LISTS.items() if name in rule]
    if "map" in rule:
        found.append(_map(rule["map"], f"{place}.map"))
    kind = rule.get("as", kind)
    if kind:
        if kind not in CONVERSIONS:
            raise MappingError(f"{place}.as", f"{kind!r} is none of {', '.join(CONVERSIONS)}.")
        found.append(CONVERSIONS[kind])
    return found


def _split(separator: Any, place: str) -> Callable[[Any], Any]:
    if not isinstance(separator, str) or not separator:
        raise MappingError(place, "give the text that stands between the parts.")
    return lambda value: [part.strip() for part in str(value).split(separator) if part.strip()]


def _flags(is_wanted: Any, place: str) -> Callable[[Any], Any]:
    """An object of true and false as the list of its keys that are true."""
    if is_wanted is not True:
        raise MappingError(place, "it is true, or left out.")
    return lambda value: [key for key, part in value.items() if part is True] if isinstance(value, dict) else value


def _keys(names: Any, place: str) -> Callable[[Any], Any]:
    """Objects in a list as texts, such as "size 2280, key M"."""
    names = _words(names, place)
    return lambda value: [_pairs(item, names) for item in value] if isinstance(value, list) else value


def _pairs(item: Any, names: Sequence[str]) -> Any:
    if not isinstance(item, dict):
        return item
    return ", ".join(f"{name} {as_text(item[name])}" for name in names if not is_empty(item.get(name)))


def _glue(separator: Any, place: str) -> Callable[[Any], Any]:
    """A list as one text, without what is empty in it."""
    if not isinstance(separator, str) or not separator:
        raise MappingError(place, "give the text that goes between the parts.")

    def glue(value: Any) -> Any:
        if not isinstance(value, list):
            return value
        return separator.join(str(as_text(part)).strip() for part in value if not is_empty(part))

    return glue


def _find(words: Any, place: str) -> Callable[[Any], Any]:
    """The first of some words that stands in a text, whatever its case; nothing where none does."""
    patterns = {word: re.compile(rf"\b{re.escape(word)}\b", re.IGNORECASE) for word in _words(words, place)}
    return lambda value: next((word for word, pattern in patterns.items() if pattern.search(str(value))), None)


def _words(words: Any, place: str) -> list[str]:
    if not isinstance(words, list) or not words or not all(isinstance(word, str) and word.strip() for word in words):
        raise MappingError(place, "give a list of words.")
    return words


_LISTS: dict[str, Callable[[Any, str], Callable[[Any], Any]]] = {
    "flags": _flags,
    "keys": _keys,
    "glue": _glue,
    "find": _find,
}


def _map(table: Any, place: str) -> Callable[[Any], Any]:
    if not isinstance(table, dict):
        raise MappingError(place, "give a table of values.")
    return lambda value: table.get(as_text(value) if not isinstance(value, dict | list) else None, value)


def _path(rule: Mapping[str, Any], loops: Sequence[str], place: str) -> Expression:
    return compile_path(rule["path"], loops=loops, place=place)


def _value(rule: Mapping[str, Any], *_: object) -> Expression:
    return constant(rule["value"])


def _first(rule: Mapping[str, Any], loops: Sequence[str], place: str) -> Expression:
    choices = _several(rule["first"], loops, f"{place}.first")
    return lambda scope: next((value for choice in choices if not is_empty(value := choice(scope))), None)


def _join(rule: Mapping[str, Any], loops: Sequence[str], place: str) -> Expression:
    parts, separator = _several(rule["join"], loops, f"{place}.join"), str(rule.get("with", " "))

    def join(scope: Scope) -> str:
        values = (part(scope) for part in parts)
        return separator.join(str(as_text(value)) for value in values if not is_empty(value))

    return join


def _several(rules: Any, loops: Sequence[str], place: str) -> list[Expression]:
    if not isinstance(rules, list) or not rules:
        raise MappingError(place, "give a list of paths or tables.")
    return [compile_expression(rule, loops=loops, place=f"{place}[{i}]") for i, rule in enumerate(rules)]


def _template(rule: Mapping[str, Any], loops: Sequence[str], place: str) -> Expression:
    return compile_template(rule["template"], loops=loops, place=f"{place}.template")


def compile_template(text: Any, *, loops: Sequence[str], place: str) -> Expression:
    """The function for a text with paths in braces; None where any of them finds nothing."""
    if not isinstance(text, str) or not PLACEHOLDER.search(text):
        raise MappingError(place, "give a text with paths in braces, such as {brand.name}.")
    literals = PLACEHOLDER.split(text)[::2]
    paths = [compile_path(path, loops=loops, place=place) for path in PLACEHOLDER.findall(text)]

    def fill(scope: Scope) -> str | None:
        values = [path(scope) for path in paths]
        if any(is_empty(value) for value in values):
            return None
        filled = (str(as_text(value)).strip() + literal for value, literal in zip(values, literals[1:], strict=True))
        return literals[0] + "".join(filled)

    return fill


_SOURCES: dict[str, Callable[[Mapping[str, Any], Sequence[str], str], Expression]] = {
    "path": _path,
    "value": _value,
    "first": _first,
    "join": _join,
    "template": _template,
}
