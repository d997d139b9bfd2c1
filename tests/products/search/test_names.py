import pytest

from products.models import Brand, Category, Variant
from products.search.names import matching_categories, matching_variants, named
from tests.factories.products import BrandFactory, CategoryFactory, VariantFactory

pytestmark = pytest.mark.django_db


def test_without_conditions_all_rows_stay() -> None:
    BrandFactory()
    CategoryFactory()
    VariantFactory()
    assert named(Brand.objects.all(), {}).count() == 1
    assert matching_categories(Category.objects.all(), {}).count() == 1
    assert matching_variants(Variant.objects.all(), {}).count() == 1


@pytest.mark.parametrize(
    ("wanted", "is_found"),
    [("élan", True), ("ELA", True), ("lan v", True), ("elanv", False), ("%", False), ("_", False)],
)
def test_a_name_holds_the_text_wherever_it_stands(wanted, is_found) -> None:
    BrandFactory(name="Elan Vital")
    assert named(Brand.objects.all(), {"search": wanted}).exists() is is_found


@pytest.mark.parametrize("refs", [["١"], ["0"], ["9" * 19], ["9" * 5_000], [""], ["²"]])
def test_odd_references_to_products_find_nothing(refs) -> None:
    VariantFactory()
    assert not matching_variants(Variant.objects.all(), {"product": refs}).exists()
