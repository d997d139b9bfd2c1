"""DELETE /brands/{ref}/"""

import pytest

from products.models import Brand, Product
from tests.answers import problem
from tests.factories.products import BrandFactory, ProductFactory
from tests.threads import at_once

URL = "/api/v1/brands/"


@pytest.mark.parametrize("form", ["acme/", "acme"])
def test_a_brand_without_products_goes(manager, form) -> None:
    BrandFactory(slug="acme")
    response = manager.delete(f"{URL}{form}")
    assert (response.status_code, response.content) == (204, b"")
    assert not Brand.objects.exists()


@pytest.mark.parametrize("status", ["draft", "active", "archived"])
def test_one_with_products_stays(manager, status) -> None:
    ProductFactory(status=status, brand=BrandFactory(slug="acme"))
    problem(manager.delete(f"{URL}acme/"), "in_use")
    assert Brand.objects.exists()


def test_what_is_gone_is_404(manager) -> None:
    BrandFactory(slug="acme")
    manager.delete(f"{URL}acme/")
    problem(manager.delete(f"{URL}acme/"), "not_found")


@pytest.mark.django_db(transaction=True)
def test_one_that_products_are_put_into_meanwhile_stays_or_they_do_not_land(manager) -> None:
    BrandFactory(slug="taken")

    def act(number: int) -> int:
        if number == 0:
            return manager.delete(f"{URL}taken/").status_code
        return manager.post("/api/v1/products/", {"name": f"P{number}", "brand": "taken"}).status_code

    deleted, *created = at_once(8, act)
    landed = created.count(201)
    assert (deleted, landed) in [(204, 0), (409, landed)]
    assert set(created) <= {201, 400, 409}
    assert Product.objects.count() == landed
