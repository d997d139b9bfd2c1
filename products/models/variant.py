"""Variants: what is actually sold, under a SKU."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from catalog_project.models import DerivedField, VersionedModel
from products.models import naming
from products.models.attributes import NumbersDecoder
from products.models.product import Product

MAX_QUANTITY = 2_000_000_000


def quantity(field: str, *, name: str, code: str) -> models.CheckConstraint:
    """The constraint that a count, where there is one, lies from 0 to `MAX_QUANTITY`."""
    return models.CheckConstraint(
        condition=Q(**{f"{field}__gte": 0, f"{field}__lte": MAX_QUANTITY}) | Q(**{f"{field}__isnull": True}),
        name=name,
        violation_error_code=code,
        violation_error_message=f"{field} must lie from 0 to {MAX_QUANTITY}.",
    )


class Variant(VersionedModel):
    """One sellable form of a product. `stock` null means that stock is not tracked; `weight_g` is in grams."""

    product = models.ForeignKey(Product, on_delete=models.CASCADE, related_name="variants")
    sku = models.CharField(max_length=naming.SKU_LENGTH)
    name = models.CharField(max_length=naming.NAME_LENGTH, blank=True, default="")
    barcode = models.CharField(max_length=64, blank=True, default="")
    attributes = models.JSONField(default=dict, blank=True, decoder=NumbersDecoder)
    weight_g = models.BigIntegerField(null=True, blank=True)
    position = models.IntegerField(default=0)
    stock = models.BigIntegerField(null=True, blank=True)
    external_id = models.CharField(max_length=naming.EXTERNAL_ID_LENGTH, null=True, blank=True)  # noqa: DJ001 - as product
    sku_key = DerivedField(source="sku", derive=naming.sku_key)
    name_key = DerivedField(source="name", derive=naming.sort_key)

    class Meta:
        ordering: ClassVar = ["position", "id"]
        constraints: ClassVar = [
            naming.unique("sku_key", name="variant_sku_unique", what="A variant with this SKU"),
            naming.unique("external_id", name="variant_external_id_unique", what="A variant with this external_id"),
            naming.not_blank("sku", name="variant_sku_not_blank"),
            naming.not_blank("external_id", name="variant_external_id_not_blank"),
            quantity("weight_g", name="variant_weight_range", code="out_of_range"),
            quantity("stock", name="variant_stock_range", code="stock_out_of_range"),
            models.CheckConstraint(
                condition=Q(position__gte=0),
                name="variant_position_range",
                violation_error_code="min_value",
                violation_error_message="The position must not be negative.",
            ),
        ]
        indexes: ClassVar = [
            models.Index("barcode", name="variant_by_barcode"),  # variants/?barcode=
            models.Index("name_key", "id", name="variant_by_name"),  # variants/?ordering=name
            models.Index("created_at", "id", name="variant_by_created"),  # variants/, newest first
        ]

    def __str__(self) -> str:
        return self.sku

    @property
    def in_stock(self) -> bool:
        """Whether it can be had: stock is not tracked, or above 0."""
        return self.stock is None or self.stock > 0
