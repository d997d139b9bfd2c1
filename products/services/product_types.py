"""Writing product types: create, edit, delete."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.db import transaction
from django.db.models import Prefetch

from catalog_project.errors import Conflict, Fault, Missing
from products.listings.documents import product_type_reference
from products.listings.names import show_renamed, wait_for
from products.listings.rows import keep
from products.models import Product, ProductType, ProductTypeAttribute, Variant
from products.models.product_type import lock_rules
from products.services.actor import Actor
from products.services.attributes import lock_definitions
from products.services.changes.recording import created, deleted, record, updated
from products.services.changes.values import values_of
from products.services.expected import require_version
from products.services.staging import assign

Level = ProductTypeAttribute.Level
COLUMNS = ("level", "required", "position")


@transaction.atomic
def create_product_type(*, by: Actor | None, values: Mapping[str, Any]) -> ProductType:
    """Create a product type; `attributes` are `{attribute, level, required}` with an Attribute, in their order.

    Raises IntegrityError when the code is taken.
    """
    lock_definitions()
    product_type = ProductType.objects.create(code=values["code"], name=values["name"])
    keep(product_type, "attribute_links", ())
    _replace_links(product_type, values.get("attributes", ()))
    record([created(product_type)], by=by)
    return product_type


@transaction.atomic
def update_product_type(
    *, by: Actor | None, product_type: ProductType, values: Mapping[str, Any], if_version: int | None = None
) -> ProductType:
    """Change a product type; `attributes`, where given, are replaced as a whole.

    Raises Missing, Stale, IntegrityError when the code is taken, Conflict `in_use` for attributes that products carry.
    """
    lock_definitions()
    product_type = _lock(product_type)
    require_version(product_type, if_version)
    before, reference = values_of(product_type), product_type_reference(product_type)
    changed = assign(product_type, {name: value for name, value in values.items() if name != "attributes"})
    if changed:
        # Before the rules' lock, for which writers wait who hold products.
        wait_for(product_type.products.all())
        show_renamed(product_type.products.all(), reference, product_type_reference(product_type))
    has_other_links = "attributes" in values and _replace_links(product_type, values["attributes"])
    if changed or has_other_links:
        product_type.save_next_version({*changed, "name_key"})
        names = [*changed, *(["attributes"] if has_other_links else [])]
        record([updated(product_type, {name: before[name] for name in names})], by=by)
    return product_type


@transaction.atomic
def delete_product_type(*, by: Actor | None, product_type: ProductType, if_version: int | None = None) -> None:
    """Remove a product type. Raises ProtectedError while products are of it, Missing, Stale."""
    lock_definitions()
    product_type = _lock(product_type)
    require_version(product_type, if_version)
    entry = deleted(product_type)
    product_type.delete()
    record([entry], by=by)


def _lock(product_type: ProductType) -> ProductType:
    """The type as it is now: what derives from its name must not be written from an older reading."""
    links = Prefetch("attribute_links", ProductTypeAttribute.objects.select_related("attribute"))
    types = ProductType.objects.select_for_update(no_key=True).prefetch_related(links)
    found: ProductType | None = types.filter(pk=product_type.pk).first()
    if found is None:
        raise Missing("The product type is gone.")
    return found


def _replace_links(product_type: ProductType, wanted: Sequence[Mapping[str, Any]]) -> bool:
    """Leave these attributes and no others; returns whether that changed any."""
    lock_rules([product_type.pk], alone=True)
    present = {link.attribute_id: link for link in product_type.attribute_links.all()}
    rows = {
        values["attribute"].pk: {"level": Level.PRODUCT, "required": "never", **values, "position": index}
        for index, values in enumerate(wanted)
    }
    _refuse_carried(product_type, (link for key, link in present.items() if _goes(link, rows.get(key))))
    if gone := present.keys() - rows.keys():
        product_type.attribute_links.filter(attribute__in=gone).delete()
    changed = [link for key, link in present.items() if key in rows and assign(link, rows[key])]
    ProductTypeAttribute.objects.bulk_update(changed, COLUMNS)
    new = [ProductTypeAttribute(product_type=product_type, **row) for key, row in rows.items() if key not in present]
    ProductTypeAttribute.objects.bulk_create(new)
    keep(product_type, "attribute_links", [*(link for key, link in present.items() if key in rows), *new])
    return bool(gone or changed or new)


def _goes(link: ProductTypeAttribute, row: Mapping[str, Any] | None) -> bool:
    """Whether an attribute leaves its level, or the type."""
    return row is None or row["level"] != link.level


def _refuse_carried(product_type: ProductType, links: Iterable[ProductTypeAttribute]) -> None:
    faults = [
        Fault("in_use", f"Products carry the attribute {link.attribute.code!a}.", "/attributes")
        for link in links
        if _is_carried(product_type, link)
    ]
    if faults:
        raise Conflict("Products carry attributes that would go.", code="in_use", faults=faults)


def _is_carried(product_type: ProductType, link: ProductTypeAttribute) -> bool:
    of_type = (
        Variant.objects.filter(product__product_type=product_type)
        if link.level == Level.VARIANT
        else Product.objects.filter(product_type=product_type)
    )
    return of_type.filter(attributes__has_key=link.attribute.code).exists()
