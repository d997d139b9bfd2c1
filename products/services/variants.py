"""Writing variants: add, merge patch, delete, move stock."""

from django.db import IntegrityError, transaction

from catalog_project.errors import Conflict, Fault, Missing
from products.listings.rows import keep, update_listings
from products.models import Product, Variant
from products.models.category import MAX_POSITION
from products.models.variant import MAX_QUANTITY
from products.services.actor import Actor
from products.services.duplicates import explain_variant_duplicates
from products.services.inputs import VariantInput
from products.services.products import lock_product
from products.services.staging import ProductEdit, new_variant, stage_variant, write


@transaction.atomic
def add_variant(*, by: Actor | None, product_id: int, values: VariantInput) -> Variant:
    """Add a variant with its prices to a product, behind the others unless a position is given.

    Raises Missing when the product is gone, Conflict `duplicate`.
    """
    product = lock_product(product_id)
    behind = max((variant.position + 1 for variant in product.variants.all()), default=0)
    position = min(behind, MAX_POSITION)
    edit = new_variant(product, values, position=position)
    _write(ProductEdit(product, new_variants=[edit]), values)
    return edit.variant


@transaction.atomic
def update_variant(*, by: Actor | None, variant_id: int, values: VariantInput) -> Variant:
    """Apply a merge patch to a variant and its prices. What changes nothing writes nothing.

    Raises Missing, Invalid (attributes beyond their limits, a new price without amount), Conflict `duplicate`.
    """
    product, variant = _lock(variant_id)
    edit = stage_variant(variant, values)
    changed = VariantInput(**{name: values[name] for name in edit.fields & values.keys()})  # type: ignore[literal-required, typeddict-item]
    _write(ProductEdit(product, variants=[edit]), changed, own_id=variant_id)
    return variant


@transaction.atomic
def delete_variant(*, by: Actor | None, variant_id: int) -> None:
    """Remove a variant. Raises Missing, and Conflict `last_variant` for the last one of an active product."""
    product, variant = _lock(variant_id)
    left = [other for other in product.variants.all() if other is not variant]
    if product.status == Product.Status.ACTIVE and not left:
        raise Conflict("An active product keeps at least one variant: archive it first.", code="last_variant")
    variant.delete()
    product.version += 1
    product.save(update_fields={"version"})
    keep(product, "variants", left)
    update_listings([product], repriced=[product])


@transaction.atomic
def move_stock(*, by: Actor | None, variant_id: int, delta: int) -> Variant:
    """Add to a variant's stock, or take from it, whoever else does so.

    Raises Conflict `insufficient_stock` below zero, `stock_not_tracked`, `stock_out_of_range`; Missing.
    """
    product, variant = _lock(variant_id)
    if refusal := _stock_refusal(variant, delta):
        raise refusal
    return _keep_stock(product, variant, (variant.stock or 0) + delta)


@transaction.atomic
def set_stock(*, by: Actor | None, variant_id: int, stock: int | None) -> Variant:
    """Set a variant's stock; None stops tracking it. Raises Missing."""
    return _keep_stock(*_lock(variant_id), stock)


def _keep_stock(product: Product, variant: Variant, stock: int | None) -> Variant:
    if variant.stock != stock:
        variant.stock = stock
        variant.save(update_fields={"stock"})
        update_listings([product], repriced=())
    return variant


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


def _write(edit: ProductEdit, values: VariantInput, *, own_id: int | None = None) -> None:
    try:
        with transaction.atomic():
            write([edit])
    except IntegrityError as error:
        if conflict := explain_variant_duplicates(values, own_id=own_id):
            raise conflict from error
        raise
