"""Brands with the number of their products."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from products.models import Brand
from tests.factories.products import BrandFactory, ProductFactory
from tests.products.admin.pages import act, errors_of, queries_of, rows_of, submit, url_of

LIST = "brand_changelist"


def delete(client: Client, *brands: Brand) -> Any:
    return act(client, LIST, "delete_selected", *brands, post="yes")


def ask(client: Client, term: str) -> Any:
    by = {"app_label": "products", "model_name": "product", "field_name": "brand"}
    return client.get(reverse("admin:autocomplete"), {**by, "term": term})


def test_brands_are_listed_by_name_with_the_number_of_their_products(viewer: Client) -> None:
    second, first = BrandFactory(name="beta"), BrandFactory(name="Älpha")
    ProductFactory.create_batch(2, brand=second)
    rows = rows_of(viewer.get(url_of(LIST)))
    assert [(row.pk, row.product_count) for row in rows] == [(first.pk, 0), (second.pk, 2)]


def test_the_number_leads_to_these_products(viewer: Client) -> None:
    brand = BrandFactory()
    product, _ = ProductFactory(brand=brand), ProductFactory()
    link = f"{url_of('product_changelist')}?brand={brand.pk}"
    assert f'<a href="{link}">1</a>' in viewer.get(url_of(LIST)).content.decode()
    assert rows_of(viewer.get(link)) == [product]


@pytest.mark.parametrize("term", ["sohne bjork", "BJÖRK", "bjork-u", ""])
def test_search_finds_by_name_and_slug(viewer: Client, term: str) -> None:
    brand = BrandFactory(name="Björk & Söhne", slug="bjork-und-sohne")
    assert brand in rows_of(viewer.get(url_of(LIST), {"q": term}))


def test_a_brand_is_created_with_a_slug_from_its_name(editor: Client) -> None:
    submit(editor, url_of("brand_add"), {"name": "Björk & Söhne"}, form="brand")
    assert Brand.objects.get().slug == "bjork-sohne"


def test_a_brand_can_be_created_from_the_form_of_a_product(editor: Client) -> None:
    answer = submit(editor, f"{url_of('brand_add')}?_popup=1", {"name": "Acme"}, form="brand")
    assert f"&quot;value&quot;: &quot;{Brand.objects.get().pk}&quot;" in answer.content.decode()


def test_a_form_saved_without_changes_changes_nothing(editor: Client) -> None:
    brand = BrandFactory()
    before = list(Brand.objects.values())
    submit(editor, url_of("brand_change", brand.pk), form="brand")
    assert list(Brand.objects.values()) == before


def test_a_rename_keeps_the_slug(editor: Client) -> None:
    brand = BrandFactory(slug="acme")
    submit(editor, url_of("brand_change", brand.pk), {"name": "Acme Ltd"}, form="brand")
    assert list(Brand.objects.values_list("name", "slug", "name_key")) == [("Acme Ltd", "acme", "acme ltd")]


def test_a_taken_slug_is_named_at_the_slug(editor: Client) -> None:
    BrandFactory(slug="taken")
    answer = submit(editor, url_of("brand_change", BrandFactory().pk), {"slug": "taken"}, form="brand")
    assert errors_of(answer) == {"slug": ["A brand with this slug already exists."]}


def test_a_brand_in_use_says_by_what(manager: Client) -> None:
    brand = BrandFactory(name="Acme <1>")
    ProductFactory.create_batch(2, brand=brand)
    page = manager.post(url_of("brand_delete", brand.pk), {"post": "yes"}).content.decode()
    link = f"{url_of('product_changelist')}?brand={brand.pk}"
    assert "The brand “Acme &lt;1&gt;” cannot be deleted while it is in use:" in page
    assert f'Acme &lt;1&gt;: <a href="{link}">2 products</a>' in page
    assert Brand.objects.exists()


def test_brands_without_products_are_deleted_together(manager: Client) -> None:
    delete(manager, *BrandFactory.create_batch(3))
    assert not Brand.objects.exists()


def test_none_of_the_selected_brands_goes_when_one_is_in_use(manager: Client) -> None:
    free, used = BrandFactory.create_batch(2)
    ProductFactory(brand=used)
    page = delete(manager, free, used).content.decode()
    assert "The selected brands cannot be deleted while these are in use:" in page
    assert "1 product</a>" in page
    assert Brand.objects.count() == 2


def test_the_list_takes_the_same_queries_for_one_brand_and_many(viewer: Client) -> None:
    ProductFactory(brand=BrandFactory())
    one = queries_of(lambda: viewer.get(url_of(LIST)))
    for brand in BrandFactory.create_batch(30):
        ProductFactory(brand=brand, variants=0)
    assert queries_of(lambda: viewer.get(url_of(LIST))) == one <= 7


def test_a_confirmation_takes_the_same_queries_for_one_brand_and_many(manager: Client) -> None:
    brands = BrandFactory.create_batch(31)
    for brand in brands:
        ProductFactory(brand=brand, variants=0)
    one = queries_of(lambda: delete(manager, brands[0]))
    assert queries_of(lambda: delete(manager, *brands[1:])) == one


def test_an_offer_takes_the_same_queries_for_one_brand_and_many(viewer: Client) -> None:
    BrandFactory()
    one = queries_of(lambda: ask(viewer, "brand"))
    BrandFactory.create_batch(30)
    assert queries_of(lambda: ask(viewer, "brand")) == one


def test_no_term_breaks_the_offer(viewer: Client) -> None:
    BrandFactory(name="Acme")
    assert ask(viewer, "\x00acme").json()["results"][0]["text"] == "Acme"


def test_a_brand_that_goes_while_it_is_saved_is_told(editor: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Brand.objects, "select_for_update", lambda **_: Brand.objects.none())
    answer = submit(editor, url_of("brand_change", BrandFactory().pk), {"name": "New"}, form="brand")
    assert errors_of(answer) == {"__all__": ["The brand is gone."]}
