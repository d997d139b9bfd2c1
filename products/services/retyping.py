"""Giving a product another type: the new one may ask attributes of every variant, so all of them change together."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from django.db import IntegrityError, transaction

from catalog_project.errors import Conflict, Fault, Invalid, Missing
from products.models import Product
from products.services.actor import Actor
from products.services.duplicates import explain_duplicates, explain_variant_duplicates
from products.services.inputs import ProductInput, VariantInput
from products.services.products import lock_product
from products.services.staging import ProductEdit, VariantEdit, stage_product, stage_variant
from products.services.typed import require_valid
from products.services.writing import share_names, write

VariantPatch = tuple[str, int, VariantInput]


@transaction.atomic
def retype_product(
    *, by: Actor | None, product_id: int, values: ProductInput, variants: Sequence[VariantPatch]
) -> Product:
    """Apply merge patches to a product and to variants of it as one edit.

    `variants` are a pointer for its faults, the id and the patch of each. Raises Missing when the product or one of
    them is gone, Invalid for attributes beyond their limits or unfit for the type, Conflict `duplicate`.
    """
    share_names([values])
    edit = stage_product(lock_product(product_id), values)
    edit.variants = [_staged(edit.product, *patch) for patch in variants]
    require_valid(edit)
    try:
        with transaction.atomic():
            write([edit], by=by)
    except IntegrityError as error:
        if faults := list(_taken(edit, values, variants)):
            raise Conflict("Something with this key exists already.", code="duplicate", faults=faults) from error
        raise
    return edit.product


def _staged(product: Product, pointer: str, variant_id: int, values: VariantInput) -> VariantEdit:
    variant = next((row for row in product.variants.all() if row.pk == variant_id), None)
    if variant is None:
        raise Missing("A variant is gone.")
    try:
        edit = stage_variant(variant, values)
    except Invalid as error:
        raise Invalid([fault.below(pointer) for fault in error.faults]) from error
    edit.pointer = pointer
    return edit


def _taken(edit: ProductEdit, values: ProductInput, variants: Sequence[VariantPatch]) -> Iterator[Fault]:
    """The keys that others have, each where it was given."""
    if conflict := explain_duplicates(_changed(values, edit.fields)):
        yield from conflict.faults
    for staged, (pointer, variant_id, patch) in zip(edit.variants, variants, strict=True):
        if conflict := explain_variant_duplicates(_changed(patch, staged.fields), own_id=variant_id):
            yield from (fault.below(pointer) for fault in conflict.faults)


def _changed(values: Any, fields: Mapping[str, Any]) -> Any:
    return {name: values[name] for name in fields.keys() & values.keys()}
