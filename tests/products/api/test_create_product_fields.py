"""POST /products/: every field takes what it should and nothing else, and a refused body leaves nothing behind."""

from typing import Any

import pytest

from products.models import Product
from tests.answers import faults, problem
from tests.factories.products import BrandFactory, CategoryFactory

URL = "/api/v1/products/"

WRONG_FOR_TEXT = [None, 5, 1.5, True, [], ["x"], {}]
WRONG_FOR_INTEGER = ["5", "", 1.0, 1.5, True, [], {}, -1, 2**31, 2**63 - 1, -(2**63)]
WRONG_FOR_OBJECT = [None, 5, "{}", True, []]


def create(client: Any, **body: Any) -> dict[str, Any]:
    response = client.post(URL, body)
    assert response.status_code == 201, response.content
    return dict(response.json())


def refuse(client: Any, **body: Any) -> dict[str, str]:
    """The faults of a body, which left nothing behind."""
    found = faults(client.post(URL, body))
    assert not Product.objects.exists()
    return found


def refuse_variant(client: Any, **variant: Any) -> dict[str, str]:
    """The faults of a variant in a body, by their pointer within it."""
    found = refuse(client, name="A", variants=[{"sku": "S", **variant}])
    return {pointer.removeprefix("/variants/0"): code for pointer, code in found.items()}


# --- The product


@pytest.mark.parametrize("value", [*WRONG_FOR_TEXT, "", "  ", "x" * 301])
def test_the_name_is_a_text_that_is_not_blank(editor, value) -> None:
    assert set(refuse(editor, name=value)) == {"/name"}


def test_the_name_is_required(editor) -> None:
    assert refuse(editor) == {"/name": "required"}


@pytest.mark.parametrize("value", [*WRONG_FOR_TEXT, "x" * 100_001])
def test_the_description_is_a_text(editor, value) -> None:
    assert set(refuse(editor, name="A", description=value)) == {"/description"}


@pytest.mark.parametrize("value", [*WRONG_FOR_TEXT[1:], "", " ", "x" * 201])
def test_the_external_id_is_a_text_that_is_not_blank_or_null(editor, value) -> None:
    assert set(refuse(editor, name="A", external_id=value)) == {"/external_id"}
    assert set(refuse_variant(editor, external_id=value)) == {"/external_id"}


@pytest.mark.parametrize("value", [*WRONG_FOR_TEXT, "", "DRAFT", "archived", "published", " draft"])
def test_the_status_is_draft_or_active(editor, value) -> None:
    assert set(refuse(editor, name="A", status=value)) == {"/status"}


@pytest.mark.parametrize(
    "value",
    [
        "",
        "2030-01-31",
        "2030-01-31T12:00:00",
        "31.01.2030",
        "now",
        "2030-02-30T00:00:00Z",
        "0001-01-01T00:00:00+01:00",
        1893456000,
        True,
        [],
        {},
    ],
)
def test_a_time_has_a_date_an_hour_and_a_zone(editor, value) -> None:
    found = refuse(editor, name="A", published_from=value, published_until=value)
    assert set(found) == {"/published_from", "/published_until"}


@pytest.mark.parametrize("edge", ["0001-01-01T00:00:00Z", "9999-12-31T23:59:59.999999Z"])
def test_the_edges_of_time_are_kept(editor, edge) -> None:
    assert create(editor, name="A", published_from=edge)["published_from"][:19] == edge[:19]


@pytest.mark.parametrize("until", ["2030-01-01T00:00:00Z", "2029-12-31T23:59:59Z", "2030-01-01T01:00:00+01:00"])
def test_the_window_ends_after_it_begins(editor, until) -> None:
    found = refuse(editor, name="A", published_from="2030-01-01T00:00:00Z", published_until=until)
    assert list(found.values()) == ["window_order"]


@pytest.mark.parametrize("value", ["nope", "", "ACME", "1", 1, True, [], ["acme"], {"slug": "acme"}, "9" * 5_000])
def test_the_brand_is_the_slug_of_one(editor, value) -> None:
    BrandFactory(slug="acme", pk=1)
    assert set(refuse(editor, name="A", brand=value)) == {"/brand"}


def test_a_misspelled_brand_gets_a_suggestion(editor) -> None:
    BrandFactory(slug="acme-tools")
    [fault] = problem(editor.post(URL, {"name": "A", "brand": "acme-tool"}), "invalid")["errors"]
    assert (fault["pointer"], fault["suggestion"]) == ("/brand", "acme-tools")


@pytest.mark.parametrize("value", [None, 5, "bags", True, {}, [1], [None], [["bags"]], [{"slug": "bags"}]])
def test_the_categories_are_a_list_of_slugs(editor, value) -> None:
    CategoryFactory(slug="bags")
    assert set(refuse(editor, name="A", categories=value)) == {"/categories"}


def test_each_category_that_is_wrong_is_named(editor) -> None:
    CategoryFactory(slug="bags")
    found = refuse(editor, name="A", categories=["bags", "nope", "bags", ""])
    assert found == {"/categories/1": "unknown_value", "/categories/2": "duplicate", "/categories/3": "unknown_value"}


