"""POST /products/: what is made, under which keys, by how many at once."""

import re
from typing import Any

import pytest

from products.models import Price, Product, Variant
from tests.answers import faults, problem
from tests.factories.products import BrandFactory, CategoryFactory, ProductFactory, VariantFactory
from tests.threads import at_once

URL = "/api/v1/products/"
TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z")


def create(client: Any, **body: Any) -> dict[str, Any]:
    response = client.post(URL, body)
    assert response.status_code == 201, response.content
    return dict(response.json())


# --- What is made


def test_a_name_is_enough_for_a_draft(editor) -> None:
    made = create(editor, name="Trail Backpack")
    assert TIME.fullmatch(made.pop("created_at"))
    assert TIME.fullmatch(made.pop("updated_at"))
    assert made == {
        "id": Product.objects.get().pk,
        "slug": "trail-backpack",
        "name": "Trail Backpack",
        "description": "",
        "status": "draft",
        "published_from": None,
        "published_until": None,
        "external_id": None,
        "product_type": None,
        "brand": None,
        "categories": [],
        "attributes": {},
        "variants": [],
        "price_range": {},
        "in_stock": False,
        "version": 1,
    }


def test_a_whole_product_reads_as_it_was_written(editor) -> None:
    BrandFactory(slug="acme", name="Acme")
    bags = CategoryFactory(slug="bags", name="Bags")
    CategoryFactory(slug="backpacks", name="Backpacks", parent=bags)
    variant = {
        "sku": "TB-RED",
        "external_id": "v-1",
        "name": "Red",
        "barcode": "4006381333931",
        "attributes": {"color": "red"},
        "weight_g": 900,
        "stock": 15,
        "position": 3,
        "prices": {"USD": {"amount": "129.99", "compare_at": "149"}, "JPY": {"amount": 20000}},
    }
    body = {
        "name": "Trail Backpack",
        "slug": "tb",
        "description": " As it is.\n",
        "status": "active",
        "brand": "acme",
        "categories": ["backpacks", "bags"],
        "attributes": {"material": "nylon"},
        "external_id": "p-1",
        "published_from": "2020-01-01T01:00:00+01:00",
        "published_until": "2999-01-01T00:00:00.5Z",
        "variants": [variant],
    }
    made = create(editor, **body)
    [shown] = made["variants"]
    assert made | {"variants": 0} == made | body | {
        "variants": 0,
        "brand": {"slug": "acme", "name": "Acme"},
        "categories": [
            {"slug": "backpacks", "name": "Backpacks", "path": "bags/backpacks"},
            {"slug": "bags", "name": "Bags", "path": "bags"},
        ],
        "published_from": "2020-01-01T00:00:00.000000Z",
        "published_until": "2999-01-01T00:00:00.500000Z",
        "price_range": {"JPY": {"min": "20000", "max": "20000"}, "USD": {"min": "129.99", "max": "129.99"}},
        "in_stock": True,
        "product_type": None,
    }
    prices = {"JPY": {"amount": "20000", "compare_at": None}, "USD": {"amount": "129.99", "compare_at": "149.00"}}
    assert shown == shown | variant | {"prices": prices, "in_stock": True, "version": 1}


def test_the_answer_is_what_a_get_gives_and_its_address_leads_there(editor) -> None:
    response = editor.post(URL, {"name": "Trail Backpack", "variants": [{"sku": "TB"}]})
    assert response["Location"] == "http://testserver/api/v1/products/trail-backpack/"
    assert editor.get(response["Location"]).json() == response.json()


def test_the_form_without_a_slash_takes_the_body_and_gives_the_canonical_address(editor) -> None:
    response = editor.post("/api/v1/products", {"name": "A1"})
    assert response.status_code == 201
    assert response["Location"] == "http://testserver/api/v1/products/a1/"


def test_variants_stand_in_the_order_given(editor) -> None:
    made = create(editor, name="A", variants=[{"sku": sku} for sku in ("C", "A", "B")])
    assert [(variant["sku"], variant["position"]) for variant in made["variants"]] == [("C", 0), ("A", 1), ("B", 2)]


