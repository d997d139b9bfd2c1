"""Brands."""

from typing import ClassVar

from django.db import models

from catalog_project.models import CodeField, DerivedField, VersionedModel
from products.models import naming


class Brand(VersionedModel):
    """Who makes a product."""

    name = models.CharField(max_length=naming.NAME_LENGTH)
    slug = CodeField(max_length=naming.SLUG_LENGTH, validators=[naming.validate_slug])
    name_key = DerivedField(source="name", derive=naming.sort_key)

    class Meta:
        constraints: ClassVar = [
            naming.unique("slug", name="brand_slug_unique", what="A brand with this slug"),
            naming.slug_has_letter(name="brand_slug_has_letter"),
            naming.not_blank("name", name="brand_name_not_blank"),
        ]
        indexes: ClassVar = [
            models.Index("name_key", "id", name="brand_by_name"),  # brands/?ordering=name and the admin's list
            models.Index("created_at", "id", name="brand_by_created"),  # brands/, newest first
        ]

    def __str__(self) -> str:
        return self.name