def test_a_product_stands_in_a_hundred_categories_at_most(editor) -> None:
    assert refuse(editor, name="A", categories=[f"c{n}" for n in range(101)]) == {"/categories": "max_length"}


@pytest.mark.parametrize("value", WRONG_FOR_OBJECT)
def test_attributes_are_an_object(editor, value) -> None:
    assert refuse(editor, name="A", attributes=value) in [{"/attributes": "invalid"}, {"/attributes": "null"}]
    assert list(refuse_variant(editor, attributes=value)) == ["/attributes"]


@pytest.mark.parametrize(
    "value",
    [
        {"a": None, "b": {"c": None}},
        {"": 1, "ä/~": [1, "x", None, True, {"deep": []}]},
        {"n": [0, -1, 1.5, 1e-7, 9223372036854775807, -9223372036854775808, 0.1, 1.0]},
        {"non_field_errors": 1, "a.b": 2, "$": 3},
        {"text": 'Straße 👜 \\ " \u2028'},
        {"huge": [1e16, 1e22, 1.5e300, -1e308, 123456789012345680000.0], "tiny": 5e-324},
    ],
)
def test_free_attributes_are_kept_as_they_are(editor, value) -> None:
    made = create(editor, name="A", attributes=value, variants=[{"sku": "S", "attributes": value}])
    assert made["attributes"] == made["variants"][0]["attributes"] == value
    assert Product.objects.get().attributes == value


def nested(depth: int) -> Any:
    return {"a": nested(depth - 1)} if depth else 1


def test_attributes_are_eight_deep_at_most(editor) -> None:
    assert refuse(editor, name="A", attributes=nested(9)) == {"/attributes": "max_depth"}
    assert create(editor, name="A", attributes=nested(8))["attributes"] == nested(8)


