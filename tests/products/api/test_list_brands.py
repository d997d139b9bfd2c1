"""GET /brands/"""

import pytest

from tests.answers import faults, names
from tests.factories.products import BrandFactory

URL = "/api/v1/brands/"


def test_a_list_shows_what_the_detail_shows(anyone) -> None:
    made = BrandFactory()
    assert anyone.get(URL).json()["results"] == [anyone.get(f"{URL}{made.pk}/").json()]


@pytest.mark.parametrize("form", ["/api/v1/brands", URL])
def test_the_newest_comes_first(anyone, form) -> None:
    for name in "ABC":
        BrandFactory(name=name)
    assert names(anyone.get(form)) == ["C", "B", "A"]


@pytest.mark.parametrize("ordering", ["name", "-name"])
def test_names_sort_without_accents_and_case(anyone, ordering) -> None:
    for name in ("Zeta", "élan", "Alpha", "alpha 2"):
        BrandFactory(name=name)
    expected = ["Alpha", "alpha 2", "élan", "Zeta"]
    assert names(anyone.get(URL, {"ordering": ordering})) == (expected if ordering == "name" else expected[::-1])


def test_a_name_is_searched_without_accents_and_case(anyone) -> None:
    BrandFactory(name="Élan Vital")
    BrandFactory(name="Other")
    assert names(anyone.get(URL, {"search": "ELAN", "count": "exact"})) == ["Élan Vital"]


@pytest.mark.parametrize(
    "wrong", [{"ordering": "slug"}, {"search": ""}, {"slug": "a"}, {"fields": "id"}, {"count": "yes"}]
)
def test_wrong_parameters_are_named(anyone, wrong) -> None:
    assert list(faults(anyone.get(URL, wrong))) == list(wrong)


def test_a_list_costs_one_query_for_one_row_and_a_hundred(anyone, django_assert_num_queries) -> None:
    for count in (1, 40):
        BrandFactory.create_batch(count)
        with django_assert_num_queries(1):
            anyone.get(URL, {"page_size": 100})
