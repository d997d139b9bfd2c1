"""Writing product types: create, edit, delete."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.db import transaction

from catalog_project.errors import Conflict, Fault, Missing
from products.listings.documents import product_type_reference
from products.listings.names import show_renamed, wait_for
from products.models import Product, ProductType, ProductTypeAttribute, Variant
from products.models.product_type import lock_rules
from products.services.actor import Actor
from products.services.attributes import lock_definitions
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
    _replace_links(product_type, values.get("attributes", ()))
    return product_type


@transaction.atomic
def update_product_type(*, by: Actor | None, product_type: ProductType, values: Mapping[str, Any]) -> ProductType:
    """Change a product type; `attributes`, where given, are replaced as a whole.

    Raises Missing, IntegrityError when the code is taken, Conflict `in_use` for attributes that products carry.
    """
    lock_definitions()
    product_type = _lock(product_type)
    before = product_type_reference(product_type)
    changed = assign(product_type, {name: value for name, value in values.items() if name != "attributes"})
    if changed:
        product_type.save(update_fields={*changed, "name_key"})
        # Before the rules' lock, for which writers wait who hold products.
        wait_for(product_type.products.all())
        show_renamed(product_type.products.all(), before, product_type_reference(product_type))
    if "attributes" in values:
        lock_rules([product_type.pk], alone=True)
        _replace_links(product_type, values["attributes"])
    return product_type


@transaction.atomic
def delete_product_type(*, by: Actor | None, product_type: ProductType) -> None:
    """Remove a product type. Raises ProtectedError while products are of it."""
    lock_definitions()
    product_type.delete()


def _lock(product_type: ProductType) -> ProductType:
    """The type as it is now: what derives from its name must not be written from an older reading."""
    found: ProductType | None = ProductType.objects.select_for_update(no_key=True).filter(pk=product_type.pk).first()
    if found is None:
        raise Missing("The product type is gone.")
    return found


def _replace_links(product_type: ProductType, wanted: Sequence[Mapping[str, Any]]) -> None:
    present = {link.attribute_id: link for link in product_type.attribute_links.select_related("attribute")}
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
