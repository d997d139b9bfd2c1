"""DELETE /products/{ref}/"""

import pytest

from products.models import Price, Product, ProductCategory, Variant
from tests.answers import faults, problem
from tests.factories.products import CategoryFactory, ProductFactory
from tests.threads import at_once

URL = "/api/v1/products/"


@pytest.mark.parametrize("form", ["bag/", "bag"])
def test_a_product_goes_with_all_that_belongs_to_it(manager, form) -> None:
    ProductFactory(slug="bag", variants=2, categories=[CategoryFactory()])
    response = manager.delete(f"{URL}{form}")
    assert (response.status_code, response.content) == (204, b"")
    for model in (Product, Variant, Price, ProductCategory):
        assert not model.objects.exists()


@pytest.mark.parametrize("status", Product.Status.values)
def test_it_goes_from_any_status(manager, status) -> None:
    made = ProductFactory(status=status)
    assert manager.delete(f"{URL}{made.pk}/").status_code == 204


def test_the_others_stay(manager) -> None:
    gone, stays = ProductFactory.create_batch(2)
    manager.delete(f"{URL}{gone.pk}/")
    assert Product.objects.get() == stays
    assert Variant.objects.get().product == stays


def test_what_is_gone_is_404(manager) -> None:
    made = ProductFactory()
    manager.delete(f"{URL}{made.pk}/")
    problem(manager.delete(f"{URL}{made.pk}/"), "not_found")
    problem(manager.get(f"{URL}{made.slug}/"), "not_found")


def test_its_keys_are_free_again(manager) -> None:
    made = ProductFactory(name="Bag", slug="bag", external_id="x")
    body = {"name": "Bag", "external_id": "x", "variants": [{"sku": made.variants.get().sku}]}
    manager.delete(f"{URL}bag/")
    assert manager.post(URL, body).json()["slug"] == "bag"


def test_a_delete_has_no_parameters(manager) -> None:
    ProductFactory(slug="bag")
    assert faults(manager.delete(f"{URL}bag/?force=true")) == {"force": "unknown_parameter"}
    assert Product.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_edits_that_come_too_late_are_404(manager) -> None:
    made = ProductFactory(categories=[CategoryFactory()])
    address = f"{URL}{made.pk}/"

    def act(number: int) -> int:
        if number == 3:
            return manager.delete(address).status_code
        return manager.patch(address, {"attributes": {str(number): number}}).status_code

    statuses = at_once(8, act)
    assert statuses[3] == 204
    assert set(statuses) <= {200, 204, 404}


def test_a_delete_costs_the_same_for_one_variant_and_fifty(manager, django_assert_num_queries) -> None:
    manager.delete(f"{URL}{ProductFactory().pk}/")
    for count in (1, 50):
        made = ProductFactory(variants=count, categories=[CategoryFactory()])
        with django_assert_num_queries(DELETE_QUERIES):
            manager.delete(f"{URL}{made.pk}/")


# find it 1; lock it with its parts 5, in a savepoint; delete it with its parts and listings 9, log it 1
DELETE_QUERIES = 18
