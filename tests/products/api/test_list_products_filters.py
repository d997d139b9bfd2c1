"""GET /products/: what each filter finds, and what it refuses."""

import pytest
from django.utils import timezone

from products.models import Product
from tests.answers import faults, names, problem
from tests.factories.products import BrandFactory, CategoryFactory, ProductFactory, VariantFactory

URL = "/api/v1/products/"


def product(name: str, *, prices: list[dict[str, str]] | None = None, stock: int | None = None, **fields) -> Product:
    """A product whose variants have these prices, each with this stock."""
    made = ProductFactory(name=name, variants=0, **fields)
    for amounts in [{"USD": "10.00"}] if prices is None else prices:
        VariantFactory(product=made, prices=amounts, stock=stock)
    return made


# --- What they find


@pytest.fixture
def tree() -> None:
    bags = CategoryFactory(slug="bags")
    packs = CategoryFactory(slug="backpacks", parent=bags)
    product("Bag", categories=[bags])
    product("Pack", categories=[packs])
    product("Daypack", categories=[CategoryFactory(slug="daypacks", parent=packs)])
    product("Bags-like", categories=[CategoryFactory(slug="bags-0")])
    product("Nowhere")


@pytest.mark.parametrize(
    ("category", "expected"),
    [
        ("bags", {"Bag", "Pack", "Daypack"}),
        ("backpacks", {"Pack", "Daypack"}),
        ("daypacks", {"Daypack"}),
        ("bags-0", {"Bags-like"}),
        ("daypacks,bags-0", {"Daypack", "Bags-like"}),
    ],
)
def test_a_category_stands_for_its_subtree(anyone, tree, category, expected) -> None:
    assert set(names(anyone.get(URL, {"category": category}))) == expected


def test_a_product_in_two_matching_categories_is_listed_once(anyone) -> None:
    product("Both", categories=[CategoryFactory(slug="a"), CategoryFactory(slug="b")])
    assert names(anyone.get(URL, {"category": "a,b"})) == ["Both"]


def test_brands_are_any_of(anyone) -> None:
    for slug in ("acme", "bolt", "core"):
        product(slug, brand=BrandFactory(slug=slug))
    assert set(names(anyone.get(URL, {"brand": "acme,core"}))) == {"acme", "core"}
    assert set(names(anyone.get(f"{URL}?brand=acme&brand=core"))) == {"acme", "core"}


def test_parameters_are_all_of(anyone) -> None:
    acme, shoes = BrandFactory(slug="acme"), CategoryFactory(slug="shoes")
    product("Both", brand=acme, categories=[shoes])
    product("Brand alone", brand=acme)
    product("Category alone", categories=[shoes])
    assert names(anyone.get(URL, {"brand": "acme", "category": "shoes"})) == ["Both"]


def test_a_sku_is_found_in_any_case(anyone) -> None:
    VariantFactory(sku="Tb-Straße", product=product("Found", prices=[]))
    product("Other")
    for sku in ("Tb-Straße", "TB-STRASSE", "tb-strasse", " tb-strasse "):
        assert names(anyone.get(URL, {"sku": sku})) == ["Found"]


def test_an_external_id_is_exact(anyone) -> None:
    product("A", external_id="x-1")
    product("B", external_id="X-1")
    assert names(anyone.get(URL, {"external_id": "x-1"})) == ["A"]
    assert set(names(anyone.get(URL, {"external_id": "x-1,X-1"}))) == {"A", "B"}


def test_a_comma_in_a_key_is_escaped(anyone) -> None:
    VariantFactory(sku="A,B", product=product("Found", prices=[], external_id="x,1"))
    VariantFactory(sku="A", product=product("Other", prices=[], external_id="x"))
    assert names(anyone.get(URL, {"sku": "a\\,b"})) == ["Found"]
    assert names(anyone.get(URL, {"external_id": "x\\,1"})) == ["Found"]


