"""JSON Merge Patch."""

from typing import Any


def merge_patch(target: Any, patch: Any, *, keep_nulls: bool = False) -> Any:
    """Apply a merge patch (RFC 7396, section 2) and return the result; neither argument is changed.

    `keep_nulls` leaves a null where the target holds that null already, so that importing a document twice
    changes nothing the second time.
    """
    if not isinstance(patch, dict):
        return patch
    result = dict(target) if isinstance(target, dict) else {}
    for key, value in patch.items():
        if value is not None:
            result[key] = merge_patch(result.get(key), value, keep_nulls=keep_nulls)
        elif not (keep_nulls and key in result and result[key] is None):
            result.pop(key, None)
    return result
