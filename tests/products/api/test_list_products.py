"""GET /products/: the shape of the list, its pages and fields, who sees what, and what it costs."""

from datetime import timedelta

import pytest
from django.utils import timezone

from products.models import Product
from tests.answers import EDGES, faults, names, problem
from tests.factories.products import BrandFactory, CategoryFactory, ProductFactory, VariantFactory

URL = "/api/v1/products/"


def product(name: str, *, prices: list[dict[str, str]] | None = None, stock: int | None = None, **fields) -> Product:
    """A product whose variants have these prices, each with this stock."""
    made = ProductFactory(name=name, variants=0, **fields)
    for amounts in [{"USD": "10.00"}] if prices is None else prices:
        VariantFactory(product=made, prices=amounts, stock=stock)
    return made


# --- Shape


def test_an_empty_catalog_is_an_empty_page(anyone) -> None:
    response = anyone.get(URL)
    assert response.json() == {"next": None, "previous": None, "results": []}


def test_a_list_shows_what_the_detail_shows(anyone) -> None:
    made = ProductFactory()
    [shown] = anyone.get(URL).json()["results"]
    assert shown == anyone.get(f"{URL}{made.pk}/").json()


def test_the_newest_comes_first(anyone) -> None:
    product("Old", created_at=timezone.now() - timedelta(days=1))
    product("New")
    assert names(anyone.get(URL)) == ["New", "Old"]


def test_the_count_is_given_when_asked_for_and_only_then(anyone) -> None:
    ProductFactory.create_batch(3)
    assert anyone.get(URL, {"count": "exact", "page_size": 1}).json()["count"] == 3
    assert "count" not in anyone.get(URL).json()


def test_the_count_follows_the_filters(anyone) -> None:
    acme = BrandFactory(slug="acme")
    ProductFactory(brand=acme)
    ProductFactory()
    assert anyone.get(URL, {"count": "exact", "brand": "acme"}).json()["count"] == 1


def test_head_answers_as_get_without_a_body(anyone) -> None:
    response = anyone.head(URL)
    assert (response.status_code, response.content) == (200, b"")


@pytest.mark.parametrize("address", ["/api/v1/products", URL])
def test_both_forms_of_the_address_serve(anyone, address) -> None:
    ProductFactory()
    assert len(anyone.get(address).json()["results"]) == 1


# --- Pages


def test_twenty_make_a_page_unless_asked_otherwise(anyone) -> None:
    ProductFactory.create_batch(21)
    first = anyone.get(URL).json()
    assert len(first["results"]) == 20
    assert len(anyone.get(first["next"]).json()["results"]) == 1


def test_links_are_absolute_and_keep_the_parameters(anyone) -> None:
    ProductFactory.create_batch(2)
    link = anyone.get(URL, {"page_size": 1, "ordering": "name"}).json()["next"]
    assert link.startswith("http://testserver/api/v1/products/?")
    assert "ordering=name" in link
    assert "page_size=1" in link


def test_the_form_without_a_slash_links_to_the_canonical_one(anyone) -> None:
    ProductFactory.create_batch(2)
    link = anyone.get("/api/v1/products", {"page_size": 1}).json()["next"]
    assert link.startswith("http://testserver/api/v1/products/?")


@pytest.mark.parametrize("size", ["1", "100"])
def test_a_page_holds_from_one_to_a_hundred(anyone, size) -> None:
    assert anyone.get(URL, {"page_size": size}).status_code == 200


@pytest.mark.parametrize("size", ["0", "-1", "101", "1000000000000", "", "ten", "1.5", "1e1", "true", "٣", "1" * 50])
def test_any_other_page_size_is_refused(anyone, size) -> None:
    assert list(faults(anyone.get(URL, {"page_size": size}))) == ["page_size"]


# --- Fields


def test_only_the_fields_asked_for_are_shown(anyone) -> None:
    ProductFactory()
    [shown] = anyone.get(URL, {"fields": "slug,id"}).json()["results"]
    assert set(shown) == {"id", "slug"}


