"""Choosing categories by typing: what is offered is named by its place in the tree."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from products.admin.category_choice import CategoriesField, full_names, product_reference
from products.models import Category
from products.schemas.references import MAX_CATEGORIES
from tests.factories.products import CategoryFactory, ProductFactory
from tests.products.admin.pages import queries_of, url_of

BY_PRODUCT = {"app_label": "products", "model_name": "productcategory", "field_name": "category"}


def offered(client: Client, term: str) -> list[str]:
    answer = client.get(reverse("admin:products_category_autocomplete"), {**BY_PRODUCT, "term": term})
    return [row["text"] for row in answer.json()["results"]]


def test_categories_are_offered_with_the_names_above_them(viewer: Client) -> None:
    bags = CategoryFactory(name="Bags & Co", slug="bags")
    CategoryFactory(name="Backpacks", slug="packs", parent=bags)
    assert offered(viewer, "BACK") == ["Bags & Co › Backpacks"]
    assert offered(viewer, "packs") == ["Bags & Co › Backpacks"]
    assert offered(viewer, "nothing") == []


def test_the_order_of_the_offer_is_that_of_the_paths(viewer: Client) -> None:
    for slug in ("b", "a"):
        CategoryFactory(name="Below", slug=f"{slug}-below", parent=CategoryFactory(name=slug, slug=slug))
    assert offered(viewer, "below") == ["a › Below", "b › Below"]


@pytest.mark.parametrize("term", ["\x00", "%", "\\", "'"])
def test_no_term_breaks_the_search(viewer: Client, term: str) -> None:
    CategoryFactory()
    assert isinstance(offered(viewer, term), list)


def test_an_offer_takes_the_same_queries_for_one_category_and_many(viewer: Client) -> None:
    CategoryFactory(name="Same")
    one = queries_of(lambda: ask(viewer))
    parent = CategoryFactory()
    CategoryFactory.create_batch(30, name="Same", parent=parent)
    assert queries_of(lambda: ask(viewer)) == one


def ask(client: Client) -> Any:
    return client.get(reverse("admin:products_category_autocomplete"), {**BY_PRODUCT, "term": "same"})


def test_nobody_without_the_right_is_offered_anything(client: Client) -> None:
    assert ask(client).status_code == 302


def test_chosen_categories_are_shown_by_full_name_in_their_order(editor: Client) -> None:
    bags = CategoryFactory(name="Bags", slug="bags")
    chosen = [CategoryFactory(name=name, parent=bags) for name in ("Zebra", "Mole", "Ant")]
    page = editor.get(url_of("product_change", ProductFactory(categories=chosen).pk)).content.decode()
    places = [page.index(f"selected>Bags › {name}<") for name in ("Zebra", "Mole", "Ant")]
    assert places == sorted(places)


def test_a_product_stands_in_a_bounded_number_of_categories(db: None) -> None:
    field = CategoriesField(product_reference())
    ids = [str(category.pk) for category in CategoryFactory.create_batch(MAX_CATEGORIES)]
    assert len(field.clean(ids[:-1])) == MAX_CATEGORIES - 1
    with pytest.raises(Exception, match="at most 100 categories"):
        field.clean(ids)


def test_full_names_take_one_query(django_assert_num_queries: Any, db: None) -> None:
    root = CategoryFactory(name="Root")
    below = CategoryFactory.create_batch(3, parent=root, name="Leaf")
    with django_assert_num_queries(1):
        assert set(full_names([root, *below]).values()) == {"Root", "Root › Leaf"}


def test_full_names_bear_an_ancestor_that_is_being_moved(db: None) -> None:
    leaf = CategoryFactory(name="Leaf", parent=CategoryFactory(slug="root"))
    Category.objects.filter(slug="root").update(path="elsewhere")
    assert full_names([leaf]) == {leaf.pk: "Leaf"}
