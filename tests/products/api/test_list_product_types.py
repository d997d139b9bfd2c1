"""GET /product-types/ and /product-types/{code}/"""

import pytest

from tests.answers import faults, names, problem
from tests.factories.products import AttributeFactory, ProductTypeFactory

URL = "/api/v1/product-types/"


def test_a_list_shows_what_the_detail_shows(anyone) -> None:
    ProductTypeFactory(code="bag", attributes=[(AttributeFactory(code="color"), "variant", "always")])
    [shown] = anyone.get(URL).json()["results"]
    assert shown == anyone.get(f"{URL}bag/").json()
    assert shown["attributes"] == [{"attribute": "color", "level": "variant", "required": "always"}]


@pytest.mark.parametrize("form", [URL.rstrip("/"), URL])
def test_the_newest_comes_first(anyone, form) -> None:
    for name in "ABC":
        ProductTypeFactory(name=name)
    assert names(anyone.get(form)) == ["C", "B", "A"]


def test_names_are_searched_and_sorted_without_accents_and_case(anyone) -> None:
    for name in ("Zeta", "élan", "Elan 2"):
        ProductTypeFactory(name=name)
    response = anyone.get(URL, {"search": "ELAN", "ordering": "-name", "count": "exact"})
    assert (names(response), response.json()["count"]) == (["Elan 2", "élan"], 2)


@pytest.mark.parametrize("wrong", [{"ordering": "code"}, {"search": ""}, {"code": "bag"}])
def test_wrong_parameters_are_named(anyone, wrong) -> None:
    assert list(faults(anyone.get(URL, wrong))) == list(wrong)


@pytest.mark.parametrize("code", ["nope", "BAG", "1", "%00"])
def test_what_names_nothing_is_404(anyone, code) -> None:
    ProductTypeFactory(code="bag")
    problem(anyone.get(f"{URL}{code}/"), "not_found")


def test_a_list_costs_two_queries_for_one_row_and_for_forty(anyone, django_assert_num_queries) -> None:
    attribute = AttributeFactory()
    for count in (1, 40):
        ProductTypeFactory.create_batch(count, attributes=[attribute])
        with django_assert_num_queries(2):
            anyone.get(URL, {"page_size": 100})