def test_attributes_are_64_kilobytes_at_most(editor) -> None:
    room = 65_536 - len('{"a":""}')
    assert refuse(editor, name="A", attributes={"a": "x" * (room + 1)}) == {"/attributes": "max_size"}
    assert refuse_variant(editor, attributes={"a": "ä" * (room // 2 + 1)}) == {"/attributes": "max_size"}
    create(editor, name="A", attributes={"a": "x" * room})


@pytest.mark.parametrize("value", [None, 5, "x", True, {}, {"0": {"sku": "S"}}])
def test_variants_are_a_list(editor, value) -> None:
    assert list(refuse(editor, name="A", variants=value)) == ["/variants"]


@pytest.mark.parametrize("value", [None, 5, "x", True, [], [{}]])
def test_each_variant_is_an_object(editor, value) -> None:
    assert list(refuse(editor, name="A", variants=[{"sku": "S"}, value])) == ["/variants/1"]


def test_a_product_is_made_with_a_thousand_variants_at_most(editor) -> None:
    found = refuse(editor, name="A", variants=[{"sku": f"S{n}"} for n in range(1_001)])
    assert found == {"/variants": "max_length"}


@pytest.mark.parametrize("value", [*WRONG_FOR_TEXT, "", " ", "x" * 65])
def test_the_sku_is_a_text_of_up_to_64_characters(editor, value) -> None:
    assert list(refuse_variant(editor, sku=value)) == ["/sku"]


@pytest.mark.parametrize("sku", ["S", "x" * 64, "ß" * 64, "a/b c", "👜", "0"])
def test_any_such_text_is_a_sku(editor, sku) -> None:
    assert create(editor, name="A", variants=[{"sku": sku}])["variants"][0]["sku"] == sku


@pytest.mark.parametrize("field", ["name", "barcode"])
@pytest.mark.parametrize("value", [*WRONG_FOR_TEXT, "x" * 301])
def test_texts_of_a_variant_are_texts(editor, field, value) -> None:
    assert list(refuse_variant(editor, **{field: value})) == [f"/{field}"]


@pytest.mark.parametrize("field", ["stock", "weight_g", "position"])
@pytest.mark.parametrize("value", WRONG_FOR_INTEGER)
def test_counts_of_a_variant_are_whole_numbers_from_zero(editor, field, value) -> None:
    assert list(refuse_variant(editor, **{field: value})) == [f"/{field}"]


@pytest.mark.parametrize(("stock", "in_stock"), [(None, True), (0, False), (1, True), (2_000_000_000, True)])
def test_stock_is_given_or_not_tracked(editor, stock, in_stock) -> None:
    [variant] = create(editor, name="A", variants=[{"sku": "S", "stock": stock}])["variants"]
    assert (variant["stock"], variant["in_stock"]) == (stock, in_stock)


@pytest.mark.parametrize(
    "slug", ["", " ", "9", "1-2", "_", "a b", "a/b", "ä", "a.b", "a\n b", "x" * 201, *WRONG_FOR_TEXT]
)
def test_anything_else_is_no_slug(editor, slug) -> None:
    assert set(refuse(editor, name="A", slug=slug)) == {"/slug"}


# --- Prices


@pytest.mark.parametrize(
    ("currency", "amount", "code"),
    [
        ("USD", "1.001", "max_decimal_places"),
        ("USD", 1.001, "max_decimal_places"),
        ("USD", 1e-7, "max_decimal_places"),
        ("JPY", "1.5", "max_decimal_places"),
        ("KWD", "1.2345", "max_decimal_places"),
        ("USD", "0." + "0" * 38 + "1", "max_decimal_places"),
        ("USD", -1, "min_value"),
        ("USD", "-0.01", "min_value"),
        ("USD", "10000000000", "max_value"),
        ("USD", 1e22, "max_value"),
        ("USD", 2**63 - 1, "max_value"),
        ("USD", "1e5", "invalid"),
        ("USD", "1,50", "invalid"),
        ("USD", "+1", "invalid"),
        ("USD", " 1", "invalid"),
        ("USD", "1.", "invalid"),
        ("USD", ".5", "invalid"),
        ("USD", "", "invalid"),
        ("USD", "NaN", "invalid"),
        ("USD", "Infinity", "invalid"),
        ("USD", "٣", "invalid"),
        ("USD", "9" * 5000, "invalid"),
        ("USD", "$1", "invalid"),
        ("USD", True, "invalid"),
        ("USD", [], "invalid"),
        ("USD", {}, "invalid"),
        ("USD", None, "null"),
    ],
)
def test_what_is_no_amount_of_a_currency_is_refused(editor, currency, amount, code) -> None:
    found = refuse_variant(editor, prices={currency: {"amount": amount}})
    assert found == {f"/prices/{currency}/amount": code}


def test_compare_at_follows_the_same_rules(editor) -> None:
    found = refuse_variant(
        editor, prices={"USD": {"amount": "1", "compare_at": "1.001"}, "EUR": {"amount": 1, "compare_at": -1}}
    )
    assert found == {"/prices/USD/compare_at": "max_decimal_places", "/prices/EUR/compare_at": "min_value"}


@pytest.mark.parametrize("currency", ["usd", "XXX", "", "US", "EURO", "USD ", "non_field_errors"])
def test_a_currency_is_one_of_iso_4217(editor, currency) -> None:
    assert refuse_variant(editor, prices={currency: {"amount": "1"}}) == {f"/prices/{currency}": "unknown_value"}


@pytest.mark.parametrize("prices", WRONG_FOR_OBJECT)
def test_prices_are_an_object(editor, prices) -> None:
    assert list(refuse_variant(editor, prices=prices)) == ["/prices"]


@pytest.mark.parametrize("price", [None, 5, "5", True, [], [{}]])
def test_a_price_is_an_object(editor, price) -> None:
    assert list(refuse_variant(editor, prices={"USD": price})) == ["/prices/USD"]


def test_a_price_has_an_amount_and_no_strange_keys(editor) -> None:
    found = refuse_variant(editor, prices={"USD": {"currency": "USD", "compareat": "5"}})
    assert found == {
        "/prices/USD/amount": "required",
        "/prices/USD/currency": "unknown_field",
        "/prices/USD/compareat": "unknown_field",
    }


# --- Together


def test_all_faults_of_a_body_are_told_at_once(editor) -> None:
    found = refuse(
        editor,
        name=5,
        brand="nope",
        colour="red",
        status="gone",
        attributes=[],
        published_from="soon",
        variants=[
            {"sku": ""},
            {"sku": "A", "stock": -1, "prices": {"USD": {"amount": "x"}}, "colour": 1},
            {"sku": "a"},
        ],
    )
    assert found == {
        "/name": "invalid",
        "/brand": "unknown_value",
        "/colour": "unknown_field",
        "/status": "invalid_choice",
        "/attributes": "invalid",
        "/published_from": "invalid",
        "/variants/0/sku": "blank",
        "/variants/1/stock": "min_value",
        "/variants/1/prices/USD/amount": "invalid",
        "/variants/1/colour": "unknown_field",
        "/variants/2/sku": "duplicate",
    }


@pytest.mark.parametrize("name", ["id", "in_stock", "version", "created_at", "updated_at", "product"])
def test_what_only_the_server_sets_on_a_variant_is_refused_as_read_only(editor, name) -> None:
    assert refuse_variant(editor, **{name: 1}) == {f"/{name}": "read_only"}


def test_the_same_sku_twice_in_a_body_is_invalid_whatever_its_case(editor) -> None:
    skus = ["Tb-Straße", "TB-STRASSE", "other", " tb-strasse "]
    found = refuse(editor, name="A", variants=[{"sku": sku} for sku in skus])
    assert found == {"/variants/1/sku": "duplicate", "/variants/3/sku": "duplicate"}


def test_the_same_external_id_twice_in_a_body_is_invalid(editor) -> None:
    variants = [{"sku": "A", "external_id": "x"}, {"sku": "B", "external_id": "x"}, {"sku": "C", "external_id": None}]
    assert refuse(editor, name="A", variants=variants) == {"/variants/1/external_id": "duplicate"}
