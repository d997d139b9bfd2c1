"""Who may make bulk calls, and which products a caller may mean; what each item needs stands in `shapes`."""

from typing import Any

from products.bulk.items import Resource

WRITING = [f"products.{verb}_{resource}" for resource in Resource for verb in ("add", "change", "delete")]


def may_write_something(user: Any) -> bool:
    """Whether somebody may write anything at all."""
    return any(user.has_perm(right) for right in WRITING)


def hides_products(user: Any) -> bool:
    """Whether only products that anyone may see can be meant by somebody."""
    return not user.has_perm(f"products.view_{Resource.PRODUCT}")
