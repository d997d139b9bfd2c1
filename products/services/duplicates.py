"""Which of the keys in a body are taken: said after the database has refused it, never before."""

from collections.abc import Iterator, Sequence

from catalog_project.errors import Conflict, Fault
from products.models import Product, Variant
from products.models.naming import sku_key
from products.services.inputs import ProductInput, VariantInput


def explain_duplicates(values: ProductInput) -> Conflict | None:
    """The conflict that names every taken slug, external_id and SKU of a product's body; None when none is."""
    return _conflict([*_product_faults(values), *_variant_faults(values.get("variants", ()), "/variants/{}")])


def explain_variant_duplicates(values: VariantInput, *, own_id: int | None = None) -> Conflict | None:
    """The same for a single variant; `own_id` is the one being edited."""
    return _conflict(list(_variant_faults([values], "", own_id=own_id)))


def _conflict(faults: Sequence[Fault]) -> Conflict | None:
    return Conflict("Something with this key exists already.", code="duplicate", faults=faults) if faults else None


def _product_faults(values: ProductInput) -> Iterator[Fault]:
    slug, external_id = values.get("slug"), values.get("external_id")
    if slug and Product.objects.filter(slug=slug).exists():
        yield Fault("duplicate", "A product with this slug already exists.", "/slug")
    if external_id and Product.objects.filter(external_id=external_id).exists():
        yield Fault("duplicate", "A product with this external_id already exists.", "/external_id")


def _variant_faults(variants: Sequence[VariantInput], place: str, *, own_id: int | None = None) -> Iterator[Fault]:
    others = Variant.objects.exclude(pk=own_id or 0)
    skus = {sku_key(variant["sku"]) for variant in variants if "sku" in variant}
    ids = {variant.get("external_id") for variant in variants} - {None}
    taken_skus = set(others.filter(sku_key__in=skus).values_list("sku_key", flat=True))
    taken_ids = set(others.filter(external_id__in=ids).values_list("external_id", flat=True))
    for index, variant in enumerate(variants):
        if "sku" in variant and sku_key(variant["sku"]) in taken_skus:
            yield Fault("duplicate", "A variant with this SKU already exists.", f"{place.format(index)}/sku")
        if variant.get("external_id") in taken_ids:
            yield Fault("duplicate", "A variant with this external_id exists.", f"{place.format(index)}/external_id")
