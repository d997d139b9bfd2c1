"""The category tree: shown as a tree, moved by its parent, guarded against cycles and loss."""

from typing import Any

import pytest
from django.test import Client

from products.admin.categories import in_tree_order
from products.models import Category
from tests.factories.products import CategoryFactory, ProductFactory
from tests.products.admin.pages import act, errors_of, messages_of, queries_of, rows_of, submit, url_of

LIST = "category_changelist"


def tree() -> dict[str, Category]:
    """bags > (totes, backpacks > hiking), apparel; backpacks stands before totes by its position alone."""
    made = {"bags": CategoryFactory(name="Bags", slug="bags", position=0)}
    made["apparel"] = CategoryFactory(name="Apparel", slug="apparel", position=1)
    for slug, parent, position in (("totes", "bags", 2), ("backpacks", "bags", 1), ("hiking", "backpacks", 0)):
        made[slug] = CategoryFactory(name=slug.title(), slug=slug, parent=made[parent], position=position)
    return made


def delete(client: Client, *categories: Category) -> Any:
    return act(client, LIST, "delete_selected", *categories, post="yes")


def change(client: Client, category: Category, **typed: Any) -> Any:
    return submit(client, url_of("category_change", category.pk), typed, form="category")


# ---------------------------------------------------------------------- the list


def test_the_list_follows_the_tree_siblings_by_position_then_name(viewer: Client) -> None:
    tree()
    CategoryFactory(name="Aprons", slug="aprons", position=1)
    shown = [category.slug for category in rows_of(viewer.get(url_of(LIST)))]
    assert shown == ["bags", "backpacks", "hiking", "totes", "apparel", "aprons"]


def test_names_are_indented_by_depth(viewer: Client) -> None:
    tree()
    page = viewer.get(url_of(LIST)).content.decode()
    assert '<span class="catalog-depth-2">Hiking</span>' in page
    assert '<span class="catalog-depth-0">Bags</span>' in page


