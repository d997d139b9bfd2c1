"""What is done to many products at once, and what is done for good."""

import pytest
from django.contrib.admin.models import LogEntry
from django.test import Client

from products.admin import products as module
from products.models import Product
from tests.factories.products import ProductFactory
from tests.products.admin.pages import act, messages_of, url_of

LIST = "product_changelist"


# ---------------------------------------------------------------------- actions


def test_products_are_published_together(editor: Client) -> None:
    drafts = ProductFactory.create_batch(2, status="draft")
    answer = act(editor, LIST, "publish", *drafts)
    assert messages_of(answer) == ["2 products were published."]
    assert set(Product.objects.values_list("status", "version")) == {("active", 2)}
    assert LogEntry.objects.count() == 2


def test_publishing_says_of_each_product_why_it_could_not_be(editor: Client) -> None:
    good, bare = ProductFactory(status="draft"), ProductFactory(status="draft", name="Bare", variants=0)
    assert messages_of(act(editor, LIST, "publish", good, bare)) == [
        "1 product was published.",
        "“Bare” was not published: An active product needs at least one variant.",
    ]
    assert set(Product.objects.values_list("pk", "status")) == {(good.pk, "active"), (bare.pk, "draft")}


def test_a_long_list_of_reasons_is_cut(editor: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_REASONS", 2)
    drafts = ProductFactory.create_batch(4, status="draft", variants=0)
    told = messages_of(act(editor, LIST, "publish", *drafts))
    assert len(told) == 4
    assert told[-1] == "2 others were not published either."


def test_what_is_published_already_is_neither_counted_nor_changed(editor: Client) -> None:
    active = ProductFactory()
    assert messages_of(act(editor, LIST, "publish", active)) == ["0 products were published."]
    assert Product.objects.get().version == active.version


def test_products_are_archived_together(editor: Client) -> None:
    assert messages_of(act(editor, LIST, "archive", *ProductFactory.create_batch(2))) == ["2 products were archived."]


def test_no_action_runs_on_more_rows_than_a_request_can_bear(editor: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("products.admin.base.MAX_ROWS_AT_ONCE", 2)
    drafts = ProductFactory.create_batch(3, status="draft")
    told = messages_of(act(editor, LIST, "publish", drafts[0], select_across="1"))
    assert told == ["Nothing was done: select at most 2 rows at a time, with the help of filters."]
    assert set(Product.objects.values_list("status", flat=True)) == {"draft"}


def test_all_rows_behind_a_filter_can_be_chosen(editor: Client) -> None:
    drafts = ProductFactory.create_batch(3, status="draft")
    assert messages_of(act(editor, LIST, "publish", drafts[0], select_across="1")) == ["3 products were published."]


# ---------------------------------------------------------------------- delete


def test_a_manager_deletes_a_product_with_its_variants(manager: Client) -> None:
    product = ProductFactory(variants=3)
    page = manager.get(url_of("product_delete", product.pk)).content.decode()
    assert f"{product.name} with 3 variants" in page
    manager.post(url_of("product_delete", product.pk), {"post": "yes"})
    assert not Product.objects.exists()


def test_a_manager_deletes_several_products(manager: Client) -> None:
    products = ProductFactory.create_batch(3)
    act(manager, LIST, "delete_selected", *products[:2], post="yes")
    assert list(Product.objects.all()) == products[2:]