def test_what_is_omitted_is_left_out(anyone) -> None:
    ProductFactory()
    [shown] = anyone.get(f"{URL}?omit=variants&omit=description").json()["results"]
    assert {"variants", "description"}.isdisjoint(shown)
    assert "name" in shown


def test_omit_wins_over_fields(anyone) -> None:
    made = ProductFactory()
    assert anyone.get(URL, {"fields": "id,name", "omit": "name"}).json()["results"] == [{"id": made.pk}]


@pytest.mark.parametrize("name", ["fields", "omit"])
@pytest.mark.parametrize("wrong", ["", "nope", "id,nope", "variants.sku", "variants__sku", "ID", "brand.slug"])
def test_only_names_from_the_top_level_are_fields(anyone, name, wrong) -> None:
    assert faults(anyone.get(URL, {name: wrong})) == {name: "unknown_value"}


# --- Who sees what


def test_anyone_sees_what_is_visible_now_and_nothing_else(anyone, viewer) -> None:
    now, hour = timezone.now(), timedelta(hours=1)
    product("Open")
    product("Inside", published_from=now - hour, published_until=now + hour)
    product("Draft", status="draft")
    product("Archived", status="archived")
    product("Later", published_from=now + hour)
    product("Over", published_until=now - hour)
    assert set(names(anyone.get(URL))) == {"Open", "Inside"}
    assert anyone.get(URL, {"count": "exact"}).json()["count"] == 2
    assert len(names(viewer.get(URL))) == 6


def test_no_filter_brings_a_draft_to_anyone(anyone) -> None:
    made = product("Draft", status="draft", external_id="x", brand=BrandFactory(slug="acme"))
    sku = made.variants.get().sku
    for wanted in ({"sku": sku}, {"external_id": "x"}, {"id__in": str(made.pk)}, {"brand": "acme"}):
        assert anyone.get(URL, {**wanted, "count": "exact"}).json()["count"] == 0


def test_somebody_signed_in_without_a_role_sees_what_anyone_sees(stranger) -> None:
    product("Draft", status="draft")
    assert names(stranger.get(URL)) == []


@pytest.mark.parametrize("status", ["draft", "active", "archived", "nope", ""])
def test_status_needs_the_right_to_see_drafts(anyone, stranger, status) -> None:
    response = anyone.get(URL, {"status": status})
    problem(response, "not_authenticated")
    assert response["WWW-Authenticate"].startswith("Bearer")
    problem(stranger.get(URL, {"status": status}), "permission_denied")


def test_statuses_are_any_of(viewer) -> None:
    for status in Product.Status.values:
        product(status, status=status)
    assert names(viewer.get(URL, {"status": "draft"})) == ["draft"]
    assert set(names(viewer.get(URL, {"status": "draft,archived"}))) == {"draft", "archived"}
    assert faults(viewer.get(URL, {"status": "drft"})) == {"status": "unknown_value"}


# --- Cost


@pytest.mark.parametrize(
    ("parameters", "queries"),
    # what has no price comes behind what has one
    [({}, 1), ({"ordering": "price"}, 2), ({"sku": "a", "price__gte": "0", "in_stock": "true"}, 1)],
)
def test_a_list_costs_the_same_for_one_row_and_a_hundred(
    anyone, django_assert_num_queries, parameters, queries
) -> None:
    categories = CategoryFactory.create_batch(2)
    for count in (1, 20):
        for row in ProductFactory.create_batch(count, brand=BrandFactory(), categories=categories, variants=2):
            VariantFactory(product=row, sku="a" if not Product.objects.filter(variants__sku="a").exists() else row.slug)
        with django_assert_num_queries(queries + EDGES):
            assert anyone.get(URL, {**parameters, "page_size": 100}).json()["results"]


def test_the_count_costs_one_query_more(anyone, django_assert_num_queries) -> None:
    ProductFactory(categories=[CategoryFactory()])
    with django_assert_num_queries(2 + EDGES):
        anyone.get(URL, {"count": "exact"})
