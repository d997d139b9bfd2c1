"""GET /categories/: the tree in its order, and the filters to walk it."""

from datetime import timedelta

import pytest
from django.utils import timezone

from tests.answers import faults, names
from tests.factories.products import CategoryFactory

URL = "/api/v1/categories/"


def slugs(response) -> list[str]:
    assert response.status_code == 200, response.content
    return [row["slug"] for row in response.json()["results"]]


@pytest.fixture
def tree(db) -> None:
    shoes = CategoryFactory(slug="shoes", name="Shoes")
    bags = CategoryFactory(slug="bags", name="Bags")
    packs = CategoryFactory(slug="packs", name="Packs", parent=bags)
    CategoryFactory(slug="day", name="Daypacks", parent=packs)
    CategoryFactory(slug="boots", name="Böots", parent=shoes)


def test_a_list_shows_what_the_detail_shows(anyone, tree) -> None:
    for row in anyone.get(URL).json()["results"]:
        assert row == anyone.get(f"{URL}{row['id']}/").json()


@pytest.mark.parametrize("form", ["/api/v1/categories", URL])
def test_by_itself_it_is_the_tree_in_order_of_paths(anyone, tree, form) -> None:
    assert slugs(anyone.get(form)) == ["bags", "packs", "day", "shoes", "boots"]


@pytest.mark.parametrize(
    ("ordering", "expected"),
    [
        ("path", ["Bags", "Packs", "Daypacks", "Shoes", "Böots"]),
        ("-path", ["Böots", "Shoes", "Daypacks", "Packs", "Bags"]),
        ("name", ["Bags", "Böots", "Daypacks", "Packs", "Shoes"]),
        ("-name", ["Shoes", "Packs", "Daypacks", "Böots", "Bags"]),
        ("created_at", ["Shoes", "Bags", "Packs", "Daypacks", "Böots"]),
        ("-created_at", ["Böots", "Daypacks", "Packs", "Bags", "Shoes"]),
    ],
)
def test_each_ordering_walks_in_pages_of_two(anyone, tree, ordering, expected) -> None:
    found, address = [], f"{URL}?ordering={ordering}&page_size=2"
    while address:
        page = anyone.get(address)
        found += names(page)
        address = page.json()["next"]
    assert found == expected


def test_children_are_found_by_their_parent(anyone, tree) -> None:
    assert slugs(anyone.get(URL, {"parent": "bags"})) == ["packs"]
    assert slugs(anyone.get(URL, {"parent": "packs,shoes"})) == ["day", "boots"]
    assert slugs(anyone.get(URL, {"parent": "day"})) == []


@pytest.mark.parametrize(
    ("depth", "expected"), [(0, ["bags", "shoes"]), (1, ["packs", "boots"]), (2, ["day"]), (3, [])]
)
def test_depth_counts_from_the_roots(anyone, tree, depth, expected) -> None:
    assert slugs(anyone.get(URL, {"depth": depth})) == expected


def test_names_are_searched_without_accents_and_case(anyone, tree) -> None:
    assert names(anyone.get(URL, {"search": "BOOT"})) == ["Böots"]
    assert set(names(anyone.get(URL, {"search": "päck"}))) == {"Packs", "Daypacks"}


def test_parameters_are_all_of(anyone, tree) -> None:
    assert slugs(anyone.get(URL, {"search": "s", "depth": "0", "count": "exact"})) == ["bags", "shoes"]
    assert anyone.get(URL, {"search": "boot", "depth": "0", "count": "exact"}).json()["count"] == 0


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"parent": "nope"}, "unknown_value"),
        ({"parent": ""}, "blank"),
        ({"depth": "-1"}, "min_value"),
        ({"depth": "x"}, "invalid"),
        ({"depth": "9" * 30}, "invalid"),
        ({"ordering": "position"}, "unknown_value"),
        ({"fields": "id"}, "unknown_parameter"),
        ({"search": "x" * 201}, "max_length"),
        ({"brand": "x"}, "unknown_parameter"),
    ],
)
def test_wrong_parameters_are_named(anyone, tree, wrong, code) -> None:
    assert faults(anyone.get(URL, wrong)) == dict.fromkeys(wrong, code)


def test_rows_made_in_one_moment_keep_an_order(anyone) -> None:
    now = timezone.now()
    made = [CategoryFactory(created_at=now + timedelta(0)).slug for _ in range(5)]
    assert slugs(anyone.get(URL, {"ordering": "created_at"})) == made
    assert slugs(anyone.get(URL, {"ordering": "-created_at"})) == made[::-1]


@pytest.mark.parametrize("parameters", [{}, {"depth": "1", "search": "c"}])
def test_a_list_costs_one_query_for_one_row_and_a_hundred(anyone, django_assert_num_queries, parameters) -> None:
    root = CategoryFactory()
    for count in (1, 40):
        CategoryFactory.create_batch(count, parent=root)
        with django_assert_num_queries(1):
            assert len(anyone.get(URL, {**parameters, "page_size": 100}).json()["results"]) >= count
