"""POST /products/{ref}/archive/"""

import pytest

from products.models import Product
from tests.answers import problem
from tests.factories.products import ProductFactory

URL = "/api/v1/products/"


@pytest.mark.parametrize("status", Product.Status.values)
@pytest.mark.parametrize("form", ["archive/", "archive"])
def test_a_product_is_archived_from_any_status(editor, anyone, status, form) -> None:
    made = ProductFactory(status=status)
    response = editor.post(f"{URL}{made.pk}/{form}")
    assert (response.status_code, response.json()["status"]) == (200, "archived")
    assert editor.get(f"{URL}{made.slug}/").json() == response.json()
    assert anyone.get(f"{URL}{made.slug}/").status_code == 404


def test_even_one_without_variants_is_archived(editor) -> None:
    made = ProductFactory(status="draft", variants=0)
    assert editor.post(f"{URL}{made.pk}/archive/").status_code == 200


def test_archiving_again_changes_nothing(editor) -> None:
    made = ProductFactory()
    first = editor.post(f"{URL}{made.pk}/archive/").json()
    assert first["version"] == 2
    assert editor.post(f"{URL}{made.pk}/archive/").json() == first


def test_publishing_undoes_it(editor, anyone) -> None:
    made = ProductFactory()
    editor.post(f"{URL}{made.pk}/archive/")
    editor.post(f"{URL}{made.pk}/publish/")
    assert anyone.get(f"{URL}{made.pk}/").json()["version"] == 3


def test_what_is_not_there_is_404(editor) -> None:
    problem(editor.post(f"{URL}nope/archive/"), "not_found")
