"""POST /products/{ref}/publish/"""

import pytest

from products.models import Product
from tests.answers import faults, problem
from tests.factories.products import ProductFactory, VariantFactory

URL = "/api/v1/products/"


@pytest.mark.parametrize("status", Product.Status.values)
@pytest.mark.parametrize("form", ["publish/", "publish"])
def test_a_product_is_published_from_any_status(editor, anyone, status, form) -> None:
    made = ProductFactory(status=status)
    response = editor.post(f"{URL}{made.pk}/{form}")
    assert (response.status_code, response.json()["status"]) == (200, "active")
    assert anyone.get(f"{URL}{made.slug}/").json() == response.json()


def test_a_change_of_status_is_a_new_version_and_the_same_status_is_not(editor) -> None:
    made = ProductFactory(status="draft")
    first = editor.post(f"{URL}{made.pk}/publish/").json()
    assert first["version"] == 2
    assert editor.post(f"{URL}{made.pk}/publish/").json() == first


def test_the_window_stays_as_it_is(editor, anyone) -> None:
    made = ProductFactory(status="draft", published_from="2999-01-01T00:00:00Z")
    response = editor.post(f"{URL}{made.pk}/publish/")
    assert response.json()["published_from"] == "2999-01-01T00:00:00.000000Z"
    assert anyone.get(f"{URL}{made.pk}/").status_code == 404


@pytest.mark.parametrize("status", ["draft", "archived"])
def test_without_a_variant_it_cannot_be(editor, status) -> None:
    made = ProductFactory(status=status, variants=0)
    body = problem(editor.post(f"{URL}{made.pk}/publish/"), "not_publishable")
    assert [(fault["pointer"], fault["code"]) for fault in body["errors"]] == [("/variants", "variant_required")]
    assert Product.objects.get().status == status


def test_with_the_first_variant_it_can(editor) -> None:
    made = ProductFactory(status="draft", variants=0)
    VariantFactory(product=made, prices={}, stock=0)
    assert editor.post(f"{URL}{made.pk}/publish/").status_code == 200


def test_what_is_not_there_is_404(editor) -> None:
    problem(editor.post(f"{URL}nope/publish/"), "not_found")


@pytest.mark.parametrize("act", ["publish", "archive"])
def test_an_act_takes_no_parameters_and_nothing_in_its_body(editor, act) -> None:
    made = ProductFactory(status="draft")
    address = f"{URL}{made.pk}/{act}/"
    assert faults(editor.post(f"{address}?force=1")) == {"force": "unknown_parameter"}
    assert faults(editor.post(address, {"status": "draft", "at": 1})) == {
        "/status": "unknown_field",
        "/at": "unknown_field",
    }
    problem(editor.post(address, b"{", content_type="application/json"), "malformed")
    problem(editor.post(address, b"x", content_type="text/plain"), "unsupported_media_type")
    assert Product.objects.get().status == "draft"
    assert editor.post(address, {}).status_code == 200


def test_publishing_costs_the_same_for_one_variant_and_fifty(editor, django_assert_num_queries) -> None:
    editor.post(f"{URL}{ProductFactory().pk}/publish/")
    for count in (1, 50):
        made = ProductFactory(status="draft", variants=count)
        with django_assert_num_queries(PUBLISH_QUERIES):
            editor.post(f"{URL}{made.pk}/publish/")


# find it 1; lock it with its parts 4; write 1, list it 2, log it 1; savepoint 2
PUBLISH_QUERIES = 11
