"""Writing products: create, merge patch, publish, archive, delete."""

from collections.abc import Sequence
from functools import partial

from django.db import IntegrityError, connection, transaction

from catalog_project.errors import Conflict, Fault, Missing
from products.listings.rows import load, update_listings
from products.models import Product
from products.models.deleting import delete_rows
from products.models.inserting import claim_ids
from products.services.actor import Actor
from products.services.changes.recording import deleted, record, updated
from products.services.duplicates import explain_duplicates
from products.services.expected import require_version
from products.services.inputs import ProductInput
from products.services.slugs import create_under_free_slug, given_or_free_slugs
from products.services.staging import ProductEdit, assign, new_product, stage_product
from products.services.typed import TypeRules, missing_to_publish, require_valid, rules_for
from products.services.writing import insert, share_names, write


def create_product(*, by: Actor | None, values: ProductInput) -> Product:
    """Create a product with its variants and prices.

    Raises Conflict: `duplicate` naming every taken key, `not_publishable` for status `active` without what that needs;
    Invalid for attributes that do not fit the product's type.
    """
    create = partial(_create, by=by, values=values)
    return create() if "slug" in values else create_under_free_slug(create)


@transaction.atomic
def create_products(*, by: Actor | None, batch: Sequence[ProductInput]) -> list[Product]:
    """Create many products with a number of statements that does not depend on how many there are.

    Raises IntegrityError when any key is taken, Invalid and Conflict `not_publishable` as `create_product` does.
    """
    share_names(batch)
    slugs = given_or_free_slugs(Product, batch, kind="product")
    edits = [new_product(values, slug=slug) for values, slug in zip(batch, slugs, strict=True)]
    products = [edit.product for edit in edits]
    rules = rules_for(product.product_type_id for product in products)
    for edit in edits:
        require_creatable(edit, rules)
    if connection.vendor == "postgresql" and len(edits) > 1:
        # Ids in the order given, rows in that of their slugs: of two writers who make the same products one waits for
        # the other, and not each for each.
        claim_ids(products)
        edits.sort(key=lambda edit: edit.product.slug)
    insert(edits, by=by)
    return products


@transaction.atomic
def update_product(
    *, by: Actor | None, product_id: int, values: ProductInput, if_version: int | None = None
) -> Product:
    """Apply a merge patch to a product's own fields. What changes nothing writes nothing.

    Raises Missing when it is gone, Stale, Invalid for attributes beyond their limits or unfit for the type, Conflict
    `duplicate`.
    """
    share_names([values])
    product = lock_product(product_id)
    require_version(product, if_version)
    edit = stage_product(product, values)
    require_valid(edit)
    try:
        with transaction.atomic():
            write([edit], by=by)
    except IntegrityError as error:
        changed = ProductInput(**{name: values[name] for name in edit.fields.keys() & values.keys()})  # type: ignore[literal-required, typeddict-item]
        if conflict := explain_duplicates(changed):
            raise conflict from error
        raise
    return edit.product


@transaction.atomic
def publish_product(*, by: Actor | None, product_id: int, if_version: int | None = None) -> Product:
    """Make a product active, from any status; the publication window stays as it is.

    Raises Missing when it is gone, Stale, Conflict `not_publishable` with every reason.
    """
    product = lock_product(product_id)
    require_version(product, if_version)
    if product.status != Product.Status.ACTIVE:
        _require_publishable(ProductEdit(product))
        _set_status(product, Product.Status.ACTIVE, by=by)
    return product


@transaction.atomic
def archive_product(*, by: Actor | None, product_id: int, if_version: int | None = None) -> Product:
    """Take a product out of the catalog, from any status; publishing it again undoes that. Raises Missing, Stale."""
    product = lock_product(product_id)
    require_version(product, if_version)
    if product.status != Product.Status.ARCHIVED:
        _set_status(product, Product.Status.ARCHIVED, by=by)
    return product


@transaction.atomic
def delete_product(*, by: Actor | None, product_id: int, if_version: int | None = None) -> None:
    """Remove a product with its variants and prices for good. Raises Missing when it is gone already, Stale."""
    product = lock_product(product_id)
    require_version(product, if_version)
    delete_products(by=by, products=[product])


def delete_products(*, by: Actor | None, products: Sequence[Product]) -> None:
    """Remove locked products with all that belongs to them."""
    entries = [deleted(row) for product in products for row in (*product.variants.all(), product)]
    delete_rows(products)
    record(entries, by=by)


def require_creatable(edit: ProductEdit, rules: TypeRules) -> None:
    """Refuse a new product with attributes that do not fit its type, or without what its status needs.

    Raises Invalid, Conflict `not_publishable`.
    """
    require_valid(edit, rules)
    if edit.product.status == Product.Status.ACTIVE:
        _require_publishable(edit, rules)


def publish_faults(*, variants: int) -> list[Fault]:
    """What a product with so many variants lacks to be active."""
    if variants:
        return []
    return [Fault("variant_required", "An active product needs at least one variant.", "/variants")]


def stage_status(edit: ProductEdit, status: str, *, rules: TypeRules | None = None) -> None:
    """Set an edited product's status, in memory, under the rule of publishing. Raises Conflict `not_publishable`."""
    product = edit.product
    if status == Product.Status.ACTIVE != product.status:
        _require_publishable(edit, rules)
    edit.fields |= assign(product, {"status": status})


def lock_product(product_id: int) -> Product:
    """The product, loaded for an edit, its row locked until the transaction ends. Raises Missing."""
    return lock_products([product_id])[product_id]


def lock_products(product_ids: Sequence[int]) -> dict[int, Product]:
    """Products by id, loaded for edits, their rows locked in the order of their ids. Raises Missing for any gone."""
    rows = Product.objects.select_for_update(of=("self",), no_key=True).filter(pk__in=product_ids).order_by("pk")
    found = {product.pk: product for product in load(rows)}
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


def _require_publishable(edit: ProductEdit, rules: TypeRules | None = None) -> None:
    present = 0 if edit.is_new else len(edit.product.variants.all())
    faults = publish_faults(variants=present + len(edit.new_variants)) + missing_to_publish(edit, rules)
    if faults:
        raise Conflict("The product cannot be published yet.", code="not_publishable", faults=faults)


def _set_status(product: Product, status: Product.Status, *, by: Actor | None) -> None:
    changed = assign(product, {"status": status})
    product.save_next_version(changed)
    update_listings([product], repriced=(), reworded=False)
    record([updated(product, changed)], by=by)
