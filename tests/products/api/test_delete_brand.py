"""DELETE /brands/{ref}/"""

import pytest

from products.models import Brand
from tests.answers import problem
from tests.factories.products import BrandFactory, ProductFactory

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
