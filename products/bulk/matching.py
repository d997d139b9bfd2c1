"""Which row an item means: the one that its ref names, or for an upsert without ref the one that its keys match."""

from products.bulk.directory import Directory, Owner, ref_of
from products.bulk.items import Item, Op, Resource
from products.models.naming import sku_key


def match(item: Item, directory: Directory) -> Owner | None:
    """The row, or None where there is none: an upsert without ref then makes it."""
    if item.ref is not None:
        return directory.meant(ref_of(item))
    if item.op != Op.UPSERT:
        return None
    if item.resource == Resource.PRODUCT:
        # By the rule of imports: its external_id, else its first variant, else, without both, its slug.
        return directory.product(directory.matches.target(item.values))
    if item.resource == Resource.VARIANT:
        values = item.values
        by_id = directory.meant(("variant_external_id", values.get("external_id")))
        return by_id or directory.meant(("sku", sku_key(values.get("sku", ""))))
    return directory.meant((f"{item.resource}_slug", item.values.get("slug")))
