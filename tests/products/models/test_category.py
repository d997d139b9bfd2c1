import pytest

from products.models import Category
from tests.factories.products import CategoryFactory

pytestmark = pytest.mark.django_db


def test_a_subtree_is_what_begins_with_the_path_and_a_slash() -> None:
    for path in ("a", "a/b", "a/b/c", "a-b", "a0", "a_", "ab", "b/a", "A/b", "a/-", "a/_", "a/zzz"):
        CategoryFactory(path=path)
    below = Category.objects.below("a").values_list("path", flat=True)
    assert set(below) == {"a/b", "a/b/c", "a/-", "a/_", "a/zzz"}


@pytest.mark.parametrize(("path", "depth"), [("a", 0), ("a/b", 1), ("a/b/c", 2)])
def test_depth_is_the_number_of_those_above(path, depth) -> None:
    assert Category(path=path).depth == depth


def test_a_category_is_called_by_its_name() -> None:
    assert str(Category(name="Bags")) == "Bags"
