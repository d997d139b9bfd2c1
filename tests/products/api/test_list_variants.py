"""GET /variants/: every variant that the caller may see, and the filters to find one."""

import pytest

from tests.answers import EDGES, faults
from tests.factories.products import ProductFactory, VariantFactory

URL = "/api/v1/variants/"


def skus(response) -> list[str]:
    assert response.status_code == 200, response.content
    return [row["sku"] for row in response.json()["results"]]


def test_a_list_shows_what_the_detail_shows(anyone) -> None:
    made = VariantFactory()
    assert anyone.get(URL).json()["results"] == [anyone.get(f"{URL}{made.pk}/").json()]


@pytest.mark.parametrize("form", ["/api/v1/variants", URL])
def test_the_newest_come_first(anyone, form) -> None:
    for sku in "ABC":
        VariantFactory(sku=sku)
    assert skus(anyone.get(form)) == ["C", "B", "A"]


def test_variants_of_drafts_are_there_for_viewers_alone(anyone, viewer) -> None:
    VariantFactory(sku="SEEN")
    VariantFactory(sku="HIDDEN", product=ProductFactory(status="draft", variants=0))
    assert skus(anyone.get(URL)) == ["SEEN"]
    assert skus(anyone.get(URL, {"sku": "HIDDEN"})) == []
    assert anyone.get(URL, {"count": "exact"}).json()["count"] == 1
    assert len(skus(viewer.get(URL))) == 2


@pytest.mark.parametrize("wanted", ["tb-straße", "TB-STRASSE", "nope,Tb-Straße"])
def test_a_sku_is_found_in_any_case(anyone, wanted) -> None:
    VariantFactory(sku="Tb-Straße")
    VariantFactory(sku="other")
    assert skus(anyone.get(URL, {"sku": wanted})) == ["Tb-Straße"]


def test_a_barcode_is_exact(anyone) -> None:
    for barcode in ("123", "1234", "ABC"):
        VariantFactory(sku=barcode, barcode=barcode)
    assert skus(anyone.get(URL, {"barcode": "123"})) == ["123"]
    assert skus(anyone.get(URL, {"barcode": "123,ABC"})) == ["ABC", "123"]
    assert skus(anyone.get(URL, {"barcode": "abc"})) == []


def test_products_are_named_by_id_or_slug(anyone) -> None:
    one, two = ProductFactory(slug="one", variants=0), ProductFactory(variants=0)
    VariantFactory(sku="1", product=one)
    VariantFactory(sku="2", product=two)
    VariantFactory(sku="3")
    assert skus(anyone.get(URL, {"product": "one"})) == ["1"]
    assert skus(anyone.get(f"{URL}?product=one&product={two.pk}")) == ["2", "1"]


@pytest.mark.parametrize("unknown", [{"product": "nope"}, {"product": "9" * 40}, {"sku": "nope"}, {"barcode": "nope"}])
def test_an_unknown_key_is_an_empty_list(anyone, unknown) -> None:
    VariantFactory()
    assert skus(anyone.get(URL, unknown)) == []


def test_a_name_is_searched_without_accents_and_case(anyone) -> None:
    VariantFactory(sku="1", name="Größe Ängström")
    VariantFactory(sku="2", name="small")
    for wanted in ("grosse", "ÄNGSTROM", "e a"):
        assert skus(anyone.get(URL, {"search": wanted})) == ["1"]


@pytest.mark.parametrize("wanted", ["%", "_", "\\", "a%b"])
def test_a_search_knows_no_wildcards(anyone, wanted) -> None:
    VariantFactory(name="aXb")
    assert skus(anyone.get(URL, {"search": wanted})) == []


def test_an_accent_alone_is_nothing_to_search_for(anyone) -> None:
    VariantFactory(sku="1", name="small")
    assert skus(anyone.get(URL, {"search": "\u0301"})) == ["1"]


@pytest.mark.parametrize("name", ["in_stock", "brand", "fields", "price__gte", "id__in", "external_id", "status"])
def test_other_parameters_are_unknown(anyone, name) -> None:
    assert faults(anyone.get(URL, {name: "x"})) == {name: "unknown_parameter"}


@pytest.mark.parametrize(
    "wrong", [{"ordering": "sku"}, {"ordering": "price"}, {"search": ""}, {"sku": ""}, {"page_size": "0"}]
)
def test_wrong_values_are_refused(anyone, wrong) -> None:
    assert list(faults(anyone.get(URL, wrong))) == list(wrong)


@pytest.mark.parametrize("filters", [{}, {"sku": "a,b", "product": "p,1", "barcode": "", "search": "v"}])
def test_a_list_costs_the_same_for_one_row_and_a_hundred(anyone, django_assert_num_queries, filters) -> None:
    filters = {name: value for name, value in filters.items() if value}
    for count in (1, 40):
        VariantFactory.create_batch(count, name="v")
        with django_assert_num_queries((1 if filters else 2) + EDGES):
            anyone.get(URL, {**filters, "page_size": 100})
