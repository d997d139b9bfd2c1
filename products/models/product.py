"""Products and the categories they stand in."""

from datetime import datetime
from typing import Any, ClassVar, Self

from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from catalog_project.models import CodeField, DerivedField, TimestampedModel, TimestampedQuerySet, VersionedModel
from products.models import naming
from products.models.attributes import NumbersDecoder
from products.models.brand import Brand
from products.models.category import Category
from products.models.product_type import ProductType


class ProductQuerySet(TimestampedQuerySet):
    """Products, by who may see them."""

    def visible(self, at: datetime | None = None) -> Self:
        """What anyone may see: active, and `at` (default: now) inside the publication window."""
        return self.filter(within_window(at), status=Product.Status.ACTIVE)


def within_window(at: datetime | None = None) -> Q:
    """That a moment (default: now) is inside the publication window."""
    at = at or timezone.now()
    opened = Q(published_from=None) | Q(published_from__lte=at)
    not_closed = Q(published_until=None) | Q(published_until__gt=at)
    return opened & not_closed


class Product(VersionedModel):
    """Something the catalog offers, in one or more variants."""

    class Status(models.TextChoices):
        """Where a product stands in its life; only an active one can be seen by everybody."""

        DRAFT = "draft"
        ACTIVE = "active"
        ARCHIVED = "archived"

    name = models.CharField(max_length=naming.NAME_LENGTH)
    slug = CodeField(max_length=naming.SLUG_LENGTH, validators=[naming.validate_slug])
    description = models.TextField(blank=True, default="")
    status = models.CharField(max_length=8, choices=Status, default=Status.DRAFT)
    published_from = models.DateTimeField(null=True, blank=True)
    published_until = models.DateTimeField(null=True, blank=True)
    product_type = models.ForeignKey(
        ProductType, on_delete=models.PROTECT, null=True, blank=True, related_name="products"
    )
    brand = models.ForeignKey(Brand, on_delete=models.PROTECT, null=True, blank=True, related_name="products")
    categories = models.ManyToManyField(Category, through="ProductCategory", related_name="products")
    attributes = models.JSONField(default=dict, blank=True, decoder=NumbersDecoder)
    external_id = models.CharField(max_length=naming.EXTERNAL_ID_LENGTH, null=True, blank=True)  # noqa: DJ001 - see below
    name_key = DerivedField(source="name", derive=naming.sort_key)

    objects: ClassVar[Any] = ProductQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            naming.unique("slug", name="product_slug_unique", what="A product with this slug"),
            # Null and not "" where there is none: uniqueness skips nulls.
            naming.unique("external_id", name="product_external_id_unique", what="A product with this external_id"),
            naming.slug_has_letter(name="product_slug_has_letter"),
            naming.not_blank("name", name="product_name_not_blank"),
            naming.not_blank("external_id", name="product_external_id_not_blank"),
            models.CheckConstraint(
                condition=Q(status__in=["draft", "active", "archived"]),
                name="product_status_known",
                violation_error_code="invalid_choice",
                violation_error_message="The status must be draft, active or archived.",
            ),
            models.CheckConstraint(
                condition=Q(published_from=None) | Q(published_until=None) | Q(published_until__gt=F("published_from")),
                name="product_window_order",
                violation_error_code="window_order",
                violation_error_message="published_until must be later than published_from.",
            ),
        ]
        indexes: ClassVar = [
            models.Index("created_at", "id", name="product_by_created"),  # products/, newest first
            models.Index("updated_at", "id", name="product_by_updated"),  # ?ordering=updated_at, ?updated_at__gte=
            models.Index("name_key", "id", name="product_by_name"),  # ?ordering=name and the admin's list
        ]

    def __str__(self) -> str:
        return self.name

    def is_visible(self, at: datetime | None = None) -> bool:
        """Whether anyone may see it `at` that moment (default: now); the rule of `ProductQuerySet.visible`."""
        at = at or timezone.now()
        opened = self.published_from is None or self.published_from <= at
        not_closed = self.published_until is None or self.published_until > at
        return self.status == self.Status.ACTIVE and opened and not_closed

    def ordered_links(self) -> "list[ProductCategory]":
        """Its category links, the primary one first; sorted here so that prefetched ones cost no query."""
        return sorted(self.parts("category_links"), key=lambda link: link.position)


class ProductCategory(TimestampedModel):
    """A product's place in a category; the one at position 0 is its primary category."""

    product = models.ForeignKey(Product, on_delete=models.CASCADE, related_name="category_links")
    category = models.ForeignKey(Category, on_delete=models.PROTECT, related_name="product_links")
    position = models.IntegerField(default=0)

    class Meta:
        verbose_name_plural = "product categories"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["product", "category"],
                name="product_category_unique",
                violation_error_code="duplicate",
                violation_error_message="The product stands in this category already.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.product_id} in {self.category_id}"
