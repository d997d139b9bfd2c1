"""The attributes of a mapping: those it names, and everything else."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from products.exchange.codes import attribute_code, distinct
from products.exchange.expressions import (
    Expression,
    MappingError,
    Scope,
    compile_expression,
    compile_path,
    compile_template,
    constant,
    is_empty,
    refuse_unknown,
    split_path,
)

Document = dict[str, Any]


def compile_attributes(table: Mapping[str, Any], loops: Sequence[str], place: str) -> Expression:
    """The function for a table of attributes by name, in which `*` stands for everything else. Raises MappingError."""
    rest = _compile_rest(table["*"], loops, f"{place}.*") if "*" in table else None
    named = [
        (_compile_key(key, loops, place), compile_expression(rule, loops=loops, place=f"{place}.{key}"))
        for key, rule in table.items()
        if key != "*"
    ]

    def build(scope: Scope) -> Document:
        found = dict(rest(scope)) if rest else {}
        pairs = ((key(scope), value(scope)) for key, value in named)
        return found | {key: value for key, value in pairs if key and not is_empty(value)}

    return build


def _compile_key(key: str, loops: Sequence[str], place: str) -> Expression:
    if "{" in key:
        return compile_template(key, loops=loops, place=f"{place}.{key}")
    return constant(key)


def _compile_rest(rule: Any, loops: Sequence[str], place: str) -> Expression:
    """Everything of an object but some paths, as it is."""
    if not isinstance(rule, dict):
        raise MappingError(place, "give a table such as { except = […] }.")
    refuse_unknown(rule, ("of", "except", "skip_empty", "flatten"), place)
    excluded = rule.get("except", [])
    if not isinstance(excluded, list):
        raise MappingError(f"{place}.except", "give a list of paths.")
    tree = _tree(split_path(path, place=f"{place}.except") for path in excluded)
    of = compile_path(rule["of"], loops=loops, place=f"{place}.of") if "of" in rule else lambda scope: scope[0]
    skip_empty, is_flat = bool(rule.get("skip_empty")), bool(rule.get("flatten"))

    def rest(scope: Scope) -> Document:
        value = of(scope)
        kept = _without(value, tree, skip_empty=skip_empty) if isinstance(value, dict) else {}
        return flattened(kept) if is_flat else kept

    return rest


def flattened(value: Document) -> Document:
    """Nested objects as one, under codes that attributes may have: `socket.type` becomes `socket_type`.

    Of two keys that give one code the later gets a number behind it.
    """
    flat: Document = {}
    for path, part in _leaves(value, ()):
        flat[distinct(attribute_code("_".join(path)), flat)] = part
    return flat


def _leaves(value: Document, above: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], Any]]:
    for key, part in value.items():
        if isinstance(part, dict) and part:
            yield from _leaves(part, (*above, key))
        else:
            yield (*above, key), part


def _tree(paths: Iterable[Sequence[str]]) -> Document:
    """Paths as nested dicts; an empty one ends a path."""
    tree: Document = {}
    for path in paths:
        node = tree
        for step in path:
            node = node.setdefault(step, {})
    return tree


def _without(value: Document, tree: Document, *, skip_empty: bool) -> Document:
    kept = {}
    for key, below in value.items():
        branch = tree.get(key)
        if branch == {}:
            continue
        if isinstance(below, dict) and (branch or skip_empty):
            below = _without(below, branch or {}, skip_empty=skip_empty)  # noqa: PLW2901 - the part that is kept
        if not (skip_empty and is_empty(below)):
            kept[key] = below
    return kept