def test_pages_of_a_large_tree_follow_each_other(viewer: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    tree()
    monkeypatch.setattr("products.admin.categories.CategoryAdmin.list_per_page", 2)
    pages = [rows_of(viewer.get(url_of(LIST), {"p": number})) for number in (1, 2, 3)]
    shown = [[category.slug for category in page] for page in pages]
    assert shown == [["bags", "backpacks"], ["hiking", "totes"], ["apparel"]]


def test_everything_can_be_shown_on_one_page(viewer: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    tree()
    monkeypatch.setattr("products.admin.categories.CategoryAdmin.list_per_page", 2)
    assert len(rows_of(viewer.get(url_of(LIST), {"all": ""}))) == 5


def test_what_search_finds_keeps_the_order_of_the_tree(viewer: Client) -> None:
    tree()
    found = rows_of(viewer.get(url_of(LIST), {"q": "s"}))
    assert [category.slug for category in found] == ["bags", "backpacks", "totes"]


def test_products_are_counted_in_the_subtree_each_once(viewer: Client) -> None:
    made = tree()
    ProductFactory(categories=[made["hiking"], made["backpacks"]])
    ProductFactory(categories=[made["totes"]])
    CategoryFactory(name="Bags2", slug="bags2")
    counts = {row.slug: row.subtree_product_count for row in rows_of(viewer.get(url_of(LIST)))}
    assert counts == {"bags": 2, "backpacks": 1, "hiking": 1, "totes": 1, "apparel": 0, "bags2": 0}


def test_the_number_leads_to_these_products(viewer: Client) -> None:
    made = tree()
    inside, _ = ProductFactory(categories=[made["hiking"]]), ProductFactory(categories=[made["apparel"]])
    page = viewer.get(url_of(LIST)).content.decode()
    link = f"{url_of('product_changelist')}?category={made['bags'].pk}"
    assert f'<a href="{link}">1</a>' in page
    assert rows_of(viewer.get(link)) == [inside]


def test_one_that_moves_while_the_list_is_read_does_not_break_it(db: None) -> None:
    made = tree()
    Category.objects.filter(pk=made["totes"].pk).update(path="gone/totes")
    assert set(in_tree_order(Category.objects.all())) == {category.pk for category in made.values()}


def test_the_list_takes_the_same_queries_for_one_category_and_many(viewer: Client) -> None:
    parent = CategoryFactory()
    ProductFactory(categories=[parent])
    one = queries_of(lambda: viewer.get(url_of(LIST)))
    for category in CategoryFactory.create_batch(30, parent=parent):
        ProductFactory(categories=[category], variants=0)
    assert queries_of(lambda: viewer.get(url_of(LIST))) == one <= 8


def test_a_form_takes_few_queries(editor: Client) -> None:
    hiking = tree()["hiking"]
    assert queries_of(lambda: editor.get(url_of("category_change", hiking.pk))) <= 8


# ---------------------------------------------------------------------- writing


def test_a_category_is_created_below_its_parent(editor: Client) -> None:
    parent = tree()["backpacks"]
    submit(editor, url_of("category_add"), {"name": "City", "parent": parent.pk}, form="category")
    made = Category.objects.get(slug="city")
    assert (made.path, made.position) == ("bags/backpacks/city", 0)


def test_a_form_saved_without_changes_changes_nothing(editor: Client) -> None:
    made = tree()
    Category.objects.update(description="one\r\ntwo\n")
    before = list(Category.objects.order_by("pk").values())
    change(editor, made["hiking"])
    assert list(Category.objects.order_by("pk").values()) == before


def test_another_parent_moves_the_subtree(editor: Client) -> None:
    made = tree()
    change(editor, made["backpacks"], parent=made["apparel"].pk)
    assert Category.objects.get(slug="hiking").path == "apparel/backpacks/hiking"


def test_an_emptied_parent_makes_a_root(editor: Client) -> None:
    made = tree()
    change(editor, made["backpacks"], parent="")
    assert Category.objects.get(slug="hiking").path == "backpacks/hiking"


def test_name_slug_parent_and_position_change_together(editor: Client) -> None:
    made = tree()
    change(editor, made["backpacks"], slug="packs", name="Packs", parent=made["apparel"].pk, position="7")
    changed = Category.objects.get(pk=made["backpacks"].pk)
    assert (changed.name, changed.path, changed.position) == ("Packs", "apparel/packs", 7)
    assert Category.objects.get(slug="hiking").path == "apparel/packs/hiking"


@pytest.mark.parametrize("below", ["hiking", "backpacks"])
def test_a_category_cannot_move_into_its_own_subtree(editor: Client, below: str) -> None:
    made = tree()
    answer = change(editor, made["backpacks"], parent=made[below].pk, name="Renamed")
    assert errors_of(answer) == {"parent": ["This category stands inside the one that is moved."]}
    assert Category.objects.get(slug="backpacks").name == "Backpacks"


def test_a_taken_slug_is_named_at_the_slug(editor: Client) -> None:
    made = tree()
    assert errors_of(change(editor, made["hiking"], slug="totes")) == {
        "slug": ["A category with this slug already exists."]
    }


def test_a_path_that_grows_too_long_is_told(editor: Client) -> None:
    made = tree()
    Category.objects.filter(pk=made["apparel"].pk).update(path="x" * 1_995)
    answer = change(editor, made["hiking"], parent=made["apparel"].pk)
    assert errors_of(answer) == {"__all__": ["The slugs down to a category must not exceed 2000 characters."]}


# ---------------------------------------------------------------------- deleting


def test_a_category_that_holds_something_says_what(manager: Client) -> None:
    made = tree()
    ProductFactory.create_batch(2, categories=[made["backpacks"]])
    answer = manager.post(url_of("category_delete", made["backpacks"].pk), {"post": "yes"})
    page = answer.content.decode()
    assert "Backpacks: 1 category below it" in page
    assert "2 products in it" in page
    assert Category.objects.filter(slug="backpacks").exists()


def test_an_empty_category_is_deleted(manager: Client) -> None:
    made = tree()
    manager.post(url_of("category_delete", made["hiking"].pk), {"post": "yes"})
    assert not Category.objects.filter(slug="hiking").exists()


def test_a_whole_subtree_can_be_selected_for_deletion(manager: Client) -> None:
    made = tree()
    delete(manager, made["bags"], made["backpacks"], made["hiking"], made["totes"])
    assert list(Category.objects.values_list("slug", flat=True)) == ["apparel"]


def test_a_category_that_was_filled_meanwhile_stays_and_says_so(
    manager: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = tree()
    monkeypatch.setattr("products.admin.categories.CategoryAdmin.reasons_to_keep", lambda *_: [])
    answer = manager.post(url_of("category_delete", made["bags"].pk), {"post": "yes"}, follow=True)
    assert messages_of(answer) == ["It is in use and cannot be deleted."]
    told = messages_of(delete(manager, made["bags"], made["apparel"]))
    assert told == ["Nothing was deleted. It is in use and cannot be deleted."]
    assert Category.objects.count() == 5


def test_a_confirmation_takes_the_same_queries_for_one_category_and_many(manager: Client) -> None:
    parents = CategoryFactory.create_batch(31)
    for parent in parents:
        ProductFactory(categories=[CategoryFactory(parent=parent)], variants=0)
    one = queries_of(lambda: delete(manager, parents[0]))
    assert queries_of(lambda: delete(manager, *parents[1:])) == one


def test_a_viewer_sees_the_place(viewer: Client) -> None:
    page = viewer.get(url_of("category_change", tree()["hiking"].pk)).content.decode()
    assert ">Backpacks</a>" in page
    assert "<textarea" not in page
