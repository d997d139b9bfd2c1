"""Writing brands."""

import pytest

from catalog_project.errors import Missing
from products.models import Brand
from products.services.brands import update_brand
from tests.factories.products import BrandFactory


def test_a_brand_that_is_gone_is_missing(db: None) -> None:
    brand = BrandFactory()
    Brand.objects.all().delete()
    with pytest.raises(Missing):
        update_brand(by=None, brand=brand, values={"name": "New"})


def test_an_older_reading_does_not_bring_an_older_name_back(db: None) -> None:
    brand = BrandFactory(name="Old")
    update_brand(by=None, brand=Brand.objects.get(), values={"name": "New"})
    update_brand(by=None, brand=brand, values={"slug": "new"})
    assert list(Brand.objects.values_list("name", "name_key", "slug")) == [("New", "new", "new")]
