"""Versions: they rise with what changes, and with nothing else."""

import pytest

from catalog_project.errors import Stale
from catalog_project.models import VersionedModel
from products.models import Attribute, Brand, Category, ProductType
from products.services.attributes import create_attribute, update_attribute
from products.services.brands import create_brand, update_brand
from products.services.categories import create_category, move_category, update_category
from products.services.expected import require_version
from products.services.product_types import create_product_type, update_product_type

pytestmark = pytest.mark.django_db

OPTIONS = [{"code": "red", "label": "Red"}]


def version_of(row: VersionedModel) -> int:
    return type(row)._default_manager.get(pk=row.pk).version


def test_a_row_at_the_version_expected_is_written() -> None:
    require_version(Brand(version=3), 3)
    require_version(Brand(version=3), None)


def test_a_row_at_another_version_is_refused_with_its_own() -> None:
    with pytest.raises(Stale) as refused:
        require_version(Brand(version=3), 2)
    assert refused.value.version == 3


@pytest.mark.parametrize(("values", "version"), [({"name": "Acme"}, 1), ({"name": "ACME"}, 2)])
def test_of_a_brand(values, version) -> None:
    brand: Brand = create_brand(by=None, values={"name": "Acme"})
    update_brand(by=None, brand=brand, values=values)
    assert version_of(brand) == version


@pytest.mark.parametrize(("values", "version"), [({"position": 0}, 1), ({"position": 1}, 2)])
def test_of_a_category(values, version) -> None:
    category: Category = create_category(by=None, values={"name": "Bags"})
    update_category(by=None, category=category, values=values)
    assert version_of(category) == version


def test_of_a_category_that_moves() -> None:
    root, leaf = (create_category(by=None, values={"name": name}) for name in ("Root", "Leaf"))
    for _ in range(2):
        move_category(by=None, category=leaf, values={"parent": root})
    assert (version_of(leaf), version_of(root)) == (2, 1)


@pytest.mark.parametrize(
    ("values", "version"),
    [
        ({"name": "Colour", "options": OPTIONS}, 1),
        ({"name": "Color"}, 2),
        ({"options": []}, 2),
        ({"unit": "x", "options": []}, 2),
    ],
)
def test_of_an_attribute_with_its_options(values, version) -> None:
    attribute: Attribute = create_attribute(
        by=None, values={"code": "colour", "name": "Colour", "type": "option", "options": OPTIONS}
    )
    update_attribute(by=None, attribute=attribute, values=values)
    assert version_of(attribute) == version


@pytest.mark.parametrize(("required", "version"), [("never", 1), ("always", 2)])
def test_of_a_type_with_its_attributes(required, version) -> None:
    attribute = create_attribute(by=None, values={"code": "size", "name": "Size", "type": "number"})
    product_type: ProductType = create_product_type(
        by=None, values={"code": "bag", "name": "Bag", "attributes": [{"attribute": attribute}]}
    )
    values = {"name": "Bag", "attributes": [{"attribute": attribute, "required": required}]}
    update_product_type(by=None, product_type=product_type, values=values)
    assert version_of(product_type) == version
