"""GET /categories/{ref}/"""

import pytest

from tests.answers import faults, problem
from tests.factories.products import CategoryFactory

URL = "/api/v1/categories/"


@pytest.mark.parametrize("form", ["/", ""])
def test_a_category_is_found_by_id_and_by_slug(anyone, form) -> None:
    made = CategoryFactory(slug="packs", parent=CategoryFactory(slug="bags"))
    by_id, by_slug = (anyone.get(f"{URL}{ref}{form}").json() for ref in (made.pk, "packs"))
    assert by_id == by_slug
    assert (by_id["parent"], by_id["path"]) == ("bags", "bags/packs")


@pytest.mark.parametrize("ref", ["nope", "PACKS", "bags/packs", "0", "9" * 19, "%00", "packs%00"])
def test_what_names_nothing_is_404(anyone, ref) -> None:
    CategoryFactory(slug="packs", parent=CategoryFactory(slug="bags"))
    problem(anyone.get(f"{URL}{ref}/"), "not_found")


def test_it_has_no_parameters(anyone) -> None:
    CategoryFactory(slug="bags")
    assert faults(anyone.get(f"{URL}bags/?fields=id")) == {"fields": "unknown_parameter"}


def test_a_detail_costs_one_query(anyone, django_assert_num_queries) -> None:
    CategoryFactory(slug="packs", parent=CategoryFactory())
    with django_assert_num_queries(1):
        anyone.get(f"{URL}packs/")
