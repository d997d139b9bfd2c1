"""Free attributes: any JSON object within these limits, kept as it is."""

from typing import Any

import orjson

from catalog_project.errors import Fault

MAX_DEPTH = 8
MAX_BYTES = 65_536


def attributes_fault(attributes: dict[str, Any]) -> Fault | None:
    """What is wrong with a product's or variant's attributes as a whole, if anything."""
    if depth(attributes) > MAX_DEPTH:
        return Fault("max_depth", f"Attributes must not be nested more than {MAX_DEPTH} levels deep.", "/attributes")
    if len(orjson.dumps(attributes)) > MAX_BYTES:
        return Fault("max_size", f"Attributes must not exceed {MAX_BYTES} bytes of JSON.", "/attributes")
    return None


def depth(value: Any) -> int:
    """How deep a JSON value is nested: 0 for a scalar, 1 for `{}` and `{"a": 1}`, 2 for `{"a": []}`."""
    if isinstance(value, dict):
        return 1 + max(map(depth, value.values()), default=0)
    if isinstance(value, list):
        return 1 + max(map(depth, value), default=0)
    return 0
