import pytest

from products.services.duplicates import explain_duplicates, explain_variant_duplicates
from tests.factories.products import ProductFactory, VariantFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def taken(db) -> None:
    VariantFactory(sku="Red", external_id="v", product=ProductFactory(slug="bag", external_id="p", variants=0))


def pointers(conflict) -> list[str]:
    assert conflict.error_code == "duplicate"
    return [fault.pointer for fault in conflict.faults]


def test_every_key_that_is_taken_is_named(taken) -> None:
    variants = [{"sku": "free"}, {"sku": "RED", "external_id": "v"}, {"sku": "x", "external_id": "v"}]
    values = {"slug": "bag", "external_id": "p", "variants": variants}
    assert pointers(explain_duplicates(values)) == [
        "/slug",
        "/external_id",
        "/variants/1/sku",
        "/variants/1/external_id",
        "/variants/2/external_id",
    ]


@pytest.mark.parametrize(
    "values",
    [
        {},
        {"slug": "free"},
        {"external_id": None},
        {"external_id": "v"},
        {"variants": [{"sku": "x", "external_id": "p"}]},
    ],
)
def test_where_none_is_taken_there_is_nothing_to_explain(taken, values) -> None:
    assert explain_duplicates(values) is None


def test_a_variant_alone_is_pointed_at_from_its_own_document(taken) -> None:
    assert pointers(explain_variant_duplicates({"sku": "red", "external_id": "v"})) == ["/sku", "/external_id"]
    assert explain_variant_duplicates({"name": "x"}) is None


def test_it_does_not_stand_in_its_own_way() -> None:
    made = VariantFactory(sku="Red", external_id="v")
    assert explain_variant_duplicates({"sku": "RED", "external_id": "v"}, own_id=made.pk) is None


def test_looking_costs_the_same_for_one_variant_and_a_hundred(taken, django_assert_num_queries) -> None:
    for count in (1, 100):
        with django_assert_num_queries(2):
            explain_duplicates({"variants": [{"sku": f"s{n}", "external_id": f"x{n}"} for n in range(count)]})
