"""Categories: a tree with a materialised path."""

from typing import Any, ClassVar, Self

from django.db import models
from django.db.models.functions import Length

from catalog_project.models import CodeField, DerivedField, TimestampedQuerySet, VersionedModel
from products.models import naming

PATH_LENGTH = 2_000
MAX_POSITION = 2_147_483_647


class CategoryQuerySet(TimestampedQuerySet):
    """Categories, by their place in the tree."""

    def within(self, path: str) -> Self:
        """The subtree with its root."""
        return self.filter(path=path) | self.below(path)

    def below(self, path: str) -> Self:
        """The subtree without its root, as one range of paths: "/" is followed by "0" in code point order."""
        return self.filter(path__gte=f"{path}/", path__lt=f"{path}0")


class Category(VersionedModel):
    """A node of the category tree. `path` holds the slugs from the root down, joined by "/"."""

    name = models.CharField(max_length=naming.NAME_LENGTH)
    slug = CodeField(max_length=naming.SLUG_LENGTH, validators=[naming.validate_slug])
    parent = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="children")
    description = models.TextField(blank=True, default="")
    position = models.IntegerField(default=0)
    path = DerivedField()
    name_key = DerivedField(source="name", derive=naming.sort_key)

    objects: ClassVar[Any] = CategoryQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "categories"
        constraints: ClassVar = [
            naming.unique("slug", name="category_slug_unique", what="A category with this slug"),
            naming.slug_has_letter(name="category_slug_has_letter"),
            naming.not_blank("name", name="category_name_not_blank"),
            models.CheckConstraint(
                condition=~models.Q(parent=models.F("id")),
                name="category_not_own_parent",
                violation_error_code="category_cycle",
                violation_error_message="A category cannot stand below itself.",
            ),
            models.CheckConstraint(
                condition=models.Q(position__gte=0),
                name="category_position_range",
                violation_error_code="min_value",
                violation_error_message="The position must not be negative.",
            ),
            models.CheckConstraint(
                condition=models.lookups.LessThanOrEqual(Length("path"), PATH_LENGTH),
                name="category_path_length",
                violation_error_code="category_too_deep",
                violation_error_message=f"The slugs down to a category must not exceed {PATH_LENGTH} characters.",
            ),
        ]
        indexes: ClassVar = [
            models.Index("path", name="category_by_path"),  # categories/, the admin's tree and subtree filters
            models.Index("name_key", "id", name="category_by_name"),  # categories/?ordering=name
            models.Index("created_at", "id", name="category_by_created"),  # categories/?ordering=created_at
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def depth(self) -> int:
        """How many categories stand above this one; 0 for a root."""
        return str(self.path).count("/")
