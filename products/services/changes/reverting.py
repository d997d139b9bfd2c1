"""Undoing one change as a new one, where nothing newer touched the same fields.

An update is undone by an edit, a create by a delete, and a delete by a create: what returns has a new id.
"""

import json
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from catalog_project.errors import Conflict, Fault, Missing
from products.listings.documents import Document
from products.models import Attribute, Brand, Category, Change, ProductType
from products.models.attributes import NumbersDecoder
from products.services.actor import Actor
from products.services.attributes import create_attribute, delete_attribute, lock_definitions, update_attribute
from products.services.brands import create_brand, delete_brand, lock_brand, update_brand
from products.services.categories import create_category, delete_category, lock_tree, move_category, update_category
from products.services.changes.recording import noting
from products.services.changes.restoring import Values, restored
from products.services.changes.values import VALUES
from products.services.product_types import create_product_type, delete_product_type, update_product_type
from products.services.products import create_product, delete_product, lock_product, stage_status
from products.services.staging import ProductEdit, VariantEdit, replace_attributes, stage_product, stage_variant
from products.services.typed import require_valid
from products.services.variants import add_variant, delete_variant
from products.services.writing import share_names, write

Entity = Change.Entity
Action = Change.Action
UNDONE_BY: dict[str, str] = {Action.CREATE: "delete", Action.UPDATE: "change", Action.DELETE: "add"}
PLACE = {"parent", "position"}  # of a category, which an act of its own changes


@transaction.atomic
def revert_change(*, by: Actor | None, change: Change) -> Change:
    """Undo a change; returns the new one, of the same kind of entity.

    Raises Conflict: `changed_since` naming the fields that newer changes touched, `not_revertible` naming references
    that are gone, and whatever the write that undoes it is refused for.
    """
    before = _before(change)
    _lock(change)
    _refuse_overtaken(change, before)
    with noting(f"Reverts change {change.sequence}.") as entries:
        try:
            _undo(change, before, by)
        except Missing as error:
            raise Conflict("What was changed is gone.", code="not_revertible") from error
    entry = next(entry for entry in entries if entry.entity == change.entity)
    made: Change = Change.objects.filter(entity=entry.entity, entity_id=entry.id).latest("pk")
    return made


def undoing(change: Change) -> tuple[type[Any], str]:
    """The model and the verb (add, change, delete) of the permission that undoing a change needs."""
    return MODELS[change.entity], UNDONE_BY[change.action]


def _undo(change: Change, before: Document, by: Actor | None) -> None:
    entity = change.entity
    if change.action == Action.CREATE:
        DELETE[entity](by, change)
    elif change.action == Action.DELETE:
        CREATE[entity](by, restored(before, change=change), change)
    else:
        UPDATE[entity](by, restored(before, change=change), change)


# --- Whether it may be undone


def _lock(change: Change) -> None:
    """Wait for whoever writes to the entity, and let nobody do so until the end."""
    if change.entity == Entity.CATEGORY:
        lock_tree()
    elif change.entity in {Entity.ATTRIBUTE, Entity.PRODUCT_TYPE}:
        lock_definitions()
    with suppress(Missing):  # gone: nobody writes to it
        if change.entity == Entity.BRAND:
            lock_brand(change.entity_id)
        elif change.product_id:
            lock_product(change.product_id)


def _refuse_overtaken(change: Change, fields: Document) -> None:
    overtaken = dict(_overtaken(change, fields))
    if overtaken:
        faults = [
            Fault("changed_since", f"A later change touched this: {later}.", f"/changes/{name}")
            for name, later in sorted(overtaken.items())
        ]
        raise Conflict("Later changes touched the same fields.", code="changed_since", faults=faults)


def _overtaken(change: Change, fields: Document) -> Iterator[tuple[str, str]]:
    """The fields that newer changes touched, with what these are."""
    for newer in _newer(change).order_by("pk"):
        touched = fields if newer.entity_id != change.entity_id or newer.entity != change.entity else _names(newer)
        for name in fields.keys() & touched:
            yield name, f"{newer}, sequence {newer.sequence}" if newer.sequence else str(newer)


def _newer(change: Change) -> QuerySet[Change]:
    """Changes of the same entity that came after; of a new product also those of its variants, which would go too."""
    newer: QuerySet[Change] = Change.objects.filter(pk__gt=change.pk)
    if change.entity == Entity.PRODUCT and change.action == Action.CREATE:
        return newer.filter(product_id=change.product_id).exclude(pk__in=_companions(change).values("pk"))
    return newer.filter(entity=change.entity, entity_id=change.entity_id)