def test_ids_are_any_of(anyone) -> None:
    a, b, _ = product("A"), product("B"), product("C")
    assert set(names(anyone.get(URL, {"id__in": f"{a.pk},{b.pk},{a.pk}"}))) == {"A", "B"}


@pytest.mark.parametrize(
    "unknown",
    [
        {"sku": "nope"},
        {"external_id": "nope"},
        {"id__in": "999999"},
        {"id__in": "0"},
        {"id__in": "9223372036854775807"},
        {"id__in": "9" * 40},
        {"sku": "a" * 500},
        {"sku": "'; DROP TABLE products_product; --"},
        {"external_id": "%"},
    ],
)
def test_an_unknown_key_is_an_empty_list(anyone, unknown) -> None:
    product("There", external_id="e")
    assert names(anyone.get(URL, unknown)) == []


def test_a_hundred_ids_are_the_most(anyone) -> None:
    assert anyone.get(URL, {"id__in": ",".join(map(str, range(100)))}).status_code == 200
    assert faults(anyone.get(URL, {"id__in": ",".join(map(str, range(101)))})) == {"id__in": "max_length"}


@pytest.mark.parametrize("wrong", ["", "x", "1,x", "1,,2", "-1", "1.0", "1e3", "1;2", "null", "true"])
def test_what_is_no_id_is_refused(anyone, wrong) -> None:
    assert set(faults(anyone.get(URL, {"id__in": wrong}))) == {"id__in"}


def test_times_bound_from_and_before(anyone) -> None:
    noon = timezone.now().replace(second=0, microsecond=0)
    product("Noon", created_at=noon, updated_at=noon)
    for name in ("created_at", "updated_at"):
        at = noon.isoformat().replace("+00:00", "Z")
        assert names(anyone.get(URL, {f"{name}__gte": at})) == ["Noon"]
        assert names(anyone.get(URL, {f"{name}__lt": at})) == []
        assert names(anyone.get(URL, {f"{name}__gte": at.replace("00Z", "00.000001Z")})) == []


def test_a_time_may_have_any_zone(anyone) -> None:
    product("Then", created_at=timezone.now().replace(year=2020, month=1, day=1, hour=0, minute=0, second=0))
    assert names(anyone.get(URL, {"created_at__lt": "2020-01-01T03:00:00+02:00"})) == ["Then"]
    assert names(anyone.get(URL, {"created_at__lt": "2020-01-01T02:00:00+02:00"})) == []


@pytest.mark.parametrize(
    "wrong",
    [
        "",
        "today",
        "2030-01-31",
        "2030-01-31T12:00:00",
        "2030-02-30T12:00:00Z",
        "2030-01-31 12:00:00Z",
        "1767225600",
        "0000-01-01T00:00:00Z",
        "0001-01-01T00:00:00+14:00",
        "9999-12-31T23:59:59-14:00",
        "2030-01-31T25:00:00Z",
        "2030-01-31T12:00:00.1234567Z",
        "2030-01-31T12:00:00+24:00",
        "２０３０-01-31T12:00:00Z",
    ],
)
def test_what_is_no_time_with_a_zone_is_refused(anyone, wrong) -> None:
    assert set(faults(anyone.get(URL, {"updated_at__gte": wrong}))) == {"updated_at__gte"}


@pytest.mark.parametrize("edge", ["0001-01-01T00:00:00Z", "9999-12-31T23:59:59.999999Z"])
def test_the_edges_of_time_are_times(anyone, edge) -> None:
    assert anyone.get(URL, {"created_at__gte": edge, "created_at__lt": edge}).status_code == 200


def test_price_bounds_include_their_ends(anyone) -> None:
    for amount in ("9.99", "10", "20", "20.01"):
        product(amount, prices=[{"USD": amount}])
    assert set(names(anyone.get(URL, {"price__gte": "10", "price__lte": "20.00"}))) == {"10", "20"}


