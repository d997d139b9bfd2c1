"""What a record changes on the product it means, and what it lacks to create one."""

from collections.abc import Sequence

from catalog_project.errors import Fault, Invalid
from products.exchange.matching import Values
from products.models import Product, Variant
from products.models.naming import sku_key
from products.services.products import publish_faults, stage_status
from products.services.staging import ProductEdit, VariantEdit, new_variant, stage_product, stage_variant
from products.services.typed import TypeRules, require_valid

REQUIRED = "This field is required."


def staged(product: Product, values: Values, rules: TypeRules | None = None) -> ProductEdit:
    """A record as an edit of a loaded product, in memory: what it leaves out stays, variants it adds come last.

    Raises Invalid and Conflict as the services do. `rules` spares a batch the reading of each product's own.
    """
    edit = stage_product(product, values, keep_nulls=True)  # type: ignore[arg-type]
    _stage_variants(edit, values.get("variants", ()))
    require_valid(edit, rules)
    if "status" in values:
        stage_status(edit, values["status"], rules=rules)
    return edit


def creation_faults(values: Values) -> list[Fault]:
    """What a record lacks to create a product; one that edits may leave it out."""
    faults = [] if "name" in values else [Fault("required", REQUIRED, "/name")]
    variants = values.get("variants", ())
    for index, variant in enumerate(variants):
        faults += variant_creation_faults(variant, f"/variants/{index}")
    if values.get("status") == Product.Status.ACTIVE:
        faults += publish_faults(variants=len(variants))
    return faults


def _stage_variants(edit: ProductEdit, variants: Sequence[Values]) -> None:
    present = list(edit.product.variants.all())
    behind = max((variant.position + 1 for variant in present), default=0)
    for index, values in enumerate(variants):
        variant = _find(present, values)
        if variant:
            edit.variants.append(_staged_variant(edit, variant, values, f"/variants/{index}"))
            continue
        if faults := variant_creation_faults(values, f"/variants/{index}"):
            raise Invalid(faults)
        position, pointer = behind + len(edit.new_variants), f"/variants/{index}"
        edit.new_variants.append(new_variant(edit.product, values, position=position, pointer=pointer))  # type: ignore[arg-type]


def _staged_variant(edit: ProductEdit, variant: Variant, values: Values, pointer: str) -> VariantEdit:
    if any(variant is other.variant for other in edit.variants):
        raise Invalid([Fault("duplicate", "An earlier variant of this record means the same one.", pointer)])
    try:
        own = stage_variant(variant, values, keep_nulls=True)  # type: ignore[arg-type]
    except Invalid as error:
        raise Invalid([fault.below(pointer) for fault in error.faults]) from error
    own.pointer = pointer
    return own


def _find(present: Sequence[Variant], values: Values) -> Variant | None:
    """A variant of the product by its external_id, else its SKU."""
    external_id, key = values.get("external_id"), sku_key(values.get("sku", ""))
    by_id = (variant for variant in present if external_id and variant.external_id == external_id)
    return next(by_id, None) or next((variant for variant in present if variant.sku_key == key), None)


def variant_creation_faults(variant: Values, pointer: str = "") -> list[Fault]:
    """What the values of a variant lack to create one."""
    faults = [] if "sku" in variant else [Fault("required", REQUIRED, f"{pointer}/sku")]
    for currency, price in variant.get("prices", {}).items():
        if price is not None and "amount" not in price:
            faults.append(Fault("required", REQUIRED, f"{pointer}/prices/{currency}/amount"))
    return faults
