"""GET /products/{ref}/variants/"""

import pytest

from tests.answers import EDGES, faults, problem
from tests.factories.products import ProductFactory, VariantFactory

URL = "/api/v1/products/"


@pytest.mark.parametrize("form", ["variants/", "variants"])
def test_they_are_those_of_the_product_alone(anyone, form) -> None:
    made = ProductFactory(slug="bag", variants=2)
    ProductFactory()
    by_id, by_slug = (anyone.get(f"{URL}{ref}/{form}").json() for ref in (made.pk, "bag"))
    assert by_id == by_slug
    assert {row["product"]["slug"] for row in by_id["results"]} == {"bag"}
    assert len(by_id["results"]) == 2


def test_they_look_as_on_their_own_url(anyone) -> None:
    made = ProductFactory()
    [shown] = anyone.get(f"{URL}{made.pk}/variants/").json()["results"]
    assert shown == anyone.get(f"/api/v1/variants/{shown['id']}/").json()


def test_a_product_without_any_has_an_empty_list(viewer) -> None:
    made = ProductFactory(variants=0)
    assert viewer.get(f"{URL}{made.pk}/variants/").json()["results"] == []


@pytest.mark.parametrize("method", ["get", "head"])
def test_those_of_a_draft_are_404_for_anyone(anyone, viewer, method) -> None:
    made = ProductFactory(status="draft", slug="hidden")
    for ref in (made.pk, "hidden"):
        answers = [getattr(client, method)(f"{URL}{ref}/variants/") for client in (anyone, viewer)]
        assert [answer.status_code for answer in answers] == [404, 200]


@pytest.mark.parametrize("ref", ["nope", "0", "9" * 30, "%00", "bag%00"])
def test_those_of_nothing_are_404(anyone, ref) -> None:
    ProductFactory(slug="bag")
    problem(anyone.get(f"{URL}{ref}/variants/"), "not_found")


def test_it_pages_and_filters_as_any_list(anyone) -> None:
    made = ProductFactory(variants=0)
    for name in ("b", "a", "c"):
        VariantFactory(product=made, name=name)
    address = f"{URL}{made.pk}/variants/"
    first = anyone.get(address, {"ordering": "name", "page_size": 2, "count": "exact"}).json()
    assert (first["count"], [row["name"] for row in first["results"]]) == (3, ["a", "b"])
    assert [row["name"] for row in anyone.get(first["next"]).json()["results"]] == ["c"]
    assert len(anyone.get(address, {"search": "b"}).json()["results"]) == 1
    assert faults(anyone.get(address, {"nope": "1"})) == {"nope": "unknown_parameter"}


def test_a_cursor_is_good_for_its_own_product_alone(anyone) -> None:
    one, two = ProductFactory(variants=2), ProductFactory(variants=2)
    link = anyone.get(f"{URL}{one.pk}/variants/?page_size=1").json()["next"]
    elsewhere = link.replace(f"/{one.pk}/", f"/{two.pk}/")
    assert faults(anyone.get(elsewhere)) == {"cursor": "invalid_cursor"}


def test_a_list_costs_the_same_for_one_row_and_a_hundred(anyone, django_assert_num_queries) -> None:
    for count in (1, 40):
        made = ProductFactory(variants=count)
        with django_assert_num_queries(3 + EDGES):
            assert len(anyone.get(f"{URL}{made.pk}/variants/?page_size=100").json()["results"]) == count
