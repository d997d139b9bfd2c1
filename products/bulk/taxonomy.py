"""Writes the brands and the categories of a wave, a kind of work at a time."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from catalog_project.errors import Conflict, DomainError
from products.bulk.items import Result, Values
from products.bulk.planning import Plan
from products.bulk.refusing import refuse
from products.bulk.settling import settled_values
from products.bulk.states import changes_between
from products.models import Category, Product, ProductCategory
from products.services.actor import Actor
from products.services.brands import create_brand, create_brands, delete_brands, lock_brands, write_brands
from products.services.categories import (
    create_categories,
    delete_categories,
    lock_tree,
    move_category,
    update_category,
    write_categories,
)
from products.services.changes.values import values_of
from products.services.expected import require_version
from products.services.row_edits import RowEdit


def new_brands(plans: Sequence[Plan], by: Actor | None) -> None:
    """Create brands."""
    fit = list(_fit(plans))
    batch = [values for _, values in fit]
    # one by itself waits in line for a derived slug
    made = [create_brand(by=by, values=batch[0])] if len(fit) == 1 else create_brands(by=by, batch=batch)
    _made(fit, made)


def edit_brands(plans: Sequence[Plan], by: Actor | None) -> None:
    """Change brands."""
    edits = {pk: RowEdit(brand) for pk, brand in lock_brands(_ids(plans)).items()}
    for planned in plans:
        _stage(planned, edits[_id(planned)], planned.item.values)
    write_brands(by=by, edits=list(edits.values()))


def drop_brands(plans: Sequence[Plan], by: Actor | None) -> None:
    """Delete brands that no product carries."""
    brands = lock_brands(_ids(plans))
    used = set(Product.objects.filter(brand__in=brands).order_by().values_list("brand", flat=True).distinct())
    gone = [planned for planned in plans if _is_gone(planned, brands, is_used=_id(planned) in used)]
    delete_brands(by=by, brands=[brands[pk] for pk in _ids(gone)])


def new_categories(plans: Sequence[Plan], by: Actor | None) -> None:
    """Create categories."""
    fit = list(_fit(plans))
    _made(fit, create_categories(by=by, batch=[values for _, values in fit]))


def edit_categories(plans: Sequence[Plan], by: Actor | None) -> None:
    """Change categories: one by one those that get another path, all others together."""
    lock_tree()
    plain: list[Plan] = []
    for planned in plans:
        if planned.is_alone:
            _put_elsewhere(planned, by)
        else:
            plain.append(planned)
    edits = {pk: RowEdit(row) for pk, row in _categories(plain).items()}
    for planned in plain:
        _stage(planned, edits[_id(planned)], planned.item.values)
    write_categories(by=by, edits=list(edits.values()))


def drop_categories(plans: Sequence[Plan], by: Actor | None) -> None:
    """Delete categories without products and, once those before them are gone, without children."""
    lock_tree()
    rows = _categories(plans)
    used = set(ProductCategory.objects.filter(category__in=rows).values_list("category", flat=True).distinct())
    children: dict[int, set[int]] = {}
    for parent, child in Category.objects.filter(parent__in=rows).values_list("parent", "pk"):
        children.setdefault(parent, set()).add(child)
    gone: set[int] = set()
    for planned in plans:
        is_used = _id(planned) in used or not children.get(_id(planned), set()) <= gone
        if _is_gone(planned, rows, is_used=is_used):
            gone.add(_id(planned))
    for depth in sorted({rows[pk].depth for pk in gone}, reverse=True):
        delete_categories(by=by, categories=[rows[pk] for pk in gone if rows[pk].depth == depth])


def _put_elsewhere(planned: Plan, by: Actor | None) -> None:
    for _, values in settled_values([planned]):
        _move(planned, values, by)


def _move(planned: Plan, values: Values, by: Actor | None) -> None:
    try:
        category = _categories([planned])[_id(planned)]
        before = values_of(category)
        require_version(category, planned.item.version)
        planned.refuse_taken()
        if "parent" in values:
            category = move_category(by=by, category=category, values={"parent": values.pop("parent")})
        category = update_category(by=by, category=category, values=values)
    except DomainError as error:
        refuse(planned, error)
    else:
        changes = changes_between(before, values_of(category))
        planned.item.result = Result(200, category, changes, category.version, category.pk)


def _stage(planned: Plan, edit: RowEdit[Any], values: Values) -> None:
    before = values_of(edit.row)
    try:
        require_version(edit.row, planned.item.version)
        planned.refuse_taken()
    except DomainError as error:
        refuse(planned, error)
        return
    edit.stage(values)
    changes = changes_between(before, values_of(edit.row))
    planned.item.result = Result(200, edit.row, changes, edit.row.version, edit.row.pk)


def _fit(plans: Sequence[Plan]) -> Iterator[tuple[Plan, Values]]:
    for planned, values in settled_values(plans):
        try:
            planned.refuse_taken()
        except DomainError as error:
            refuse(planned, error)
        else:
            yield planned, values


def _made(fit: Sequence[tuple[Plan, Values]], rows: Sequence[Any]) -> None:
    for (planned, _), row in zip(fit, rows, strict=True):
        planned.item.result = Result(201, row, changes_between(None, values_of(row)), row.version, row.pk)


def _is_gone(planned: Plan, rows: Mapping[int, Any], *, is_used: bool) -> bool:
    row = rows[_id(planned)]
    try:
        require_version(row, planned.item.version)
        if is_used:
            raise Conflict("Other things still refer to this.", code="in_use")
    except DomainError as error:
        refuse(planned, error)
        return False
    planned.item.result = Result(204, row, changes_between(values_of(row), None), None, row.pk)
    return True


def _categories(plans: Sequence[Plan]) -> dict[int, Category]:
    found: dict[int, Category] = Category.objects.select_related("parent").in_bulk(_ids(plans)) if plans else {}
    return found


def _ids(plans: Sequence[Plan]) -> list[int]:
    return [_id(planned) for planned in plans]


def _id(planned: Plan) -> int:
    return planned.target.id if planned.target else 0
