"""Writing variants: add, merge patch, delete, move stock."""

from collections.abc import Sequence

from django.db import IntegrityError, transaction
from django.utils import timezone

from catalog_project.errors import Conflict, Fault, Missing
from products.listings.rows import keep, update_listings
from products.models import Product, Variant
from products.models.category import MAX_POSITION
from products.models.deleting import delete_rows
from products.models.updating import update_rows
from products.models.variant import MAX_QUANTITY
from products.services.actor import Actor
from products.services.changes.recording import deleted, record, updated
from products.services.duplicates import explain_variant_duplicates
from products.services.expected import require_version
from products.services.inputs import VariantInput
from products.services.products import lock_product
from products.services.staging import ProductEdit, VariantEdit, assign, new_variant, stage_variant
from products.services.typed import require_valid
from products.services.writing import write


@transaction.atomic
def add_variant(*, by: Actor | None, product_id: int, values: VariantInput) -> Variant:
    """Add a variant with its prices to a product, behind the others unless a position is given.

    Raises Missing when the product is gone, Invalid for attributes that do not fit its type, Conflict `duplicate`.
    """
    edit = ProductEdit(lock_product(product_id))
    edit.new_variants.append(stage_new_variant(edit, values))
    require_valid(edit)
    _write(edit, values, by=by)
    return edit.new_variants[0].variant


@transaction.atomic
def update_variant(
    *, by: Actor | None, variant_id: int, values: VariantInput, if_version: int | None = None
) -> Variant:
    """Apply a merge patch to a variant and its prices. What changes nothing writes nothing.

    Raises Missing, Stale, Invalid (attributes beyond their limits or unfit for the type, a new price without amount),
    Conflict `duplicate`.
    """
    product, variant = _lock(variant_id)
    require_version(variant, if_version)
    edit = stage_variant(variant, values)
    require_valid(ProductEdit(product, variants=[edit]))
    changed = VariantInput(**{name: values[name] for name in edit.fields.keys() & values.keys()})  # type: ignore[literal-required, typeddict-item]
    _write(ProductEdit(product, variants=[edit]), changed, by=by, own_id=variant_id)
    return variant


@transaction.atomic
def delete_variant(*, by: Actor | None, variant_id: int, if_version: int | None = None) -> None:
    """Remove a variant. Raises Missing, Stale, and Conflict `last_variant` for the last one of an active product."""
    product, variant = _lock(variant_id)
    require_version(variant, if_version)
    stage_removal(product, variant)
    remove_variants(by=by, variants=[variant], products=[product])


def remove_variants(*, by: Actor | None, variants: Sequence[Variant], products: Sequence[Product]) -> None:
    """Remove variants that `stage_removal` has taken from locked products: few statements, however many."""
    entries = [deleted(variant) for variant in variants]
    delete_rows(variants)
    now = timezone.now()
    for product in products:
        product.updated_at = now
    update_rows(products, ["version", "updated_at"])
    update_listings(products, repriced=products)
    record(entries, by=by)


@transaction.atomic
def move_stock(*, by: Actor | None, variant_id: int, delta: int, if_version: int | None = None) -> Variant:
    """Add to a variant's stock, or take from it, whoever else does so.

    Raises Conflict `insufficient_stock` below zero, `stock_not_tracked`, `stock_out_of_range`; Missing, Stale.
    """
    product, variant = _lock(variant_id)
    require_version(variant, if_version)
    return _keep_stock(product, variant, moved_stock(variant, delta), by=by)


@transaction.atomic
def set_stock(*, by: Actor | None, variant_id: int, stock: int | None, if_version: int | None = None) -> Variant:
    """Set a variant's stock; None stops tracking it. Raises Missing, Stale."""
    product, variant = _lock(variant_id)
    require_version(variant, if_version)
    return _keep_stock(product, variant, stock, by=by)


def _keep_stock(product: Product, variant: Variant, stock: int | None, *, by: Actor | None) -> Variant:
    if changed := assign(variant, {"stock": stock}):
        variant.save(update_fields=changed)
        update_listings([product], repriced=(), reworded=False)
        record([updated(variant, changed)], by=by)
    return variant


def stage_new_variant(edit: ProductEdit, values: VariantInput) -> VariantEdit:
    """A variant to be, with its prices: behind those that the product has and gets, unless a position is given."""
    others = [*edit.product.variants.all(), *(new.variant for new in edit.new_variants)]
    behind = max((variant.position + 1 for variant in others), default=0)
    return new_variant(edit.product, values, position=min(behind, MAX_POSITION))


def stage_removal(product: Product, variant: Variant) -> None:
    """Take a variant from its product in memory, which is a new version of that. Raises Conflict `last_variant`."""
    left = [other for other in product.variants.all() if other is not variant]
    if product.status == Product.Status.ACTIVE and not left:
        raise Conflict("An active product keeps at least one variant: archive it first.", code="last_variant")
    keep(product, "variants", left)
    product.version += 1


def moved_stock(variant: Variant, delta: int) -> int:
    """A variant's stock after a movement. Raises Conflict as `move_stock` does."""
    if refusal := _stock_refusal(variant, delta):
        raise refusal
    return (variant.stock or 0) + delta


def _stock_refusal(variant: Variant, delta: int) -> Conflict | None:
    if variant.stock is None:
        return Conflict("The stock of this variant is not tracked: set it first.", code="stock_not_tracked")
    if variant.stock + delta < 0:
        fault = Fault("insufficient_stock", f"There are {variant.stock} in stock.", "/delta")
        return Conflict("There is not enough stock.", code="insufficient_stock", faults=[fault])
    if variant.stock + delta > MAX_QUANTITY:
        fault = Fault("max_value", f"Stock must not exceed {MAX_QUANTITY}.", "/delta")
        return Conflict("That is more stock than can be kept.", code="stock_out_of_range", faults=[fault])
    return None


def _lock(variant_id: int) -> tuple[Product, Variant]:
    """A variant and its product, the product's row locked: every edit of a product takes that one lock first."""
    owner = Variant.objects.filter(pk=variant_id).values_list("product_id", flat=True).first()
    product = lock_product(owner) if owner is not None else None
    for variant in product.variants.all() if product else ():
        if variant.pk == variant_id:
            return variant.product, variant
    raise Missing("The variant is gone.")


def _write(edit: ProductEdit, values: VariantInput, *, by: Actor | None, own_id: int | None = None) -> None:
    try:
        with transaction.atomic():
            write([edit], by=by)
    except IntegrityError as error:
        if conflict := explain_variant_duplicates(values, own_id=own_id):
            raise conflict from error
        raise
