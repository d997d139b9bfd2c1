"""DELETE /categories/{ref}/"""

import pytest

from products.models import Category, Product
from tests.answers import problem
from tests.factories.products import CategoryFactory, ProductFactory
from tests.threads import at_once

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


@pytest.mark.django_db(transaction=True)
def test_one_that_products_are_put_into_meanwhile_stays_or_they_do_not_land(manager) -> None:
    CategoryFactory(slug="taken")

    def act(number: int) -> int:
        if number == 0:
            return manager.delete(f"{URL}taken/").status_code
        return manager.post("/api/v1/products/", {"name": f"P{number}", "categories": ["taken"]}).status_code

    deleted, *created = at_once(8, act)
    landed = created.count(201)
    assert (deleted, landed) in [(204, 0), (409, landed)]
    assert set(created) <= {201, 400, 409}
    assert Product.objects.count() == landed
