"""GET /attributes/ and /attributes/{code}/"""

import pytest

from tests.answers import faults, names, problem
from tests.factories.products import AttributeFactory

URL = "/api/v1/attributes/"


def test_a_list_shows_what_the_detail_shows(anyone) -> None:
    AttributeFactory(code="color", type="option", options=["red", "blue"])
    [shown] = anyone.get(URL).json()["results"]
    assert shown == anyone.get(f"{URL}color/").json()
    assert [option["code"] for option in shown["options"]] == ["red", "blue"]


@pytest.mark.parametrize("form", [URL.rstrip("/"), URL])
def test_the_newest_comes_first(anyone, form) -> None:
    for name in "ABC":
        AttributeFactory(name=name)
    assert names(anyone.get(form)) == ["C", "B", "A"]


def test_names_are_searched_and_sorted_without_accents_and_case(anyone) -> None:
    for name in ("Zeta", "élan", "Elan 2"):
        AttributeFactory(name=name)
    response = anyone.get(URL, {"search": "ELAN", "ordering": "-name", "count": "exact"})
    assert (names(response), response.json()["count"]) == (["Elan 2", "élan"], 2)


def test_pages_follow_one_another(anyone) -> None:
    AttributeFactory.create_batch(5)
    seen, url = [], f"{URL}?page_size=2"
    while url:
        page = anyone.get(url).json()
        seen += [row["code"] for row in page["results"]]
        url = page["next"]
    assert len(seen) == len(set(seen)) == 5


@pytest.mark.parametrize("wrong", [{"ordering": "code"}, {"search": ""}, {"type": "text"}, {"page_size": "101"}])
def test_wrong_parameters_are_named(anyone, wrong) -> None:
    assert list(faults(anyone.get(URL, wrong))) == list(wrong)


@pytest.mark.parametrize("code", ["nope", "COLOR", "1", "%00"])
def test_what_names_nothing_is_404(anyone, code) -> None:
    AttributeFactory(code="color")
    problem(anyone.get(f"{URL}{code}/"), "not_found")


def test_a_list_costs_two_queries_for_one_row_and_for_forty(anyone, django_assert_num_queries) -> None:
    for count in (1, 40):
        AttributeFactory.create_batch(count, type="option", options=["red"])
        with django_assert_num_queries(2):
            anyone.get(URL, {"page_size": 100})
