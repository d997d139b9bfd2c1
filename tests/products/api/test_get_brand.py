"""GET /brands/{ref}/"""

import pytest

from tests.answers import faults, problem
from tests.factories.products import BrandFactory

URL = "/api/v1/brands/"


@pytest.mark.parametrize("form", ["/", ""])
def test_a_brand_is_found_by_id_and_by_slug(anyone, form) -> None:
    made = BrandFactory(slug="acme", name="Acme")
    by_id, by_slug = (anyone.get(f"{URL}{ref}{form}").json() for ref in (made.pk, "acme"))
    assert by_id == by_slug
    assert (by_id["id"], by_id["slug"], by_id["name"]) == (made.pk, "acme", "Acme")


@pytest.mark.parametrize("ref", ["nope", "ACME", "0", "9" * 19, "%00", "acme%00", "acme."])
def test_what_names_nothing_is_404(anyone, ref) -> None:
    BrandFactory(slug="acme")
    problem(anyone.get(f"{URL}{ref}/"), "not_found")


def test_it_has_no_parameters_and_costs_one_query(anyone, django_assert_num_queries) -> None:
    BrandFactory(slug="acme")
    assert faults(anyone.get(f"{URL}acme/?fields=id")) == {"fields": "unknown_parameter"}
    with django_assert_num_queries(1):
        anyone.get(f"{URL}acme/")
