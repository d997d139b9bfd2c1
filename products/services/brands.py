"""Writing brands."""

from collections.abc import Mapping
from functools import partial
from typing import Any

from django.db import transaction

from catalog_project.errors import Missing
from products.listings.documents import brand_reference
from products.listings.names import show_renamed, wait_for
from products.models import Brand
from products.services.actor import Actor
from products.services.slugs import create_under_free_slug, derive_slug, free_slugs
from products.services.staging import assign


def create_brand(*, by: Actor | None, values: Mapping[str, Any]) -> Brand:
    """Create a brand from `name` and, if given, `slug`. Raises IntegrityError when the slug given is taken."""
    if values.get("slug"):
        return Brand.objects.create(name=values["name"], slug=values["slug"])
    return create_under_free_slug(partial(_create_under_derived_slug, values["name"]))


@transaction.atomic
def update_brand(*, by: Actor | None, brand: Brand, values: Mapping[str, Any]) -> Brand:
    """Change a brand's name or slug. Raises IntegrityError when the slug is taken, Missing when the brand is gone."""
    brand = _lock(brand)
    before = brand_reference(brand)
    changed = assign(brand, values)
    if changed:
        brand.save(update_fields={*changed, "name_key"})
        wait_for(brand.products.all())
        show_renamed(brand.products.all(), before, brand_reference(brand))
    return brand


@transaction.atomic
def delete_brand(*, by: Actor | None, brand: Brand) -> None:
    """Remove a brand. Raises ProtectedError while products carry it."""
    brand.delete()


def _lock(brand: Brand) -> Brand:
    """The brand as it is now: what derives from its name must not be written from an older reading."""
    found: Brand | None = Brand.objects.select_for_update(no_key=True).filter(pk=brand.pk).first()
    if found is None:
        raise Missing("The brand is gone.")
    return found


def _create_under_derived_slug(name: str) -> Brand:
    [slug] = free_slugs(Brand, [derive_slug(name, kind="brand")])
    return Brand.objects.create(name=name, slug=slug)
