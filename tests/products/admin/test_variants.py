"""Variants on their own: found by SKU or barcode, counted, edited."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from products.models import Variant
from tests.factories.products import ProductFactory, VariantFactory
from tests.products.admin.pages import act, errors_of, messages_of, queries_of, rows_of, submit, url_of

LIST = "variant_changelist"


def change(client: Client, variant: Variant, **typed: Any) -> Any:
    return submit(client, url_of("variant_change", variant.pk), typed, form="variant")


def test_a_variant_is_found_by_its_keys_and_names(viewer: Client) -> None:
    product = ProductFactory(name="Trail Backpack", variants=0)
    variant = VariantFactory(
        product=product, sku="TB-RED", barcode="4006381333931", external_id="ERP-1", name="Feuerrot"
    )
    VariantFactory()
    for term in ("tb-r", "TB-RED", "4006381333931", "ERP-1", "feuer", "backpack trail"):
        assert rows_of(viewer.get(url_of(LIST), {"q": term})) == [variant], term


def test_the_list_shows_price_stock_and_the_way_to_the_product(viewer: Client) -> None:
    variant = VariantFactory(stock=7, prices={"USD": "12.5", "EUR": "3"})
    page = viewer.get(url_of(LIST)).content.decode()
    assert '<td class="field-price">12.50</td>' in page
    assert '<td class="field-stock">7</td>' in page
    assert f'<a href="{url_of("product_change", variant.product_id)}">{variant.product.name}</a>' in page


def test_the_list_can_be_narrowed_to_a_product(viewer: Client) -> None:
    variant, _ = VariantFactory.create_batch(2)
    assert rows_of(viewer.get(url_of(LIST), {"product": variant.product_id})) == [variant]


def test_a_variant_is_edited_with_the_version_of_its_product(editor: Client) -> None:
    variant = VariantFactory(stock=3)
    change(editor, variant, name="Large", **{"prices-amount": ["11", ""], "stock": "9"})
    changed = Variant.objects.get(pk=variant.pk)
    assert (changed.name, changed.stock, changed.version, changed.product.version) == ("Large", 9, 2, 2)
    assert f"{changed.prices.get().amount:f}" == "11.0000"


def test_a_form_saved_without_changes_changes_nothing(editor: Client) -> None:
    variant = VariantFactory(attributes={"a": None}, stock=0)
    before = list(Variant.objects.values())
    assert change(editor, variant).status_code == 302
    assert list(Variant.objects.values()) == before


def test_a_taken_sku_is_named_at_the_sku(editor: Client) -> None:
    VariantFactory(sku="taken")
    assert errors_of(change(editor, VariantFactory(), sku="TAKEN")) == {
        "sku": ["A variant with this SKU already exists."]
    }


def test_a_variant_is_added_to_a_product(editor: Client) -> None:
    product = ProductFactory()
    typed = {"product": product.pk, "sku": "NEW", "stock": "4"}
    submit(editor, url_of("variant_add"), typed, form="variant")
    assert product.variants.get(sku="NEW").stock == 4


@pytest.mark.parametrize("gone", ["", "999999", "abc"])
def test_a_new_variant_needs_a_product_that_exists(editor: Client, gone: str) -> None:
    answer = submit(editor, url_of("variant_add"), {"product": gone, "sku": "NEW"}, form="variant")
    assert list(errors_of(answer)) == ["product"]


def test_a_variant_is_deleted(manager: Client) -> None:
    first, second = ProductFactory(variants=2).variants.all()
    manager.post(url_of("variant_delete", first.pk), {"post": "yes"})
    assert list(Variant.objects.all()) == [second]


def test_the_last_variant_of_an_active_product_stays_and_says_why(manager: Client) -> None:
    variant = VariantFactory()
    answer = manager.post(url_of("variant_delete", variant.pk), {"post": "yes"}, follow=True)
    assert messages_of(answer) == ["An active product keeps at least one variant: archive it first."]
    assert answer.redirect_chain[0][0] == url_of("variant_change", variant.pk)
    assert Variant.objects.exists()


def test_none_of_the_selected_variants_goes_when_one_must_stay(manager: Client) -> None:
    variants = list(ProductFactory(variants=2).variants.all())
    told = messages_of(act(manager, LIST, "delete_selected", *variants, post="yes"))
    assert told == ["Nothing was deleted. An active product keeps at least one variant: archive it first."]
    assert Variant.objects.count() == 2


def test_a_viewer_sees_prices_and_attributes(viewer: Client) -> None:
    variant = VariantFactory(attributes={"color": "red"}, prices={"USD": "1", "JPY": "100"})
    page = viewer.get(url_of("variant_change", variant.pk)).content.decode()
    for shown in ("USD 1.00", "JPY 100", "&quot;color&quot;: &quot;red&quot;"):
        assert shown in page


def test_the_list_takes_the_same_queries_for_one_variant_and_many(viewer: Client) -> None:
    VariantFactory()
    one = queries_of(lambda: viewer.get(url_of(LIST)))
    VariantFactory.create_batch(30)
    assert queries_of(lambda: viewer.get(url_of(LIST))) == one <= 7


def test_a_form_takes_few_queries(editor: Client) -> None:
    variant = VariantFactory()
    assert queries_of(lambda: editor.get(url_of("variant_change", variant.pk))) <= 7


def test_an_offer_of_products_takes_the_same_queries_for_one_and_many(editor: Client) -> None:
    by = {"app_label": "products", "model_name": "variant", "field_name": "product", "term": "prod"}
    ProductFactory()
    one = queries_of(lambda: editor.get(reverse("admin:autocomplete"), by))
    ProductFactory.create_batch(30)
    assert queries_of(lambda: editor.get(reverse("admin:autocomplete"), by)) == one
