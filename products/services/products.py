"""Writing products: create, merge patch, publish, archive, delete."""

from collections.abc import Sequence
from functools import partial

from django.db import IntegrityError, transaction

from catalog_project.errors import Conflict, Fault, Missing
from products.listings.rows import loaded, update_listings
from products.models import Product
from products.services.actor import Actor
from products.services.duplicates import explain_duplicates
from products.services.inputs import ProductInput
from products.services.slugs import create_under_free_slug, derive_slug, free_slugs
from products.services.staging import ProductEdit, assign, insert, new_product, share_names, stage_product, write


def create_product(*, by: Actor | None, values: ProductInput) -> Product:
    """Create a product with its variants and prices.

    Raises Conflict: `duplicate` naming every taken key, `not_publishable` for status `active` without what that needs.
    """
    create = partial(_create, by=by, values=values)
    return create() if "slug" in values else create_under_free_slug(create)


@transaction.atomic
def create_products(*, by: Actor | None, batch: Sequence[ProductInput]) -> list[Product]:
    """Create many products with a number of statements that does not depend on how many there are.

    Raises IntegrityError when any key is taken, and Conflict `not_publishable` as `create_product` does.
    """
    share_names(batch)
    edits = [new_product(values, slug=slug) for values, slug in zip(batch, _slugs(batch), strict=True)]
    for edit in edits:
        if edit.product.status == Product.Status.ACTIVE:
            _require_publishable(variants=len(edit.new_variants))
    insert(edits)
    return [edit.product for edit in edits]


@transaction.atomic
def update_product(*, by: Actor | None, product_id: int, values: ProductInput) -> Product:
    """Apply a merge patch to a product's own fields. What changes nothing writes nothing.

    Raises Missing when it is gone, Invalid for attributes beyond their limits, Conflict `duplicate`.
    """
    share_names([values])
    edit = stage_product(lock_product(product_id), values)
    try:
        with transaction.atomic():
            write([edit])
    except IntegrityError as error:
        changed = ProductInput(**{name: values[name] for name in edit.fields & values.keys()})  # type: ignore[literal-required, typeddict-item]
        if conflict := explain_duplicates(changed):
            raise conflict from error
        raise
    return edit.product


@transaction.atomic
def publish_product(*, by: Actor | None, product_id: int) -> Product:
    """Make a product active, from any status; the publication window stays as it is.

    Raises Missing when it is gone, Conflict `not_publishable` with every reason.
    """
    product = lock_product(product_id)
    if product.status != Product.Status.ACTIVE:
        _require_publishable(variants=len(product.variants.all()))
        _set_status(product, Product.Status.ACTIVE)
    return product


@transaction.atomic
def archive_product(*, by: Actor | None, product_id: int) -> Product:
    """Take a product out of the catalog, from any status; publishing it again undoes that. Raises Missing."""
    product = lock_product(product_id)
    if product.status != Product.Status.ARCHIVED:
        _set_status(product, Product.Status.ARCHIVED)
    return product


@transaction.atomic
def delete_product(*, by: Actor | None, product_id: int) -> None:
    """Remove a product with its variants and prices for good. Raises Missing when it is gone already."""
    lock_product(product_id).delete()


def publish_faults(*, variants: int) -> list[Fault]:
    """What a product with so many variants lacks to be active."""
    if variants:
        return []
    return [Fault("variant_required", "An active product needs at least one variant.", "/variants")]


def stage_status(edit: ProductEdit, status: str) -> None:
    """Set an edited product's status, in memory, under the rule of publishing. Raises Conflict `not_publishable`."""
    product = edit.product
    if status == Product.Status.ACTIVE != product.status:
        _require_publishable(variants=len(product.variants.all()) + len(edit.new_variants))
    edit.fields |= assign(product, {"status": status})


def lock_product(product_id: int) -> Product:
    """The product, loaded for an edit, its row locked until the transaction ends. Raises Missing."""
    return lock_products([product_id])[product_id]


def lock_products(product_ids: Sequence[int]) -> dict[int, Product]:
    """Products by id, loaded for edits, their rows locked in the order of their ids. Raises Missing for any gone."""
    rows = loaded(
        Product.objects.select_for_update(of=("self",), no_key=True).filter(pk__in=product_ids).order_by("pk")
    )
    found = {product.pk: product for product in rows}
    if len(found) < len(set(product_ids)):
        raise Missing("The product is gone.")
    return found


def _create(*, by: Actor | None, values: ProductInput) -> Product:
    try:
        with transaction.atomic():
            return create_products(by=by, batch=[values])[0]
    except IntegrityError as error:
        if conflict := explain_duplicates(values):
            raise conflict from error
        raise


def _slugs(batch: Sequence[ProductInput]) -> list[str]:
    given = [values["slug"] for values in batch if "slug" in values]
    derived = iter(
        free_slugs(
            Product,
            [derive_slug(values["name"], kind="product") for values in batch if "slug" not in values],
            reserved=given,
        )
    )
    return [values["slug"] if "slug" in values else next(derived) for values in batch]


def _require_publishable(*, variants: int) -> None:
    if faults := publish_faults(variants=variants):
        raise Conflict("The product cannot be published yet.", code="not_publishable", faults=faults)


def _set_status(product: Product, status: Product.Status) -> None:
    product.status = status
    product.version += 1
    product.save(update_fields={"status", "version"})
    update_listings([product], repriced=())
