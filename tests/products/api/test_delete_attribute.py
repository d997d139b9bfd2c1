"""DELETE /attributes/{code}/"""

import pytest

from products.models import Attribute, AttributeOption
from tests.answers import problem
from tests.factories.products import AttributeFactory, ProductTypeFactory

URL = "/api/v1/attributes/"


@pytest.mark.parametrize("form", ["color/", "color"])
def test_an_attribute_goes_with_its_options(manager, form) -> None:
    AttributeFactory(code="color", type="option", options=["red"])
    response = manager.delete(f"{URL}{form}")
    assert (response.status_code, response.content) == (204, b"")
    assert not Attribute.objects.exists()
    assert not AttributeOption.objects.exists()


def test_one_that_a_product_type_uses_stays(manager) -> None:
    ProductTypeFactory(attributes=[AttributeFactory(code="color")])
    problem(manager.delete(f"{URL}color/"), "in_use")
    assert Attribute.objects.exists()


def test_what_is_gone_is_404(manager) -> None:
    problem(manager.delete(f"{URL}color/"), "not_found")
