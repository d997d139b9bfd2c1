"""GET /variants/{id}/"""

import pytest

from tests.answers import EDGES, faults, problem
from tests.factories.products import ProductFactory, VariantFactory

URL = "/api/v1/variants/"


@pytest.mark.parametrize("form", ["/", ""])
def test_a_variant_says_what_product_it_belongs_to(anyone, form) -> None:
    product = ProductFactory(name="Bag", slug="bag", variants=0)
    made = VariantFactory(product=product, sku="RED")
    shown = anyone.get(f"{URL}{made.pk}{form}").json()
    assert shown.pop("product") == {"id": product.pk, "slug": "bag", "name": "Bag"}
    assert shown == anyone.get("/api/v1/products/bag/").json()["variants"][0]


@pytest.mark.parametrize("method", ["get", "head"])
@pytest.mark.parametrize("fields", [{"status": "draft"}, {"published_from": "2999-01-01T00:00:00Z"}])
def test_one_of_a_hidden_product_is_404_for_anyone(anyone, viewer, fields, method) -> None:
    made = ProductFactory(**fields).variants.get()
    answers = [getattr(client, method)(f"{URL}{made.pk}/") for client in (anyone, viewer)]
    assert [answer.status_code for answer in answers] == [404, 200]


@pytest.mark.parametrize("ref", ["0", "9" * 18, "9" * 19, "9" * 400, "nope", "-1", "1.0", "%00", "SKU-1"])
def test_what_names_nothing_is_404(anyone, ref) -> None:
    problem(anyone.get(f"{URL}{ref}/"), "not_found")


def test_it_has_no_parameters(anyone) -> None:
    made = VariantFactory()
    assert faults(anyone.get(f"{URL}{made.pk}/?fields=id")) == {"fields": "unknown_parameter"}


def test_a_detail_costs_two_queries(anyone, django_assert_num_queries) -> None:
    for prices in ({"USD": "1"}, {"USD": "1", "EUR": "1", "JPY": "1"}):
        made = VariantFactory(prices=prices)
        with django_assert_num_queries(2 + EDGES):
            anyone.get(f"{URL}{made.pk}/")
