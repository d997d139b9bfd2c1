"""DELETE /variants/{id}/"""

import pytest

from products.models import Price, Product, Variant
from tests.answers import problem
from tests.factories.products import ProductFactory
from tests.threads import at_once

URL = "/api/v1/variants/"


@pytest.mark.parametrize("form", ["/", ""])
def test_a_variant_goes_with_its_prices(manager, form) -> None:
    gone, stays = ProductFactory(variants=2).variants.all()
    response = manager.delete(f"{URL}{gone.pk}{form}")
    assert (response.status_code, response.content) == (204, b"")
    assert Variant.objects.get() == stays
    assert Price.objects.get().variant == stays


def test_that_is_a_new_version_of_its_product(manager) -> None:
    made = ProductFactory(variants=2)
    manager.delete(f"{URL}{made.variants.first().pk}/")
    after = Product.objects.get()
    assert after.version == 2
    assert after.updated_at > made.updated_at


def test_the_last_one_of_an_active_product_stays(manager) -> None:
    made = ProductFactory()
    problem(manager.delete(f"{URL}{made.variants.get().pk}/"), "last_variant")
    assert (Product.objects.get().version, made.variants.count()) == (1, 1)


@pytest.mark.parametrize("status", ["draft", "archived"])
def test_the_last_one_of_any_other_goes(manager, status) -> None:
    made = ProductFactory(status=status)
    assert manager.delete(f"{URL}{made.variants.get().pk}/").status_code == 204


def test_what_is_gone_is_404(manager) -> None:
    gone = ProductFactory(variants=2).variants.first()
    manager.delete(f"{URL}{gone.pk}/")
    problem(manager.delete(f"{URL}{gone.pk}/"), "not_found")


def test_a_delete_costs_the_same_beside_one_and_beside_fifty(manager, django_assert_num_queries) -> None:
    manager.delete(f"{URL}{ProductFactory(variants=2).variants.first().pk}/")
    for count in (2, 50):
        gone = ProductFactory(variants=count).variants.first()
        with django_assert_num_queries(DELETE_QUERIES):
            manager.delete(f"{URL}{gone.pk}/")


# find it 1; whose it is 1; lock the product with its parts 4; delete 2, version 1; list it 3, log it 1, in savepoints
DELETE_QUERIES = 17


@pytest.mark.django_db(transaction=True)
def test_all_at_once_leave_an_active_product_one(manager) -> None:
    ids = [variant.pk for variant in ProductFactory(variants=6).variants.all()]
    answers = at_once(6, lambda number: manager.delete(f"{URL}{ids[number]}/"))
    assert sorted(answer.status_code for answer in answers) == [204] * 5 + [409]
    assert Variant.objects.count() == 1
