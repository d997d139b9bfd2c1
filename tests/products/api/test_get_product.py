"""GET /products/{ref}/"""

from datetime import timedelta

import pytest
from django.utils import timezone

from products.models import Price, Product
from tests.answers import EDGES, faults, problem
from tests.factories.products import BrandFactory, CategoryFactory, ProductFactory, VariantFactory

URL = "/api/v1/products/"


def test_a_product_is_found_by_id_and_by_slug(anyone) -> None:
    made = ProductFactory(slug="bag-2")
    assert anyone.get(f"{URL}{made.pk}/").json() == anyone.get(f"{URL}bag-2/").json()


@pytest.mark.parametrize("form", ["/api/v1/products/bag", "/api/v1/products/bag/"])
def test_both_forms_of_the_address_serve(anyone, form) -> None:
    ProductFactory(slug="bag")
    assert anyone.get(form).json()["slug"] == "bag"


def test_it_reads_as_the_documentation_shows(anyone) -> None:
    bags = CategoryFactory(slug="bags", name="Bags")
    packs = CategoryFactory(slug="backpacks", name="Backpacks", parent=bags)
    made = ProductFactory(
        slug="tb", name="TB", variants=0, brand=BrandFactory(slug="acme", name="Acme"), categories=[packs, bags]
    )
    red = VariantFactory(product=made, sku="RED", stock=0, prices={"USD": "9.5", "JPY": "1000", "KWD": "1.25"})
    Price.objects.filter(variant=red, currency="USD").update(compare_at="12")
    VariantFactory(product=made, sku="BLUE", stock=None, prices={"USD": "7"}, position=1)
    shown = anyone.get(f"{URL}tb/").json()
    assert shown["brand"] == {"slug": "acme", "name": "Acme"}
    assert [category["path"] for category in shown["categories"]] == ["bags/backpacks", "bags"]
    assert shown["price_range"] == {
        "JPY": {"min": "1000", "max": "1000"},
        "KWD": {"min": "1.250", "max": "1.250"},
        "USD": {"min": "7.00", "max": "9.50"},
    }
    assert shown["variants"][0]["prices"]["USD"] == {"amount": "9.50", "compare_at": "12.00"}
    assert [variant["in_stock"] for variant in shown["variants"]] == [False, True]
    assert shown["in_stock"] is True


@pytest.mark.parametrize(
    "ref", ["bag\x00", "\x00", "BAG", "bag ", "%62ag%20", "0", "-1", "1.0", "null", "bag;x", "a" * 500]
)
def test_what_names_nothing_is_404(anyone, ref) -> None:
    ProductFactory(slug="bag")
    problem(anyone.get(f"{URL}{ref}/"), "not_found")


@pytest.mark.parametrize("digits", [18, 19, 20, 40, 5_000])
def test_an_id_may_be_as_long_as_it_likes(anyone, digits) -> None:
    problem(anyone.get(f"{URL}{'9' * digits}/"), "not_found")


@pytest.mark.parametrize("ref", ["%ff", "%ed%a0%80", "%00", "ba%67%00", "%e2%80%ae", "..", "%2e%2e", "%2f", "*", "'"])
def test_odd_bytes_in_the_address_name_nothing(anyone, ref) -> None:
    ProductFactory(slug="bag")
    assert anyone.get(f"{URL}{ref}/").status_code == 404


def test_only_the_fields_asked_for_are_shown(anyone) -> None:
    made = ProductFactory()
    assert anyone.get(f"{URL}{made.pk}/", {"fields": "id"}).json() == {"id": made.pk}
    assert "variants" not in anyone.get(f"{URL}{made.pk}/", {"omit": "variants"}).json()


@pytest.mark.parametrize("name", ["page_size", "cursor", "ordering", "brand", "count", "x"])
def test_parameters_of_the_list_are_unknown_here(anyone, name) -> None:
    made = ProductFactory()
    assert faults(anyone.get(f"{URL}{made.pk}/", {name: "1"})) == {name: "unknown_parameter"}


# --- Who sees what


@pytest.mark.parametrize("method", ["get", "head"])
@pytest.mark.parametrize("status", ["draft", "archived"])
def test_a_draft_is_404_for_anyone_without_the_right(anyone, stranger, viewer, status, method) -> None:
    made = ProductFactory(status=status)
    answers = [getattr(client, method)(f"{URL}{made.pk}/") for client in (anyone, stranger, viewer)]
    assert [answer.status_code for answer in answers] == [404, 404, 200]


def test_a_draft_is_as_missing_as_what_never_was(anyone) -> None:
    made = ProductFactory(status="draft", slug="hidden")
    answers = [anyone.get(f"{URL}{ref}/").json() for ref in (made.pk, "hidden", "never")]
    for answer in answers:
        del answer["request_id"], answer["instance"]
    assert answers[0] == answers[1] == answers[2]


@pytest.mark.parametrize(
    ("opens", "closes", "is_seen"),
    [
        (None, None, True),
        (0, None, True),
        (1, None, False),
        (-1, 1, True),
        (None, 0, False),
        (None, 1, True),
        (-2, -1, False),
        (1, 2, False),
    ],
)
def test_the_window_is_exact_to_the_microsecond(anyone, monkeypatch, opens, closes, is_seen) -> None:
    now = timezone.now()
    at = {None: None, **{step: now + timedelta(microseconds=step) for step in (-2, -1, 0, 1, 2)}}
    made = ProductFactory(published_from=at[opens], published_until=at[closes])
    monkeypatch.setattr(timezone, "now", lambda: now)
    assert anyone.get(f"{URL}{made.pk}/").status_code == (200 if is_seen else 404)
    assert len(anyone.get(URL).json()["results"]) == is_seen
    assert len(anyone.get("/api/v1/variants/").json()["results"]) == is_seen
    assert Product.objects.get().is_visible() == is_seen


# --- Cost


def test_a_detail_costs_the_same_for_one_variant_and_a_hundred(anyone, django_assert_num_queries) -> None:
    for count in (1, 100):
        made = ProductFactory(brand=BrandFactory(), categories=[CategoryFactory()], variants=count)
        with django_assert_num_queries(1 + EDGES):
            assert len(anyone.get(f"{URL}{made.pk}/").json()["variants"]) == count
