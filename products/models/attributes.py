"""Free attributes: any JSON object within these limits, kept as it is."""

import json
from typing import Any

import orjson

from catalog_project.errors import Fault

MAX_DEPTH = 8
MAX_BYTES = 65_536
SETTLED = {str, int, bool, type(None)}  # every database gives these back as they are


class NumbersDecoder(json.JSONDecoder):
    """Reads a stored 1e22 as the float it was written as: PostgreSQL writes it out, and JSON has no such integers."""

    def __init__(self) -> None:
        super().__init__(parse_int=_number)


def _number(literal: str) -> int | float:
    value = int(literal)
    return value if -(2**63) <= value < 2**63 else float(value)


def attributes_fault(attributes: dict[str, Any]) -> Fault | None:
    """What is wrong with a product's or variant's attributes as a whole, if anything."""
    if depth(attributes) > MAX_DEPTH:
        return Fault("max_depth", f"Attributes must not be nested more than {MAX_DEPTH} levels deep.", "/attributes")
    if len(orjson.dumps(attributes)) > MAX_BYTES:
        return Fault("max_size", f"Attributes must not exceed {MAX_BYTES} bytes of JSON.", "/attributes")
    return None


def canonical(value: Any) -> Any:
    """A JSON value with its numbers as every database gives them back, so that it renders alike before and after.

    PostgreSQL keeps decimals: 1e16 returns as the integer it is, and zero has no sign.
    """
    if isinstance(value, dict):
        return {name: part if type(part) in SETTLED else canonical(part) for name, part in value.items()}
    if isinstance(value, list):
        return [part if type(part) in SETTLED else canonical(part) for part in value]
    if isinstance(value, float):
        return _number(f"{value:.0f}") if abs(value) >= 1e16 else value + 0.0
    return value


def depth(value: Any) -> int:
    """How deep a JSON value is nested: 0 for a scalar, 1 for `{}` and `{"a": 1}`, 2 for `{"a": []}`."""
    if isinstance(value, dict):
        return 1 + max(map(depth, value.values()), default=0)
    if isinstance(value, list):
        return 1 + max(map(depth, value), default=0)
    return 0