def test_price_bounds_are_in_the_currency(anyone) -> None:
    product("Dollar", prices=[{"USD": "15"}])
    product("Euro", prices=[{"EUR": "15"}])
    assert names(anyone.get(URL, {"price__gte": "10", "currency": "EUR"})) == ["Euro"]


def test_both_price_bounds_hold_for_one_price(anyone) -> None:
    product("Around", prices=[{"USD": "1"}, {"USD": "100"}])
    assert names(anyone.get(URL, {"price__gte": "10", "price__lte": "20"})) == []


@pytest.mark.parametrize(
    "wrong", ["", "x", "-1", "1e3", "1,5", "NaN", "Infinity", "10000000000", "0x10", "1" * 50, "٣"]
)
def test_what_is_no_amount_is_refused(anyone, wrong) -> None:
    assert set(faults(anyone.get(URL, {"price__gte": wrong}))) == {"price__gte"}


@pytest.mark.parametrize(("currency", "amount"), [("USD", "1.001"), ("JPY", "1.5"), ("KWD", "1.0001")])
def test_an_amount_has_no_more_decimals_than_its_currency(anyone, currency, amount) -> None:
    response = anyone.get(URL, {"price__lte": amount, "currency": currency})
    assert faults(response) == {"price__lte": "max_decimal_places"}


@pytest.mark.parametrize("wrong", ["", "usd", "US", "XXX", "EURO", "USD,EUR"])
def test_a_currency_that_there_is_not_is_refused(anyone, wrong) -> None:
    assert faults(anyone.get(URL, {"currency": wrong})) == {"currency": "unknown_value"}


def test_in_stock_is_untracked_or_above_zero(anyone) -> None:
    product("Untracked", stock=None)
    product("Some", stock=1)
    product("Out", stock=0)
    product("Bare", prices=[])
    assert set(names(anyone.get(URL, {"in_stock": "true"}))) == {"Untracked", "Some"}
    assert set(names(anyone.get(URL, {"in_stock": "false"}))) == {"Out", "Bare"}


def test_one_variant_in_stock_is_enough(anyone) -> None:
    made = product("Mixed", stock=0)
    VariantFactory(product=made, stock=1)
    assert names(anyone.get(URL, {"in_stock": "true"})) == ["Mixed"]
    assert names(anyone.get(URL, {"in_stock": "false"})) == []


@pytest.mark.parametrize("wrong", ["", "1", "0", "True", "yes", "null", "true,false"])
def test_what_is_no_boolean_is_refused(anyone, wrong) -> None:
    assert faults(anyone.get(URL, {"in_stock": wrong})) == {"in_stock": "unknown_value"}


def test_conditions_about_variants_hold_for_one_and_the_same(anyone) -> None:
    made = ProductFactory(name="Split", variants=0)
    VariantFactory(product=made, sku="CHEAP", prices={"USD": "5"}, stock=0)
    VariantFactory(product=made, sku="DEAR", prices={"USD": "50"}, stock=3)
    assert names(anyone.get(URL, {"price__lte": "10", "in_stock": "true"})) == []
    assert names(anyone.get(URL, {"price__lte": "10", "sku": "dear"})) == []
    assert names(anyone.get(URL, {"sku": "cheap", "in_stock": "true"})) == []
    assert names(anyone.get(URL, {"price__gte": "50", "in_stock": "true", "sku": "dear,cheap"})) == ["Split"]


def test_not_in_stock_looks_at_every_variant_and_the_rest_at_one(anyone) -> None:
    made = product("Out", prices=[{"USD": "5"}, {"USD": "50"}], stock=0)
    assert names(anyone.get(URL, {"price__lte": "10", "in_stock": "false"})) == ["Out"]
    VariantFactory(product=made, stock=1)
    assert names(anyone.get(URL, {"price__lte": "10", "in_stock": "false"})) == []


# --- Unknown names and values


