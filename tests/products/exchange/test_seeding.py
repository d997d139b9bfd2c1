"""The demo catalog."""

from collections import Counter
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from products.exchange import seeding
from products.exchange.exporting import export_lines
from products.exchange.seed_shop import Shop
from products.exchange.seed_words import COLORS, TREE
from products.exchange.seed_workers import seed_catalog
from products.exchange.seeding import Landed, SeedingError
from products.models import (
    Attribute,
    Brand,
    Category,
    Price,
    Product,
    ProductType,
    ProductTypeAttribute,
    Variant,
)
from tests.factories.products import AttributeFactory, BrandFactory, ProductFactory, ProductTypeFactory

pytestmark = pytest.mark.django_db


def seed(products: int, number: int = 1) -> list[Landed]:
    return list(seed_catalog(products=products, seed=number))


def test_the_same_seed_gives_the_same_products_whatever_their_number() -> None:
    first, again = Shop(5), Shop(5)
    assert [first.product(index) for index in range(30)] == [again.product(index) for index in range(30)]
    assert first.product(29) == again.product(29)


def test_another_seed_gives_other_products() -> None:
    assert [Shop(1).product(n)["name"] for n in range(9)] != [Shop(2).product(n)["name"] for n in range(9)]


def test_seeds_stand_side_by_side() -> None:
    ProductFactory(slug="own")
    seed(30, 1)
    seed(30, 11)
    assert Product.objects.count() == 61


def test_a_second_run_adds_what_is_missing_and_nothing_else(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(seeding, "BATCH", 5)
    seed(7)
    Product.objects.filter(external_id="seed-1-2").delete()
    Product.objects.filter(external_id="seed-1-3").update(name="Edited", slug="edited")
    assert seed(12) == [Landed(5, 1), Landed(5, 3), Landed(2, 2)]
    assert set(Product.objects.values_list("external_id", flat=True)) == {f"seed-1-{number}" for number in range(12)}
    assert Product.objects.get(external_id="seed-1-3").name == "Edited"
    assert seed(12) == [Landed(5, 0), Landed(5, 0), Landed(2, 0)]


def test_a_batch_lands_whole_or_not_at_all(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(seeding, "BATCH", 5)
    Product.objects.create(name="Mine", slug=Shop(1).product(7)["slug"])
    with pytest.raises(SeedingError, match="slug already exists"):
        seed(20)
    assert Product.objects.filter(external_id__isnull=False).count() == 5


def test_a_batch_costs_the_same_statements_however_full() -> None:
    shop = Shop(1)
    with CaptureQueriesContext(connection) as few:
        seeding.land(shop, range(30))
    with CaptureQueriesContext(connection) as many:
        seeding.land(shop, range(30, 130))
    assert len(few) == len(many)


def test_brands_and_categories_that_are_there_are_used() -> None:
    brand = BrandFactory(slug="varnholt", name="Varnholt")
    Shop(1)
    Shop(2)
    assert Brand.objects.get(name="Varnholt") == brand
    assert Category.objects.count() == len(set(Category.objects.values_list("path", flat=True)))


def test_every_product_is_of_the_type_of_its_family_with_attributes_to_filter_by() -> None:
    seed(60)
    for product in Product.objects.select_related("product_type").prefetch_related("category_links__category"):
        assert product.product_type
        assert product.product_type.name == product.ordered_links()[0].category.name
        assert product.attributes.keys() == {"material", "series", "warranty", "repairable"}
    kinds = dict(Attribute.objects.filter(filterable=True).values_list("code", "type"))
    assert kinds == {
        "material": "option", "color": "option", "size": "option", "repairable": "boolean", "warranty": "number",
    }  # fmt: skip
    levels = set(ProductTypeAttribute.objects.values_list("attribute__code", "level"))
    assert {("color", "variant"), ("size", "variant"), ("material", "product"), ("series", "product")} <= levels


def test_attributes_and_types_that_are_there_are_used_and_get_what_they_lack() -> None:
    color = AttributeFactory(code="color", type="option", options=["pink"])
    boots = ProductTypeFactory(code="boots", attributes=[(color, "variant", "to_publish")])
    seed(30)
    seed(30, 2)
    options = [option.code for option in color.ordered_options()]
    assert (options[0], len(options)) == ("pink", 1 + len(COLORS))
    links = boots.ordered_links()
    assert (links[0].attribute, links[0].required, len(links)) == (color, "to_publish", 6)
    assert ProductType.objects.filter(code="boots").count() == 1


def test_an_attribute_that_takes_other_values_is_in_the_way() -> None:
    AttributeFactory(code="color", type="number")
    with pytest.raises(SeedingError, match="The catalog has an attribute 'color' of the type number"):
        seed(1)
    assert not Product.objects.exists()


def test_categories_are_three_deep() -> None:
    seed(50)
    assert {category.depth for category in Category.objects.filter(product_links__isnull=False)} == {2}
    assert set(Category.objects.filter(parent=None).values_list("name", flat=True)) == set(TREE)


def test_it_looks_like_a_shop() -> None:
    seed(400)
    statuses = Counter(Product.objects.values_list("status", flat=True))
    assert statuses["active"] > 300
    assert statuses["draft"] > 10 < Product.objects.visible().count()
    assert Product.objects.filter(published_until__isnull=False).exists()
    assert Product.objects.filter(published_from__isnull=False).exists()
    assert Product.objects.exclude(variants__stock=None).exclude(variants__stock__gt=0).count() > 5
    assert not Product.objects.filter(description__contains="{").exists()


def test_every_variant_has_prices_in_two_currencies_options_and_a_true_barcode() -> None:
    seed(100)
    variants = Variant.objects.all()
    assert Price.objects.filter(currency="USD").count() == Price.objects.filter(currency="EUR").count() == len(variants)
    assert all(variant.attributes["color"] for variant in variants)
    assert {"size"} < set().union(*(variant.attributes for variant in variants))
    assert not [variant.barcode for variant in variants if not is_ean(variant.barcode)]


def is_ean(digits: str) -> bool:
    odd, even = (sum(map(int, digits[start::2])) for start in (0, 1))
    return len(digits) == 13 and (odd + 3 * even) % 10 == 0


def test_two_catalogs_of_one_seed_are_the_same() -> None:
    def export() -> list[Any]:
        seed(40)
        lines = list(export_lines())
        Product.objects.all().delete()
        return lines

    assert export() == export()
