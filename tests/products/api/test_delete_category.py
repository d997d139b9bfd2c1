"""DELETE /categories/{ref}/"""

import pytest

from products.models import Category
from tests.answers import problem
from tests.factories.products import CategoryFactory, ProductFactory

URL = "/api/v1/categories/"


@pytest.mark.parametrize("form", ["bags/", "bags"])
def test_an_empty_leaf_goes(manager, form) -> None:
    parent = CategoryFactory()
    CategoryFactory(slug="bags", parent=parent)
    response = manager.delete(f"{URL}{form}")
    assert (response.status_code, response.content) == (204, b"")
    assert Category.objects.get() == parent


def test_one_with_children_stays(manager) -> None:
    CategoryFactory(parent=CategoryFactory(slug="bags"))
    problem(manager.delete(f"{URL}bags/"), "in_use")
    assert Category.objects.count() == 2


@pytest.mark.parametrize("status", ["draft", "active", "archived"])
def test_one_with_products_stays(manager, status) -> None:
    ProductFactory(status=status, categories=[CategoryFactory(slug="bags")])
    problem(manager.delete(f"{URL}bags/"), "in_use")
    assert Category.objects.exists()


def test_what_is_gone_is_404(manager) -> None:
    CategoryFactory(slug="bags")
    manager.delete(f"{URL}bags/")
    problem(manager.delete(f"{URL}bags/"), "not_found")