@pytest.mark.parametrize(
    "name", ["brnd", "page", "limit", "offset", "format", "price", "id", "price__gt", "Brand", "", "name", "version"]
)
def test_an_unknown_parameter_is_refused(anyone, name) -> None:
    assert faults(anyone.get(URL, {name: "x"})) == {name: "unknown_parameter"}


def test_a_misspelled_parameter_gets_a_suggestion(anyone) -> None:
    body = problem(anyone.get(URL, {"brnd": "acme"}), "invalid")
    assert body["errors"] == [
        {
            "parameter": "brnd",
            "code": "unknown_parameter",
            "detail": "This parameter is not known here.",
            "suggestion": "brand",
        }
    ]


@pytest.mark.parametrize("name", ["brand", "category"])
def test_a_misspelled_reference_gets_a_suggestion(anyone, name) -> None:
    BrandFactory(slug="acme-tools")
    CategoryFactory(slug="acme-tools")
    body = problem(anyone.get(URL, {name: "acme-tool"}), "invalid")
    assert [(fault["parameter"], fault["suggestion"]) for fault in body["errors"]] == [(name, "acme-tools")]


@pytest.mark.parametrize("wrong", ["", "nope", "acme,nope", "ACME", "acme,", "acme\x00", "a" * 3_000, "1"])
def test_an_unknown_brand_is_refused(anyone, wrong) -> None:
    BrandFactory(slug="acme")
    assert set(faults(anyone.get(URL, {"brand": wrong}))) == {"brand"}


def test_everything_wrong_is_named_at_once(anyone) -> None:
    response = anyone.get(URL, {"brand": "nope", "page_size": "x", "what": "1", "ordering": "up"})
    assert set(faults(response)) == {"brand", "page_size", "what", "ordering"}


def test_a_single_value_is_given_once(anyone) -> None:
    for name in ("page_size", "count", "in_stock", "currency", "price__gte", "created_at__lt"):
        assert faults(anyone.get(f"{URL}?{name}=1&{name}=1"))[name] == "repeated"


def test_a_parameter_beyond_all_measure_is_refused(anyone) -> None:
    assert faults(anyone.get(URL, {"sku": "a" * 4_001})) == {"sku": "max_length"}


def test_more_parameters_than_can_be_read_are_refused(anyone, settings) -> None:
    settings.DATA_UPLOAD_MAX_NUMBER_FIELDS = 1_000
    problem(anyone.get(URL + "?" + "&".join(f"a{n}=1" for n in range(1_001))), "malformed")


@pytest.mark.parametrize("raw", ["%00", "%ff", "%ed%a0%80", "%F0%9F%98%80", "%", "%u0041", "a%00b"])
@pytest.mark.parametrize("name", ["sku", "brand", "external_id", "cursor", "fields", "ordering", "price__gte", "zz"])
def test_odd_bytes_in_a_parameter_break_nothing(anyone, name, raw) -> None:
    assert anyone.get(f"{URL}?{name}={raw}").status_code in {200, 400}


@pytest.mark.parametrize("raw", ["%00", "%ff", "%ed%a0%80", "%F0%9F%98%80"])
def test_odd_bytes_in_the_name_of_a_parameter_are_refused(anyone, raw) -> None:
    problem(anyone.get(f"{URL}?{raw}=1"), "invalid")


def test_as_many_unknown_values_as_fit_cost_a_handful_of_queries(anyone, django_assert_max_num_queries) -> None:
    BrandFactory(slug="acme")
    wanted = ",".join(f"b{number}" for number in range(100))
    with django_assert_max_num_queries(5):
        assert set(faults(anyone.get(URL, {"brand": wanted}))) == {"brand"}


def test_more_references_than_a_hundred_are_refused_unread(anyone, django_assert_num_queries) -> None:
    wanted = ",".join(f"b{number}" for number in range(101))
    with django_assert_num_queries(0):
        assert faults(anyone.get(URL, {"brand": wanted})) == {"brand": "max_length"}
