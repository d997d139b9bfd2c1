import pytest
from rest_framework.exceptions import ValidationError

from catalog_project.api.serializers import StrictSerializer
from products.models import Brand, Category
from products.schemas.references import (
    MAX_SUGGESTIONS,
    CategoryReferences,
    IdOrSlug,
    Reference,
    References,
    unknown,
)
from tests.factories.products import BrandFactory, CategoryFactory

pytestmark = pytest.mark.django_db


class Body(StrictSerializer):
    brand = Reference(model=Brand, allow_null=True, required=False)
    place = IdOrSlug(model=Category, allow_null=True, required=False)
    categories = CategoryReferences(required=False)


def read(data, **context):
    body = Body(data=data, context=context)
    body.is_valid(raise_exception=True)
    return body.validated_data


def codes(field: str, value) -> list[str]:
    with pytest.raises(ValidationError) as caught:
        read({field: value})
    return [detail.code for detail in caught.value.detail[field]]


def test_rows_are_named_by_their_slugs() -> None:
    acme, bags, packs = BrandFactory(slug="acme"), CategoryFactory(slug="bags"), CategoryFactory(slug="packs")
    assert read({"brand": "acme", "categories": ["packs", "bags"]}) == {"brand": acme, "categories": [packs, bags]}
    assert read({"brand": None}) == {"brand": None}


@pytest.mark.parametrize("kind", [str, int])
def test_some_are_named_by_their_ids_too(kind) -> None:
    bags = CategoryFactory(slug="bags")
    assert read({"place": kind(bags.pk)}) == read({"place": "bags"}) == {"place": bags}


@pytest.mark.parametrize("value", [True, False, 1.0, [], ["bags"], {}])
def test_nothing_else_is_a_reference(value) -> None:
    CategoryFactory(slug="bags", pk=1)
    assert codes("place", value) == ["invalid"]
    assert codes("brand", value) == ["invalid"]


@pytest.mark.parametrize("value", ["nope", "", "BAGS", "9" * 5_000, "a\x00", "0"])
def test_what_names_nothing_is_unknown(value) -> None:
    CategoryFactory(slug="bags")
    assert codes("place", value) == ["unknown_value"]
    assert codes("brand", value) == ["unknown_value"]


def test_an_integer_is_an_id_and_no_slug() -> None:
    assert codes("brand", 1) == ["invalid"]
    assert codes("place", -1) == codes("place", 2**63 - 1) == ["unknown_value"]


def test_many_are_found_with_one_query(django_assert_num_queries) -> None:
    slugs = [category.slug for category in CategoryFactory.create_batch(30)]
    with django_assert_num_queries(1):
        read({"categories": slugs})


def test_many_that_are_unknown_cost_one_more(django_assert_num_queries) -> None:
    CategoryFactory(slug="c1x")
    with django_assert_num_queries(2), pytest.raises(ValidationError):
        read({"categories": [f"c{number}" for number in range(100)]})


def test_only_the_first_few_get_a_suggestion() -> None:
    BrandFactory(slug="acme")
    found = unknown(Brand, [f"acme{number}" for number in range(9)])
    suggestions = [error.code.suggestion for error in found.values()]
    assert suggestions == ["acme"] * MAX_SUGGESTIONS + [None] * (9 - MAX_SUGGESTIONS)


def test_whoever_imports_may_bring_a_finder_that_remembers(django_assert_num_queries) -> None:
    class Remembering(References):
        def find(self, model, slugs):
            return {slug: Brand(slug=slug) for slug in slugs}

    with django_assert_num_queries(0):
        assert read({"brand": "any"}, references=Remembering())["brand"].slug == "any"
