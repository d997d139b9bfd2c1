"""DELETE /product-types/{code}/"""

import pytest

from products.models import Attribute, Product, ProductType
from tests.answers import problem
from tests.factories.products import AttributeFactory, ProductFactory, ProductTypeFactory
from tests.threads import at_once

URL = "/api/v1/product-types/"


@pytest.mark.parametrize("form", ["bag/", "bag"])
def test_a_type_without_products_goes_and_leaves_its_attributes(manager, form) -> None:
    ProductTypeFactory(code="bag", attributes=[AttributeFactory()])
    response = manager.delete(f"{URL}{form}")
    assert (response.status_code, response.content) == (204, b"")
    assert not ProductType.objects.exists()
    assert Attribute.objects.count() == 1


@pytest.mark.parametrize("status", ["draft", "active", "archived"])
def test_one_with_products_stays(manager, status) -> None:
    ProductFactory(status=status, product_type=ProductTypeFactory(code="bag"))
    problem(manager.delete(f"{URL}bag/"), "in_use")
    assert ProductType.objects.exists()


def test_what_is_gone_is_404(manager) -> None:
    problem(manager.delete(f"{URL}bag/"), "not_found")


@pytest.mark.django_db(transaction=True)
def test_one_that_products_are_put_into_meanwhile_stays_or_they_do_not_land(manager) -> None:
    ProductTypeFactory(code="bag")

    def act(number: int) -> int:
        if number == 0:
            return manager.delete(f"{URL}bag/").status_code
        return manager.post("/api/v1/products/", {"name": f"P{number}", "product_type": "bag"}).status_code

    deleted, *created = at_once(8, act)
    landed = created.count(201)
    assert (deleted, landed) in [(204, 0), (409, landed)]
    assert set(created) <= {201, 400, 409}
    assert Product.objects.count() == landed
