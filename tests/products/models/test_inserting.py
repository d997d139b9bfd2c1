"""Inserting rows, by INSERT and by COPY."""

from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from products.models import Price, Product, Variant, inserting
from products.models.inserting import insert_rows
from tests.factories.products import BrandFactory

pytestmark = pytest.mark.django_db
HARD = "tab\t new\nline \\N back\\slash \"quote\" 'single' \u2028 ☕ \\."


@pytest.fixture(params=[1, 10_000], ids=["copy", "insert"], autouse=True)
def _threshold(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inserting, "WORTH_COPYING", request.param)


def test_every_kind_of_value_comes_back_as_it_was() -> None:
    brand = BrandFactory()
    attributes: dict[str, Any] = {HARD: [None, True, 1, 1.5, {"a": HARD}], "none": None, "e": 1e22}
    made = Product(
        name=HARD, slug="a", description=HARD, status=Product.Status.ARCHIVED, brand=brand, attributes=attributes
    )
    insert_rows([made])
    found = Product.objects.get()
    columns = [field.attname for field in Product._meta.concrete_fields]
    assert {name: getattr(found, name) for name in columns} == {name: getattr(made, name) for name in columns}
    assert found.name_key
    assert found.external_id is None


def test_rows_know_their_ids_and_those_of_the_rows_before_them() -> None:
    products = [Product(name=f"P{n}", slug=f"p{n}") for n in range(5)]
    variants = [Variant(product=product, sku=f"SKU-{product.slug}") for product in products]
    prices = [Price(variant=variant, currency="USD", amount=Decimal("1.25")) for variant in variants]
    for rows in (products, variants, prices):
        insert_rows(rows)
    assert [(price.variant.product.name, price.variant.sku_key) for price in Price.objects.order_by("pk")] == [
        (f"P{n}", f"sku-p{n}") for n in range(5)
    ]
    assert products[0] in Product.objects.all()


def test_a_row_that_has_been_inserted_can_be_saved() -> None:
    product = Product(name="A", slug="a")
    insert_rows([product])
    product.name = "B"
    product.save()
    assert Product.objects.get().name == "B"


def test_a_taken_key_is_an_integrity_error_that_names_its_constraint() -> None:
    insert_rows([Product(name="A", slug="a")])
    with pytest.raises(IntegrityError, match=r"product_slug_unique|products_product\.slug"), transaction.atomic():
        insert_rows([Product(name="B", slug="b"), Product(name="A", slug="a")])
    assert Product.objects.count() == 1


def test_no_rows_cost_nothing(django_assert_num_queries) -> None:
    with django_assert_num_queries(0):
        insert_rows([])
