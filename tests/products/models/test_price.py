from decimal import Decimal

import pytest
from django.db import DataError, IntegrityError, transaction

from products.models import Price
from products.models.currency import DECIMALS
from products.models.price import MAX_AMOUNT
from tests.factories.products import VariantFactory

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("field", ["amount", "compare_at"])
def test_the_database_knows_the_decimals_of_every_currency(field) -> None:
    variant = VariantFactory(prices={})
    for currency, places in DECIMALS.items():
        smallest = Decimal(1).scaleb(-places)
        price = Price.objects.create(variant=variant, currency=currency, amount=1)
        Price.objects.filter(pk=price.pk).update(**{field: smallest})
        with pytest.raises(IntegrityError, match="price_decimals_of_currency"), transaction.atomic():
            Price.objects.filter(pk=price.pk).update(**{field: smallest / 2})


@pytest.mark.parametrize("field", ["amount", "compare_at"])
def test_no_price_is_negative(field) -> None:
    VariantFactory()
    with pytest.raises(IntegrityError, match="price_not_negative"):
        Price.objects.update(**{field: Decimal("-0.01")})


def test_the_largest_amount_is_kept_exactly() -> None:
    VariantFactory(prices={"USD": "9999999999.99", "KWD": "9999999999.999"})
    assert set(Price.objects.values_list("amount", flat=True)) == {Decimal("9999999999.99"), Decimal("9999999999.999")}


@pytest.mark.postgres
def test_postgresql_refuses_what_is_larger() -> None:
    VariantFactory()
    with pytest.raises(DataError):
        Price.objects.update(amount=MAX_AMOUNT + 1)


def test_a_price_is_called_by_what_it_costs() -> None:
    assert str(Price(amount=Decimal("5.00"), currency="USD")) == "5.00 USD"