def _companions(change: Change) -> QuerySet[Change]:
    """The changes of variants that were made with that of their product: created or deleted in one write."""
    companions: QuerySet[Change] = Change.objects.filter(
        entity=Entity.VARIANT, product_id=change.product_id, action=change.action, created_at=change.created_at
    )
    return companions


def _names(change: Change) -> set[str]:
    return set(json.loads(change.changes))


# --- Undoing updates


def _update_product(by: Actor | None, values: Values, change: Change) -> None:
    status, attributes = values.pop("status", None), values.pop("attributes", None)
    share_names([values])  # type: ignore[list-item]
    edit = stage_product(lock_product(change.entity_id), values)  # type: ignore[arg-type]
    replace_attributes(edit, edit.product, attributes)
    if status is not None:
        stage_status(edit, status)
    require_valid(edit)
    write([edit], by=by)


def _update_variant(by: Actor | None, values: Values, change: Change) -> None:
    product = lock_product(change.product_id or 0)
    variant = next((row for row in product.variants.all() if row.pk == change.entity_id), None)
    if variant is None:
        raise Missing("The variant is gone.")
    attributes = values.pop("attributes", None)
    if "prices" in values:
        values["prices"] = {**dict.fromkeys(price.currency for price in variant.prices.all()), **values["prices"]}
    edit: VariantEdit = stage_variant(variant, values)  # type: ignore[arg-type]
    replace_attributes(edit, variant, attributes)
    whole = ProductEdit(product, variants=[edit])
    require_valid(whole)
    write([whole], by=by)


def _update_category(by: Actor | None, values: Values, change: Change) -> None:
    category = Category(pk=change.entity_id)
    if "parent" in values or values.keys() <= PLACE:
        place = {name: values.pop(name) for name in PLACE & values.keys()}
        move_category(by=by, category=category, values=place)
    if values:
        update_category(by=by, category=category, values=values)


# --- Undoing deletes


def _create_product(by: Actor | None, values: Values, change: Change) -> None:
    gone = _companions(change).order_by("pk")
    variants = [_own(restored(_before(variant), change=variant)) for variant in gone]
    create_product(by=by, values={**values, "variants": variants})  # type: ignore[typeddict-item]


def _create_variant(by: Actor | None, values: Values, change: Change) -> None:
    add_variant(by=by, product_id=change.product_id or 0, values=_own(values))  # type: ignore[arg-type]


def _own(values: Values) -> Values:
    return {name: value for name, value in values.items() if name != "product"}


def _before(change: Change) -> Document:
    fields: dict[str, Document] = json.loads(change.changes, cls=NumbersDecoder)
    return {name: values["before"] for name, values in fields.items()}


def _existing(model: type[Any], change: Change) -> Any:
    found = model.objects.filter(pk=change.entity_id).first()
    if found is None:
        raise Missing("What was changed is gone.")
    return found


Undo = Callable[[Actor | None, Values, Change], object]
MODELS: dict[str, type[Any]] = {entity: model for model, (entity, _) in VALUES.items()}
UPDATE: dict[str, Undo] = {
    Entity.PRODUCT: _update_product,
    Entity.VARIANT: _update_variant,
    Entity.CATEGORY: _update_category,
    Entity.BRAND: lambda by, values, change: update_brand(by=by, brand=_existing(Brand, change), values=values),
    Entity.ATTRIBUTE: lambda by, values, change: update_attribute(
        by=by, attribute=_existing(Attribute, change), values=values
    ),
    Entity.PRODUCT_TYPE: lambda by, values, change: update_product_type(
        by=by, product_type=_existing(ProductType, change), values=values
    ),
}
CREATE: dict[str, Undo] = {
    Entity.PRODUCT: _create_product,
    Entity.VARIANT: _create_variant,
    Entity.CATEGORY: lambda by, values, _: create_category(by=by, values=values),
    Entity.BRAND: lambda by, values, _: create_brand(by=by, values=values),
    Entity.ATTRIBUTE: lambda by, values, _: create_attribute(by=by, values=values),
    Entity.PRODUCT_TYPE: lambda by, values, _: create_product_type(by=by, values=values),
}
DELETE: dict[str, Callable[[Actor | None, Change], None]] = {
    Entity.PRODUCT: lambda by, change: delete_product(by=by, product_id=change.entity_id),
    Entity.VARIANT: lambda by, change: delete_variant(by=by, variant_id=change.entity_id),
    Entity.CATEGORY: lambda by, change: delete_category(by=by, category=_existing(Category, change)),
    Entity.BRAND: lambda by, change: delete_brand(by=by, brand=_existing(Brand, change)),
    Entity.ATTRIBUTE: lambda by, change: delete_attribute(by=by, attribute=_existing(Attribute, change)),
    Entity.PRODUCT_TYPE: lambda by, change: delete_product_type(by=by, product_type=_existing(ProductType, change)),
}
