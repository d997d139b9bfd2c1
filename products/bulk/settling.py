"""Puts rows in the place of the names in items, once their turn has come."""

from collections.abc import Sequence

from catalog_project.errors import DomainError
from products.bulk.items import Values
from products.bulk.planning import Plan
from products.bulk.references import find_named, settled
from products.bulk.refusing import refuse

Ready = list[tuple[Plan, Values]]


def settled_values(plans: Sequence[Plan]) -> Ready:
    """The items whose references are there, each with its values."""
    rows = find_named(planned.item.values for planned in plans)
    ready: Ready = []
    for planned in plans:
        try:
            ready.append((planned, settled(planned.item.values, rows)))
        except DomainError as error:
            refuse(planned, error)
    return ready