def test_positions_given_are_kept_and_order_the_variants(editor) -> None:
    made = create(editor, name="A", variants=[{"sku": "last", "position": 9}, {"sku": "first", "position": 0}])
    assert [variant["sku"] for variant in made["variants"]] == ["first", "last"]


def test_hundreds_of_variants_are_kept_as_one_is(editor) -> None:
    """So many rows take another way into PostgreSQL."""
    odd = {"attributes": {"a": [None, 1e22, "ä\t\n\\N"]}, "name": "\\N", "barcode": "\t", "weight_g": None, "stock": 0}
    prices = {"KWD": {"amount": "1.234", "compare_at": None}}
    made = create(editor, name="A", variants=[{"sku": f"S\\{n}", "prices": prices, **odd} for n in range(250)])
    assert [variant["sku"] for variant in made["variants"]] == [f"S\\{n}" for n in range(250)]
    expected = {**odd, "barcode": "", "prices": prices}
    assert all(variant == variant | expected for variant in made["variants"])
    assert faults(
        editor.post(URL, {"name": "B", "variants": [{"sku": f"s\\{n}"} for n in range(249, 500)]}), "duplicate"
    ) == {"/variants/0/sku": "duplicate"}


def test_names_lose_the_blanks_at_their_ends(editor) -> None:
    assert create(editor, name="  Trail  Backpack\t")["name"] == "Trail  Backpack"


@pytest.mark.parametrize("text", ["Straße 👜", "عربى", "a" * 300, "\u200b", "<script>", "' OR 1=1", "%", "\\", "NULL"])
def test_any_text_is_a_name(editor, text) -> None:
    assert create(editor, name=text)["name"] == text


# --- Slugs


@pytest.mark.parametrize(
    ("name", "slug"),
    [
        ("Trail Backpack", "trail-backpack"),
        ("Äpfel & Öl", "apfel-ol"),
        ("Кроссовки", "krossovki"),
        ("北京", "beijing"),
        ("2024", "product-2024"),
        ("  --A--  ", "a"),
        ("x" * 300, "x" * 188),
    ],
)
def test_a_slug_is_derived_from_the_name(editor, name, slug) -> None:
    assert create(editor, name=name)["slug"] == slug


@pytest.mark.parametrize("name", ["!!!", "\u200b", "。", "-", "_"])
def test_a_name_of_which_nothing_is_left_gets_a_random_slug(editor, name) -> None:
    assert re.fullmatch(r"product-\w+", create(editor, name=name)["slug"])


def test_the_same_name_gets_numbers_behind_its_slug(editor) -> None:
    assert [create(editor, name="Bag")["slug"] for _ in range(4)] == ["bag", "bag-2", "bag-3", "bag-4"]


def test_a_number_that_is_taken_is_stepped_over(editor) -> None:
    ProductFactory(slug="bag")
    ProductFactory(slug="bag-2")
    ProductFactory(slug="bag-20")
    assert create(editor, name="Bag")["slug"] == "bag-3"


def test_the_longest_name_has_room_for_a_number(editor) -> None:
    slugs = [create(editor, name="x" * 300)["slug"] for _ in range(3)]
    assert slugs == ["x" * 188, "x" * 188 + "-2", "x" * 188 + "-3"]


@pytest.mark.parametrize("slug", ["a", "A_b-9", "9a", "-a-", "x" * 200])
def test_a_slug_may_be_given(editor, slug) -> None:
    assert create(editor, name="A", slug=slug)["slug"] == slug


# --- Money


