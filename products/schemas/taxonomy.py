"""Write shapes of brands and categories."""

from typing import Any, ClassVar

from rest_framework.exceptions import ValidationError

from catalog_project.api.serializers import StrictSerializer
from products.models import Category
from products.schemas import examples
from products.schemas.fields import description_field, name_field, position_field, slug_field
from products.schemas.references import IdOrSlug, Reference


@examples.write_example(examples.BRAND_WRITE)
class BrandWriteSerializer(StrictSerializer):
    """A new brand, or a merge patch of one."""

    read_only_names: ClassVar = frozenset({"id", "created_at", "updated_at"})

    name = name_field()
    slug = slug_field()


class _CategoryFields(StrictSerializer):
    slug = slug_field()
    description = description_field()
    position = position_field()


@examples.write_example(examples.CATEGORY_WRITE)
class CategoryWriteSerializer(_CategoryFields):
    """A new category."""

    read_only_names: ClassVar = frozenset({"id", "path", "created_at", "updated_at"})

    name = name_field()
    parent = Reference(model=Category, allow_null=True, required=False)  # type: ignore[assignment]


@examples.write_example({"name": "Rucksacks"})
class CategoryPatchSerializer(_CategoryFields):
    """A merge patch of a category. Its parent changes by the act `move`."""

    read_only_names: ClassVar = frozenset({"id", "parent", "path", "created_at", "updated_at"})

    name = name_field(required=False)


@examples.write_example({"parent": "bags", "position": 1})
class MoveSerializer(StrictSerializer):
    """Where a category goes; what is left out stays, but one of the two must be given."""

    parent = IdOrSlug(model=Category, allow_null=True, required=False)  # type: ignore[assignment]
    position = position_field()

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """At least one of the two."""
        if not attrs:
            raise ValidationError("Give parent, position or both.", "required")
        return attrs
