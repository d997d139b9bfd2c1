"""Writing the tree: what the API's tests do not reach."""

import pytest

from catalog_project.errors import Conflict, Missing
from products.models import Category
from products.services.categories import create_category, delete_category, move_category, path_below, update_category
from tests.factories.products import CategoryFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def gone(db) -> Category:
    made = CategoryFactory(slug="gone")
    Category.objects.all().delete()
    made.pk = 999_999
    return made


def test_what_is_gone_is_missing(gone) -> None:
    there = CategoryFactory()
    with pytest.raises(Missing):
        create_category(by=None, values={"name": "A", "parent": gone})
    with pytest.raises(Missing):
        update_category(by=None, category=gone, values={"name": "A"})
    with pytest.raises(Missing):
        move_category(by=None, category=gone, values={"position": 1})
    with pytest.raises(Missing):
        move_category(by=None, category=there, values={"parent": gone})


def test_a_path_is_that_of_the_parent_and_the_slug() -> None:
    assert path_below(None, "a") == "a"
    assert path_below(Category(path="a/b"), "c") == "a/b/c"


def test_an_older_reading_of_the_tree_does_no_harm() -> None:
    """Each act looks again, under the lock, at where things stand now."""
    a, b, c = (CategoryFactory(slug=slug) for slug in "abc")
    child = create_category(by=None, values={"name": "x", "parent": a})
    move_category(by=None, category=Category.objects.get(slug="a"), values={"parent": b})
    late = create_category(by=None, values={"name": "y", "parent": a})
    assert late.path == "b/a/y"
    move_category(by=None, category=child, values={"parent": c})
    assert Category.objects.get(pk=child.pk).path == "c/x"
    with pytest.raises(Conflict):
        move_category(by=None, category=b, values={"parent": a})


def test_a_deletion_leaves_the_rest() -> None:
    root = CategoryFactory()
    delete_category(by=None, category=CategoryFactory(parent=root))
    assert Category.objects.get() == root
