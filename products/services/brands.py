"""Writing brands."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction

from products.models import Brand
from products.services.actor import Actor
from products.services.slugs import derive_slug, free_slugs
from products.services.staging import assign


@transaction.atomic
def create_brand(*, by: Actor | None, values: Mapping[str, Any]) -> Brand:
    """Create a brand from `name` and, if given, `slug`. Raises IntegrityError when the slug is taken."""
    slug = values.get("slug") or free_slugs(Brand, [derive_slug(values["name"], kind="brand")])[0]
    return Brand.objects.create(name=values["name"], slug=slug)


@transaction.atomic
def update_brand(*, by: Actor | None, brand: Brand, values: Mapping[str, Any]) -> Brand:
    """Change a brand's name or slug. Raises IntegrityError when the slug is taken."""
    changed = assign(brand, values)
    if changed:
        brand.save(update_fields={*changed, "name_key"})
    return brand


@transaction.atomic
def delete_brand(*, by: Actor | None, brand: Brand) -> None:
    """Remove a brand. Raises ProtectedError while products carry it."""
    brand.delete()
