import pytest
from rest_framework.test import APIClient

from products.models import Product
from tests.answers import problem
from tests.factories.products import ProductFactory, VariantFactory

URL = "/api/v1/products/bag/history/"


@pytest.fixture
def bag(db) -> Product:
    made = ProductFactory(slug="bag", name="Bag", variants=0)
    VariantFactory(product=made, sku="ONE", stock=5)
    ProductFactory(slug="other", name="Other")
    return made


def patch(client: APIClient, path: str, **values: object) -> None:
    assert client.patch(f"/api/v1/{path}", values, format="json").status_code == 200


def rows(client: APIClient, url: str = URL) -> list[tuple]:
    response = client.get(url)
    assert response.status_code == 200, response.content
    return [(row["entity"], row["action"], row["sequence"]) for row in response.json()["results"]]


def test_it_shows_the_product_and_its_variants_the_newest_first(editor, manager, bag) -> None:
    patch(editor, "products/bag/", name="Sack")
    patch(editor, "products/other/", name="Else")
    patch(editor, f"variants/{bag.variants.get().pk}/", name="Red")
    editor.post(f"/api/v1/products/{bag.pk}/variants/", {"sku": "TWO"}, format="json")
    manager.delete(f"/api/v1/variants/{bag.variants.get(sku='TWO').pk}/")
    editor.post("/api/v1/products/bag/archive/")
    assert rows(editor) == [
        ("product", "update", 6),
        ("variant", "delete", 5),
        ("variant", "create", 4),
        ("variant", "update", 3),
        ("product", "update", 1),
    ]


def test_pages_neither_skip_nor_repeat(editor, viewer, bag) -> None:
    for number in range(5):
        patch(editor, "products/bag/", name=f"B{number}")
    seen, address = [], f"{URL}?page_size=2"
    while address:
        page = viewer.get(address).json()
        seen += [row["sequence"] for row in page["results"]]
        address = page["next"]
    assert seen == [5, 4, 3, 2, 1]


def test_what_is_not_there_has_none(viewer, bag) -> None:
    problem(viewer.get("/api/v1/products/nope/history/"), "not_found")


def test_only_who_may_view_changes_sees_it(anyone, stranger, bag) -> None:
    for url in (URL, "/api/v1/products/nope/history/"):
        problem(anyone.get(url), "not_authenticated")
        problem(stranger.get(url), "permission_denied")


def test_a_page_costs_the_same_for_one_change_and_fifty(editor, viewer, bag, django_assert_num_queries) -> None:
    for count in (1, 50):
        for number in range(count):
            patch(editor, "products/bag/", name=f"B{count}-{number}")
        rows(viewer)
        with django_assert_num_queries(QUERIES):
            rows(viewer)


# The product; whether any change has no number; the page
QUERIES = 3
