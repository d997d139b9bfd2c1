"""The filters beside the list of products."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from tests.factories.products import (
    BrandFactory,
    CategoryFactory,
    ProductFactory,
    ProductTypeFactory,
    VariantFactory,
)
from tests.products.admin.pages import rows_of, url_of


def found(client: Client, **query: object) -> set[str]:
    return {product.name for product in rows_of(client.get(url_of("product_changelist"), query))}


def test_visibility_is_told_as_of_now(viewer: Client) -> None:
    past, future = timezone.now() - timedelta(days=1), timezone.now() + timedelta(days=1)
    ProductFactory(name="visible", published_from=past, published_until=future)
    ProductFactory(name="open")
    ProductFactory(name="scheduled", published_from=future)
    ProductFactory(name="expired", published_until=past)
    ProductFactory(name="draft", status="draft", published_from=future)
    ProductFactory(name="archived", status="archived", published_until=past)
    assert found(viewer, visibility="visible") == {"visible", "open"}
    assert found(viewer, visibility="scheduled") == {"scheduled"}
    assert found(viewer, visibility="expired") == {"expired"}


def test_stock_is_that_of_any_variant(viewer: Client) -> None:
    for name, stocks in {"some": [0, 3], "untracked": [None], "none": [0, 0], "bare": []}.items():
        product = ProductFactory(name=name, variants=0)
        for stock in stocks:
            VariantFactory(product=product, stock=stock)
    assert found(viewer, in_stock="yes") == {"some", "untracked"}
    assert found(viewer, in_stock="no") == {"none", "bare"}


def test_a_category_stands_for_its_subtree(viewer: Client) -> None:
    bags = CategoryFactory(slug="bags")
    packs = CategoryFactory(slug="packs", parent=bags)
    ProductFactory(name="in bags", categories=[bags])
    ProductFactory(name="in packs", categories=[CategoryFactory(), packs])
    ProductFactory(name="beside", categories=[CategoryFactory(slug="bags2")])
    assert found(viewer, category=bags.pk) == {"in bags", "in packs"}
    assert found(viewer, category=packs.pk) == {"in packs"}


def test_products_are_narrowed_to_a_type(viewer: Client) -> None:
    bag = ProductTypeFactory()
    ProductFactory(name="bag", product_type=bag)
    ProductFactory(name="other", product_type=ProductTypeFactory())
    ProductFactory(name="free")
    assert found(viewer, product_type=bag.pk) == {"bag"}


def test_filters_narrow_each_other(viewer: Client) -> None:
    brand = BrandFactory()
    ProductFactory(name="wanted", brand=brand, status="draft")
    ProductFactory(name="active", brand=brand)
    ProductFactory(name="other", status="draft")
    assert found(viewer, brand=brand.pk, status__exact="draft") == {"wanted"}


@pytest.mark.parametrize("name", ["brand", "category", "product_type"])
@pytest.mark.parametrize("gone", ["999999", "abc", "9" * 30, "-1"])
def test_a_row_that_is_gone_has_no_products(viewer: Client, name: str, gone: str) -> None:
    ProductFactory()
    assert found(viewer, **{name: gone}) == set()


@pytest.mark.parametrize(
    "query", [{"visibility": "x"}, {"in_stock": "x"}, {"brand": ""}, {"category": ""}, {"product_type": ""}]
)
def test_a_choice_that_there_is_not_filters_nothing(viewer: Client, query: dict[str, str]) -> None:
    ProductFactory(name="shown")
    assert found(viewer, **query) == {"shown"}


def test_a_box_shows_what_is_chosen_keeps_the_other_parameters_and_leads_back(viewer: Client) -> None:
    category = CategoryFactory(name="Packs", parent=CategoryFactory(name="Bags"))
    query = {"category": category.pk, "q": "trail & co", "p": "1"}
    page = viewer.get(url_of("product_changelist"), query).content.decode()
    form = page[page.index("catalog-filter-form") :].split("</form>")[0]
    assert "selected>Bags › Packs<" in form
    assert '<input type="hidden" name="q" value="trail &amp; co">' in form
    assert 'name="p"' not in form
    assert '<a href="?q=trail+%26+co">All</a>' in form.replace("&amp;p=1", "").replace("p=1&amp;", "")