@pytest.mark.parametrize(
    ("currency", "given", "shown"),
    [
        ("USD", "129.9", "129.90"),
        ("USD", 129.9, "129.90"),
        ("USD", 129, "129.00"),
        ("USD", "129.9000000", "129.90"),
        ("USD", "0", "0.00"),
        ("USD", 0, "0.00"),
        ("USD", -0.0, "0.00"),
        ("USD", "-0", "0.00"),
        ("USD", 1e2, "100.00"),
        ("USD", "9999999999.99", "9999999999.99"),
        ("USD", "0.01", "0.01"),
        ("USD", "007.50", "7.50"),
        ("JPY", "1000", "1000"),
        ("JPY", 1000, "1000"),
        ("JPY", "1000.00", "1000"),
        ("KWD", "1.234", "1.234"),
        ("KWD", "1.2", "1.200"),
        ("BHD", 0.001, "0.001"),
    ],
)
def test_money_is_shown_with_the_decimals_of_its_currency(editor, currency, given, shown) -> None:
    made = create(editor, name="A", variants=[{"sku": "S", "prices": {currency: {"amount": given}}}])
    assert made["variants"][0]["prices"] == {currency: {"amount": shown, "compare_at": None}}
    assert made["price_range"] == {currency: {"min": shown, "max": shown}}


# --- Keys that are taken


def test_every_key_that_is_taken_is_named(editor) -> None:
    taken = ProductFactory(slug="taken", external_id="p", variants=0)
    VariantFactory(product=taken, sku="Tb-Red", external_id="v")
    body = {
        "name": "A",
        "slug": "taken",
        "external_id": "p",
        "variants": [{"sku": "X"}, {"sku": "TB-RED", "external_id": "v"}],
    }
    assert faults(editor.post(URL, body), "duplicate") == {
        "/slug": "duplicate",
        "/external_id": "duplicate",
        "/variants/1/sku": "duplicate",
        "/variants/1/external_id": "duplicate",
    }
    assert Product.objects.count() == Variant.objects.count() == 1


def test_a_product_and_a_variant_may_share_an_external_id(editor) -> None:
    create(editor, name="A", external_id="x", variants=[{"sku": "S", "external_id": "x"}])


def test_conflicts_are_told_when_the_body_is_otherwise_right(editor) -> None:
    ProductFactory(slug="taken")
    assert faults(editor.post(URL, {"name": 5, "slug": "taken"})) == {"/name": "invalid"}


# --- Status


def test_an_active_product_needs_a_variant(editor) -> None:
    body = problem(editor.post(URL, {"name": "A", "status": "active"}), "not_publishable")
    assert [(fault["pointer"], fault["code"]) for fault in body["errors"]] == [("/variants", "variant_required")]
    assert not Product.objects.exists()


def test_an_active_one_is_there_for_anyone_at_once(editor, anyone) -> None:
    made = create(editor, name="A", status="active", variants=[{"sku": "S"}])
    assert anyone.get(f"{URL}{made['id']}/").json() == made


# --- Cost and concurrency


def test_creating_costs_the_same_for_one_variant_and_fifty(editor, django_assert_num_queries) -> None:
    BrandFactory(slug="acme")
    CategoryFactory(slug="bags")
    create(editor, name="Warm up")
    for count in (1, 50):
        prices = {"USD": {"amount": 1}, "EUR": {"amount": 2}}
        variants = [{"sku": f"{count}-{n}", "prices": prices} for n in range(count)]
        with django_assert_num_queries(CREATE_QUERIES):
            create(editor, name=f"P{count}", brand="acme", categories=["bags"], variants=variants)


# brand, categories, and both held still; 3 savepoints, 2 statements each; slug; product, links, variants, prices;
# list it 5, log it 1
CREATE_QUERIES = 21


@pytest.mark.django_db(transaction=True)
def test_of_thirty_at_once_one_gets_the_sku(editor) -> None:
    body = {"status": "active", "variants": [{"sku": "ONE", "prices": {"USD": {"amount": "1"}}}]}
    answers = at_once(30, lambda number: editor.post(URL, {"name": f"P{number}", **body}))
    assert sorted(answer.status_code for answer in answers) == [201] + [409] * 29
    assert {answer.json()["code"] for answer in answers if answer.status_code == 409} == {"duplicate"}
    assert Product.objects.count() == Variant.objects.count() == Price.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_thirty_of_one_name_at_once_get_thirty_slugs(editor) -> None:
    answers = at_once(30, lambda _: editor.post(URL, {"name": "Bag"}))
    assert {answer.status_code for answer in answers} == {201}
    assert {answer.json()["slug"] for answer in answers} == {"bag", *(f"bag-{number}" for number in range(2, 31))}
