"""Writing brands."""

from collections.abc import Mapping, Sequence
from operator import attrgetter
from typing import Any

from django.db import transaction

from catalog_project.errors import Missing
from products.listings.documents import brand_reference
from products.listings.names import show_renamed, wait_for
from products.listings.vocabulary import name_all
from products.listings.words import brand_token
from products.models import Brand, Product
from products.models.deleting import delete_rows
from products.models.inserting import insert_rows
from products.services.actor import Actor
from products.services.changes.recording import created, deleted, record, updated
from products.services.expected import require_version
from products.services.row_edits import RowEdit, write_rows
from products.services.slugs import create_under_free_slug, given_or_free_slugs


def create_brand(*, by: Actor | None, values: Mapping[str, Any]) -> Brand:
    """Create a brand from `name` and, if given, `slug`. Raises IntegrityError when the slug given is taken."""
    if values.get("slug"):
        return create_brands(by=by, batch=[values])[0]
    return create_under_free_slug(lambda: _create([values], by=by)[0])


@transaction.atomic
def create_brands(*, by: Actor | None, batch: Sequence[Mapping[str, Any]]) -> list[Brand]:
    """Create many brands with a number of statements that does not depend on how many there are.

    Raises IntegrityError when any slug is taken.
    """
    return _create(batch, by=by)


@transaction.atomic
def update_brand(*, by: Actor | None, brand: Brand, values: Mapping[str, Any], if_version: int | None = None) -> Brand:
    """Change a brand's name or slug.

    Raises IntegrityError when the slug is taken, Missing when the brand is gone, Stale.
    """
    edit = RowEdit(lock_brand(brand.pk))
    require_version(edit.row, if_version)
    edit.stage(values)
    write_brands(by=by, edits=[edit])
    return edit.row


def write_brands(*, by: Actor | None, edits: Sequence[RowEdit[Brand]]) -> None:
    """Write edits of brands, in the transaction that has locked them.

    A statement for each that products show, a few for all others together.

    Raises IntegrityError when a slug is taken.
    """
    edits = write_rows(edits)
    name_all({brand_token(edit.row.pk): edit.row.name for edit in edits if "name" in edit.fields})
    ids = [edit.row.pk for edit in edits]
    shown = Product.objects.filter(brand__in=ids)
    if ids:
        wait_for(shown)
    if len(ids) > 1:
        ids = list(shown.order_by().values_list("brand", flat=True).distinct())
    for edit in edits:
        if edit.row.pk in ids:
            show_renamed(edit.row.products.all(), brand_reference(edit.before()), brand_reference(edit.row))
    record([updated(edit.row, edit.fields) for edit in edits], by=by)


@transaction.atomic
def delete_brand(*, by: Actor | None, brand: Brand, if_version: int | None = None) -> None:
    """Remove a brand. Raises ProtectedError while products carry it, Missing, Stale."""
    brand = lock_brand(brand.pk)
    require_version(brand, if_version)
    delete_brands(by=by, brands=[brand])


def delete_brands(*, by: Actor | None, brands: Sequence[Brand]) -> None:
    """Remove locked brands. Raises ProtectedError while products carry any of them."""
    entries = [deleted(brand) for brand in brands]
    name_all({brand_token(brand.pk): "" for brand in brands})
    delete_rows(brands)
    record(entries, by=by)


def lock_brands(ids: Sequence[int]) -> dict[int, Brand]:
    """Brands by id as they are now, locked: what derives from a name must not be written from an older reading.

    Raises Missing for any gone.
    """
    rows = Brand.objects.select_for_update(no_key=True).filter(pk__in=ids).order_by("pk")
    found = {brand.pk: brand for brand in rows}
    if len(found) < len(set(ids)):
        raise Missing("The brand is gone.")
    return found


def lock_brand(brand_id: int) -> Brand:
    """The same for one."""
    return lock_brands([brand_id])[brand_id]


def _create(batch: Sequence[Mapping[str, Any]], *, by: Actor | None) -> list[Brand]:
    slugs = given_or_free_slugs(Brand, batch, kind="brand")
    brands = [Brand(name=values["name"], slug=slug) for values, slug in zip(batch, slugs, strict=True)]
    # In one order, so that of two writers who make the same brands one waits for the other, and not each for each.
    insert_rows(sorted(brands, key=attrgetter("slug")))
    name_all({brand_token(brand.pk): brand.name for brand in brands})
    record([created(brand) for brand in brands], by=by)
    return brands
