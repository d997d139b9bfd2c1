"""The engine of imports: what a record may be, and what becomes of it."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from products.exchange.importing import Importer, read_records
from products.exchange.mapping import compile_mapping
from products.exchange.reading import SourceError, open_source
from products.exchange.records import Record
from products.models import Brand, Category, Product
from tests.factories.products import BrandFactory, CategoryFactory, ProductFactory
from tests.products.exchange.landing import land, only_product, outcomes

CUP = {"name": "Cup", "external_id": "7", "variants": [{"sku": "A1"}]}

pytestmark = pytest.mark.django_db


def test_a_record_in_the_write_shape_creates_a_product() -> None:
    BrandFactory(slug="acme")
    CategoryFactory(slug="cups")
    assert outcomes(land({**CUP, "status": "active", "brand": "acme", "categories": ["cups"]})) == ["created"]
    product = only_product()
    assert (product.name, product.status, product.slug, product.version) == ("Cup", "active", "cup", 1)
    assert product.brand.slug == "acme"
    assert [link.category.slug for link in product.ordered_links()] == ["cups"]


def test_the_same_record_again_changes_nothing() -> None:
    land(CUP)
    before = only_product()
    assert outcomes(land(CUP)) == ["unchanged"]
    assert only_product().updated_at == before.updated_at


@pytest.mark.parametrize("status", ["draft", "active", "archived"])
def test_a_record_may_have_any_status(status: str) -> None:
    land({**CUP, "status": status})
    assert only_product().status == status


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        (5, " invalid"),
        ([CUP], " invalid"),
        ({**CUP, "nmae": "x"}, "/nmae unknown_field"),
        ({**CUP, "id": 5}, "/id read_only"),
        ({**CUP, "kind": "product"}, "created"),
        ({**CUP, "kind": "relation"}, "/kind unknown_value"),
        ({**CUP, "kind": ["product"]}, "/kind unknown_value"),
        ({**CUP, "status": "gone"}, "/status invalid_choice"),
        ({**CUP, "brand": "acme"}, "/brand unknown_value"),
        ({**CUP, "categories": ["cups"]}, "/categories/0 unknown_value"),
        ({**CUP, "variants": [{"sku": "A1"}, {"sku": "a1"}]}, "/variants/1/sku duplicate"),
        ({**CUP, "variants": [{"name": "red"}]}, "/variants/0/sku required"),
        ({"external_id": "7"}, "/name required"),
        ({"name": "Cup"}, " required"),
        ({"name": "Cup", "slug": "cup"}, "created"),
        ({**CUP, "variants": [{"external_id": "A"}]}, "/variants/0/sku required"),
        ({**CUP, "variants": [{"sku": "A", "prices": {"USD": {}}}]}, "/variants/0/prices/USD/amount required"),
        ({**CUP, "variants": [{"sku": "A", "prices": {"USD": None}}]}, "created"),
        ({**CUP, "variants": [], "status": "active"}, "/variants variant_required"),
        ({**CUP, "published_from": "2030-01-02T00:00:00Z", "published_until": "2030-01-01T00:00:00Z"}, " window_order"),
    ],
)
def test_a_faulty_record_fails_with_every_place_named(source: object, expected: str) -> None:
    assert outcomes(land(source)) == [expected]


def test_all_faults_of_a_record_are_named_at_once() -> None:
    assert outcomes(land({"external_id": 5, "name": "", "status": "gone"})) == [
        "/external_id invalid, /name blank, /status invalid_choice"
    ]


def test_good_records_land_beside_bad_ones() -> None:
    bad_window = {"published_from": "2030-01-02T00:00:00Z", "published_until": "2030-01-01T00:00:00Z"}
    sources = [{"name": f"P{n}", "external_id": str(n), **(bad_window if n in {3, 7} else {})} for n in range(10)]
    assert outcomes(land(*sources)) == [" window_order" if n in {3, 7} else "created" for n in range(10)]
    assert Product.objects.count() == 8


def test_a_record_that_failed_in_reading_stays_failed() -> None:
    record = Record.unreadable(1, "{", "No.")
    Importer(by=None).land([record])
    assert record.outcome == "failed"


def test_brands_and_categories_land_in_the_order_of_their_lines() -> None:
    records = land(
        {"kind": "brand", "name": "Acme"},
        {"kind": "category", "name": "Home"},
        {"kind": "category", "name": "Cups", "parent": "home"},
        {**CUP, "brand": "acme", "categories": ["cups"]},
        {"kind": "brand", "name": "Other"},
    )
    assert outcomes(records) == ["created"] * 5
    assert [record.is_product for record in records] == [False, False, False, True, False]
    assert Category.objects.get(slug="cups").path == "home/cups"


def test_a_brand_that_a_later_line_brings_is_unknown_to_the_earlier_one() -> None:
    records = land({**CUP, "brand": "acme"}, {"kind": "brand", "name": "Acme"}, {**CUP, "brand": "acme"})
    assert outcomes(records) == ["/brand unknown_value", "created", "created"]


def test_what_is_missing_may_be_created() -> None:
    land({**CUP, "brand": "acme-works", "categories": ["tea_cups"]}, create_missing=True)
    assert Brand.objects.get().name == "Acme works"
    assert (Category.objects.get().name, Category.objects.get().parent) == ("Tea cups", None)


def test_a_record_that_fails_leaves_no_brand_behind() -> None:
    ProductFactory(variants=1, variants__sku="TAKEN", external_id="other")
    sources = [
        {**CUP, "brand": "bad-shape", "name": ""},
        {
            **CUP,
            "brand": "bad-window",
            "published_from": "2030-01-02T00:00:00Z",
            "published_until": "2030-01-01T00:00:00Z",
        },
        {**CUP, "brand": "bad-sku", "variants": [{"sku": "taken"}]},
    ]
    assert "created" not in outcomes(land(*sources, create_missing=True))
    assert not Brand.objects.exists()


def test_a_brand_is_not_created_from_what_is_no_slug() -> None:
    [record] = land({**CUP, "brand": "Acme Works"}, create_missing=True)
    assert record.faults[0].detail == "The brand 'Acme Works' cannot be created: it is not a slug."


def test_a_mapping_names_brands_whatever_their_case_and_categories_by_their_path() -> None:
    mapping = {"product": {"external_id": "id", "name": "name", "brand": "brand", "categories": [["a", "b"]]}}
    sources = [
        {"id": n, "name": f"P{n}", "brand": brand, "a": a, "b": "Cups"}
        for n, (brand, a) in enumerate([("ASUS", "Home"), ("Asus", "home"), ("asus ", "Café")])
    ]
    assert outcomes(land(*sources, mapping=mapping, create_missing=True)) == ["created"] * 3
    assert [brand.name for brand in Brand.objects.all()] == ["ASUS"]
    paths = {product.external_id: product.categories.get().path for product in Product.objects.all()}
    assert paths == {"0": "home/cups", "1": "home/cups", "2": "cafe/cups-2"}


def test_a_mapping_takes_no_kinds() -> None:
    mapping = {"product": {"external_id": "id", "name": "kind"}}
    assert outcomes(land({"id": 1, "kind": "brand"}, mapping=mapping)) == ["created"]


def test_the_number_of_statements_does_not_grow_with_the_number_of_records() -> None:
    CategoryFactory(slug="cups")
    few, many, again = statements(range(5)), statements(range(5, 35)), statements(range(35))
    assert few == many <= 20
    assert again <= 20


def statements(numbers: range) -> int:
    sources = [
        {"name": f"P{n}", "external_id": f"{n}", "categories": ["cups"], "variants": [{"sku": f"A{n}"}]}
        for n in numbers
    ]
    with CaptureQueriesContext(connection) as queries:
        land(*sources)
    return len(queries)


def test_the_format_is_what_the_mapping_says_else_what_the_name_says(tmp_path) -> None:
    path = tmp_path / "products.csv"
    path.write_text('{"id": 1}\n{"id": 2}\n')
    as_ndjson = compile_mapping({"source": {"format": "ndjson"}, "product": {"external_id": "id"}})
    as_csv = compile_mapping({"product": {"external_id": "id"}})
    with open_source(str(path)) as source:
        assert [record.source for record in read_records(source, as_ndjson)] == [{"id": 1}, {"id": 2}]
    with open_source(str(path)) as source:
        assert [record.source for record in read_records(source, as_csv)] == [{'{"id": 1}': '{"id": 2}'}]


def test_csv_needs_a_mapping(tmp_path) -> None:
    (tmp_path / "products.csv").write_text("sku\n")
    with (
        open_source(str(tmp_path / "products.csv")) as source,
        pytest.raises(SourceError, match=r"products\.csv: CSV needs a mapping"),
    ):
        next(read_records(source, None))


def test_a_file_without_the_columns_it_needs_is_named(tmp_path) -> None:
    (tmp_path / "products.csv").write_text("sku,sku\n")
    mapping = compile_mapping({"product": {"external_id": "sku"}})
    with (
        open_source(str(tmp_path / "products.csv")) as source,
        pytest.raises(SourceError, match=r"products\.csv: line 1: two columns are named 'sku'"),
    ):
        next(read_records(source, mapping))
