"""Attributes as staff edit them: the whole JSON object, while the write functions take a merge patch."""

from typing import Any

from products.services.merge_patch import merge_patch
from products.services.staging import same_json


def patch_between(stored: dict[str, Any], wanted: dict[str, Any]) -> dict[str, Any]:
    """A merge patch (RFC 7396) that turns `stored` into `wanted`; see `can_patch` for the one thing it cannot say."""
    patch: dict[str, Any] = {key: None for key in stored if key not in wanted}
    for key, value in wanted.items():
        before = stored.get(key)
        if key in stored and same_json(before, value):
            continue
        both_objects = isinstance(before, dict) and isinstance(value, dict)
        patch[key] = patch_between(before, value) if both_objects else value  # type: ignore[arg-type]
    return patch


def can_patch(stored: dict[str, Any], wanted: dict[str, Any]) -> bool:
    """Whether a merge patch leads there: it cannot set a null, which stands for "remove" in a patch."""
    return same_json(merge_patch(stored, patch_between(stored, wanted)), wanted)
