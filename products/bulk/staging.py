"""What one item changes on a product that is loaded: an edit of its own, set in memory."""

from dataclasses import replace

from products.bulk.items import Item, Op, Resource, Values
from products.exchange.edits import staged
from products.models import Product, Variant
from products.services.products import stage_status
from products.services.staging import ProductEdit, VariantEdit, assign, stage_product, stage_variant
from products.services.typed import TypeRules, require_valid
from products.services.variants import moved_stock, stage_new_variant

STATUS_OF = {Op.PUBLISH: Product.Status.ACTIVE, Op.ARCHIVE: Product.Status.ARCHIVED}


def stage(item: Item, so_far: ProductEdit, variant: Variant | None, values: Values, rules: TypeRules) -> ProductEdit:
    """Stage an item after what earlier ones did (`so_far`, which stays as it is).

    `values` are settled; `variant` is the one that the item means, if any. Raises what the services raise; then the
    rows may have been set half way.
    """
    product = so_far.product
    if item.resource == Resource.PRODUCT:
        own = _stage_product(item, product, values, rules)
        status = STATUS_OF.get(Op(item.op)) or values.get("status")
        return _with_status(own, so_far, status, rules) if status else own
    if variant is None:
        own = ProductEdit(product, new_variants=[stage_new_variant(so_far, values)])  # type: ignore[arg-type]
    else:
        own = ProductEdit(product, variants=[_stage_variant(item, variant, values)])
    require_valid(own, rules)
    return own


def _stage_product(item: Item, product: Product, values: Values, rules: TypeRules) -> ProductEdit:
    if item.op == Op.UPSERT:
        return staged(product, {name: value for name, value in values.items() if name != "status"}, rules)
    own = stage_product(product, values)  # type: ignore[arg-type]
    require_valid(own, rules)
    return own


def _with_status(own: ProductEdit, so_far: ProductEdit, status: str, rules: TypeRules) -> ProductEdit:
    """The same with a status; variants that earlier items add count for publishing."""
    variants = [*so_far.new_variants, *own.new_variants]
    probe = replace(own, new_variants=variants)
    stage_status(probe, status, rules=rules)
    own.fields = probe.fields
    return own


def _stage_variant(item: Item, variant: Variant, values: Values) -> VariantEdit:
    if item.op == Op.SET_STOCK:
        stock = moved_stock(variant, values["delta"]) if "delta" in values else values["set"]
        return VariantEdit(variant, fields=assign(variant, {"stock": stock}))
    return stage_variant(variant, values, keep_nulls=item.op == Op.UPSERT)  # type: ignore[arg-type]
