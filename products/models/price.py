"""Prices: one amount per variant and currency."""

from decimal import Decimal
from typing import ClassVar, Self

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Round

from catalog_project.models import TimestampedModel
from products.models.currency import THREE_DECIMALS, ZERO_DECIMALS
from products.models.variant import Variant

MAX_AMOUNT = Decimal("9999999999.9999")


def _fits_currency(field: str) -> Q:
    """No more decimals than the currency has; null passes."""
    rounded_to = {places: Q(**{field: Round(F(field), places)}) for places in (0, 2, 3)}
    by_currency = (
        Q(currency__in=ZERO_DECIMALS) & rounded_to[0]
        | Q(currency__in=THREE_DECIMALS) & rounded_to[3]
        | ~Q(currency__in=[*ZERO_DECIMALS, *THREE_DECIMALS]) & rounded_to[2]
    )
    return Q(**{f"{field}__isnull": True}) | by_currency


class Price(TimestampedModel):
    """What a variant costs in a currency; `compare_at` is the price it is compared with, if any."""

    variant = models.ForeignKey(Variant, on_delete=models.CASCADE, related_name="prices")
    currency = models.CharField(max_length=3)
    amount = models.DecimalField(max_digits=14, decimal_places=4)
    compare_at = models.DecimalField(max_digits=14, decimal_places=4, null=True, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["variant", "currency"],
                name="price_currency_unique",
                violation_error_code="duplicate",
                violation_error_message="The variant has a price in this currency already.",
            ),
            models.CheckConstraint(
                condition=Q(amount__gte=0) & (Q(compare_at__isnull=True) | Q(compare_at__gte=0)),
                name="price_not_negative",
                violation_error_code="min_value",
                violation_error_message="A price must not be negative.",
            ),
            models.CheckConstraint(
                condition=_fits_currency("amount") & _fits_currency("compare_at"),
                name="price_decimals_of_currency",
                violation_error_code="max_decimal_places",
                violation_error_message="A price must not have more decimals than its currency.",
            ),
        ]
        indexes: ClassVar = [
            models.Index("currency", "amount", name="price_by_amount"),  # products/?price__gte= and price__lte=
        ]

    @classmethod
    def unsaved(cls, currency: str, amount: Decimal, compare_at: Decimal | None = None) -> Self:
        """A price of a variant that is not there yet. By position, as rows come from a table: a fifth of the time."""
        return cls(None, None, None, None, currency, amount, compare_at)

    def __str__(self) -> str:
        return f"{self.amount} {self.currency}"
