"""POST /bulk/"""

import gzip
from pathlib import Path
from typing import Any

import orjson
import pytest
from django.http import HttpResponse
from rest_framework.test import APIClient

from catalog_project.jobs.models import Job
from products.models import Brand, Category, Price, Product, Variant
from tests.answers import faults, problem
from tests.factories.products import BrandFactory, CategoryFactory, ProductFactory, VariantFactory
from tests.jobs import run_all
from tests.products.api.test_rights import with_permissions
from tests.products.bulk.calling import ADDRESS, bulk, item, results, statuses

pytestmark = pytest.mark.django_db


def send(client: APIClient, body: bytes, media_type: str = "application/x-ndjson", query: str = "") -> HttpResponse:
    return client.generic("POST", f"{ADDRESS}{query}", body, content_type=media_type)


def create_brand(name: Any) -> dict[str, Any]:
    return item("create", "brand", data={"name": name})


# --- What it does


def test_items_run_in_order_and_may_name_what_earlier_ones_make(manager) -> None:
    found = results(
        manager,
        item("create", "brand", data={"name": "Acme"}),
        item("create", "category", data={"name": "Bags"}),
        item("create", "category", data={"name": "Packs", "parent": "bags"}),
        item("create", "product", data={"name": "Pack", "brand": "acme", "categories": ["packs"]}),
        item("create", "variant", data={"product": "pack", "sku": "P-1", "prices": {"USD": {"amount": "9"}}}),
        item("set_stock", "variant", "p-1", {"set": 5}),
        item("set_stock", "variant", "P-1", {"delta": -2}),
        item("set_price", "variant", "P-1", {"prices": {"EUR": {"amount": "8.50"}}}),
        item("publish", "product", "pack"),
        item("update", "brand", "acme", {"name": "Acme Ltd"}),
        mode="atomic",
    )
    assert [result["status"] for result in found] == [201, 201, 201, 201, 201, 200, 200, 200, 200, 200], found
    variant = Variant.objects.get()
    assert (variant.stock, variant.version, variant.product.status) == (3, 2, "active")
    assert {price.currency for price in Price.objects.all()} == {"USD", "EUR"}
    assert (found[7]["id"], found[7]["version"], found[7]["changed"]) == (variant.pk, 2, ["prices"])
    # created, given a variant, repriced, published
    assert Product.objects.get().version == found[8]["version"] == 4
    shown = manager.get("/api/v1/products/pack/").json()
    assert (shown["brand"]["name"], shown["categories"][0]["path"]) == ("Acme Ltd", "bags/packs")


def test_a_result_names_what_changed(editor) -> None:
    made = ProductFactory(slug="pack", name="Pack")
    [changed, same] = results(
        editor,
        item("update", "product", "pack", {"name": "Rucksack", "description": ""}),
        item("update", "product", made.pk, {"name": "Rucksack"}),
        mode="atomic",
    )
    assert changed == {"index": 0, "status": 200, "id": made.pk, "version": 2, "changed": ["name"]}
    assert same == {"index": 1, "status": 200, "id": made.pk, "version": 2, "changed": []}


def test_a_deleted_row_has_an_id_and_no_version(manager) -> None:
    made = BrandFactory(slug="acme")
    [result] = results(manager, item("delete", "brand", "acme"))
    assert result == {"index": 0, "status": 204, "id": made.pk, "version": None, "changed": ["name", "slug"]}


def test_upsert_matches_by_ref_or_external_id_or_sku_or_slug(manager) -> None:
    by_id = VariantFactory(sku="A", external_id="x")
    by_sku = VariantFactory(sku="B")
    product = by_sku.product
    found = results(
        manager,
        item("upsert", "variant", by_sku.pk, {"name": "By ref"}),
        item("upsert", "variant", data={"external_id": "x", "sku": "A2"}),
        item("upsert", "variant", data={"sku": "b", "barcode": "1"}),
        item("upsert", "variant", data={"sku": "NEW", "product": product.slug, "stock": 4}),
        item("upsert", "product", data={"slug": product.slug, "name": "By slug"}),
        item("upsert", "product", data={"external_id": "new", "name": "By no key", "variants": [{"sku": "N-1"}]}),
        item("upsert", "product", data={"name": "By SKU", "variants": [{"sku": "n-1", "stock": 7}]}),
        item("upsert", "category", data={"slug": "bags", "name": "Bags"}),
        item("upsert", "category", data={"slug": "bags", "name": "All bags"}),
    )
    assert [result["status"] for result in found] == [200, 200, 200, 201, 200, 201, 200, 201, 200], found
    assert Variant.objects.get(pk=by_id.pk).sku == "A2"
    assert Variant.objects.get(sku_key="n-1").stock == 7
    assert Product.objects.get(external_id="new").name == "By SKU"
    assert Category.objects.get().name == "All bags"


def test_an_upsert_without_any_key_could_never_be_found_again(manager) -> None:
    [result] = results(manager, item("upsert", "product", data={"name": "Pack"}))
    assert (result["status"], result["problem"]["errors"][0]["pointer"]) == (400, "/data")


def test_an_upsert_that_finds_nothing_needs_all_that_is_needed_to_create(manager) -> None:
    found = results(
        manager,
        item("upsert", "variant", data={"sku": "A"}),
        item("upsert", "product", data={"slug": "a"}),
        item("upsert", "brand", data={"slug": "a"}),
    )
    places = [result["problem"]["errors"][0]["pointer"] for result in found]
    assert places == ["/data/product", "/data/name", "/data/name"]


def test_a_version_is_compared_with_the_row_as_it_is_by_then(manager) -> None:
    ProductFactory(slug="pack")
    [first, late, right] = results(
        manager,
        item("update", "product", "pack", {"name": "A"}, version=1),
        item("update", "product", "pack", {"name": "B"}, version=1),
        item("update", "product", "pack", {"name": "C"}, version=2),
    )
    assert (first["status"], late["status"], right["status"]) == (200, 412, 200)
    assert late["problem"]["code"] == "stale"
    assert late["problem"]["errors"][0]["pointer"] == "/version"
    assert Product.objects.get().name == "C"


def test_what_an_item_is_refused_half_way_leaves_nothing(manager) -> None:
    variant = VariantFactory(sku="A", name="Before")
    found = statuses(
        manager,
        item("update", "variant", "A", {"name": "After", "prices": {"EUR": {"compare_at": "3"}}}),
        item("update", "variant", "A", {"barcode": "1"}),
    )
    variant.refresh_from_db()
    assert (found, variant.name, variant.barcode) == ([400, 200], "Before", "1")


def test_prices_may_come_and_go_in_one_call(manager) -> None:
    variant = VariantFactory(sku="A", prices={"USD": "10"})
    results(
        manager,
        item("set_price", "variant", "A", {"prices": {"EUR": {"amount": "1"}, "USD": None}}),
        item("set_price", "variant", "A", {"prices": {"EUR": None, "USD": {"amount": "2"}}}),
        item("set_price", "variant", "A", {"prices": {"JPY": {"amount": "3"}}}),
        item("set_price", "variant", "A", {"prices": {"JPY": None}}),
    )
    variant.refresh_from_db()
    assert [(price.currency, price.amount) for price in variant.prices.all()] == [("USD", 2)]
    assert variant.version == 5
    assert manager.get(f"/api/v1/variants/{variant.pk}/").json()["prices"] == {
        "USD": {"amount": "2.00", "compare_at": None}
    }


def test_a_tree_can_be_taken_down_from_its_leaves(manager) -> None:
    bags = CategoryFactory(slug="bags")
    CategoryFactory(slug="packs", parent=bags)
    assert statuses(
        manager,
        item("delete", "category", "bags"),
        item("delete", "category", "packs"),
        item("delete", "category", "bags"),
    ) == [409, 204, 204]


def test_what_products_carried_can_go_with_the_last_of_them(manager) -> None:
    ProductFactory(slug="pack", brand=BrandFactory(slug="acme"), categories=[CategoryFactory(slug="bags")])
    assert statuses(
        manager,
        item("delete", "brand", "acme"),
        item("update", "product", "pack", {"categories": []}),
        item("delete", "category", "bags"),
        item("delete", "product", "pack"),
        item("delete", "brand", "acme"),
    ) == [409, 200, 204, 204, 204]


def test_no_items_are_no_work(manager) -> None:
    assert bulk(manager).json() == {"mode": "per_item", "dry_run": False, "results": []}


@pytest.mark.parametrize("media_type", ["application/json", "application/x-ndjson"])
def test_a_call_with_a_key_lands_once_and_is_answered_again(manager, settings, media_type) -> None:
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 100
    body = orjson.dumps([create_brand("A" * 100)] if media_type == "application/json" else create_brand("A" * 100))
    first, again = (
        manager.generic("POST", ADDRESS, body, content_type=media_type, HTTP_IDEMPOTENCY_KEY="k") for _ in range(2)
    )
    assert first.content == again.content
    assert again["Idempotent-Replayed"] == "true"
    assert Brand.objects.count() == 1
    other = manager.generic("POST", ADDRESS, b"[]", content_type="application/json", HTTP_IDEMPOTENCY_KEY="k")
    assert other.status_code == 422


# --- One bad item


def thousand(bad: int) -> list[dict[str, Any]]:
    return [create_brand(f"Brand {number}" if number != bad else "") for number in range(1_000)]


def test_one_bad_item_of_a_thousand_stops_an_atomic_call_and_is_named(manager) -> None:
    response = bulk(manager, *thousand(777), mode="atomic")
    assert faults(response, "invalid") == {"/777/data/name": "blank"}
    assert not Brand.objects.exists()


def test_one_bad_item_of_a_thousand_is_named_and_the_others_land(manager) -> None:
    found = results(manager, *thousand(777))
    failed = [result for result in found if result["status"] != 201]
    assert [result["index"] for result in failed] == [777]
    assert failed[0]["problem"]["errors"][0]["pointer"] == "/data/name"
    assert Brand.objects.count() == 999


def test_what_the_database_alone_refuses_takes_no_other_item_with_it(manager) -> None:
    window = {"published_from": "2030-01-02T00:00:00Z", "published_until": "2030-01-01T00:00:00Z"}
    items = [item("create", "product", data={"name": f"P {n}", **(window if n == 5 else {})}) for n in range(12)]
    found = results(manager, *items)
    assert [result["index"] for result in found if result["status"] != 201] == [5]
    assert found[5]["problem"]["errors"][0]["code"] == "window_order"
    assert Product.objects.count() == 11


def test_an_atomic_call_answers_as_its_first_bad_item_and_names_all_of_them(manager) -> None:
    VariantFactory(sku="A", stock=1)
    BrandFactory(slug="acme")
    response = bulk(
        manager,
        item("update", "variant", "A", {"name": "New"}),
        item("set_stock", "variant", "A", {"delta": -5}),
        item("create", "brand", data={"name": "Acme", "slug": "acme"}),
        item("delete", "product", "nope"),
        item("create", "product", data={"name": "", "brnd": "acme"}),
        mode="atomic",
    )
    assert faults(response, "insufficient_stock") == {
        "/1/data/delta": "insufficient_stock",
        "/2/data/slug": "duplicate",
        "/3/ref": "not_found",
        "/4/data/name": "blank",
        "/4/data/brnd": "unknown_field",
    }
    assert Variant.objects.get().name == ""


def test_unknown_refs_are_errors_that_say_where(manager) -> None:
    ProductFactory(slug="pack")
    found = results(
        manager,
        item("update", "product", "nope", {"name": "A"}),
        item("upsert", "variant", "nope", {"sku": "A"}),
        item("create", "variant", data={"product": "nope", "sku": "A"}),
        item("update", "product", "pack", {"brand": "nope", "categories": ["no"]}),
        item("set_stock", "variant", 999_999, {"set": 1}),
    )
    assert [(result["status"], [fault["pointer"] for fault in result["problem"]["errors"]]) for result in found] == [
        (404, ["/ref"]),
        (404, ["/ref"]),
        (400, ["/data/product"]),
        (400, ["/data/brand", "/data/categories/0"]),
        (404, ["/ref"]),
    ]


# --- What an item looks like


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        (7, {"/0": "invalid"}),
        ({}, {"/0/op": "required", "/0/resource": "required"}),
        ({"op": "creat", "resource": "brands"}, {"/0/op": "unknown_value", "/0/resource": "unknown_value"}),
        (item("publish", "brand", "a"), {"/0/op": "unsupported_op"}),
        (item("set_stock", "product", "a", {"set": 1}), {"/0/op": "unsupported_op"}),
        (item("update", "brand", data={"name": "A"}), {"/0/ref": "required"}),
        (item("create", "brand", "a", {"name": "A"}), {"/0/ref": "unknown_field"}),
        (item("create", "brand", data={"name": "A"}, version=1), {"/0/version": "unknown_field"}),
        (item("update", "brand", "a", [1]), {"/0/data": "invalid"}),
        (item("update", "brand", "a", {"id": 1}, when=1), {"/0/when": "unknown_field"}),
        (item("delete", "brand", "a", {"name": "A"}), {"/0/data/name": "unknown_field"}),
        (item("update", "brand", True, {}), {"/0/ref": "invalid"}),
        (item("update", "brand", "a", {}, version="1"), {"/0/version": "invalid"}),
        (item("set_stock", "variant", "a", {"set": 1, "delta": 1}), {"/0/data": "exactly_one"}),
        (item("set_price", "variant", "a"), {"/0/data/prices": "required"}),
        (item("set_price", "variant", "a", {"prices": {"USD": 1}}), {"/0/data/prices/USD": "invalid"}),
    ],
)  # fmt: skip
def test_what_is_wrong_with_an_item_is_said_with_pointers(manager, source, expected) -> None:
    assert faults(bulk(manager, source, mode="atomic")) == expected


def test_an_unsupported_pair_is_named(manager) -> None:
    [result] = results(manager, item("archive", "category", "a"))
    detail = result["problem"]["errors"][0]["detail"]
    assert "category" in detail
    assert "archive" in detail


@pytest.mark.parametrize("body", [b"{}", b'"a"', b"7", b"null"])
def test_a_body_that_is_no_array_is_refused(manager, body) -> None:
    problem(send(manager, body, "application/json"), "invalid")


@pytest.mark.parametrize("media_type", ["application/json", "application/x-ndjson"])
def test_an_empty_body_is_refused(manager, media_type) -> None:
    assert send(manager, b"", media_type).status_code == 400


def test_parameters_are_strict(manager) -> None:
    assert faults(send(manager, b"[]", "application/json", "?mode=all&dryrun=1")) == {
        "mode": "unknown_value",
        "dryrun": "unknown_parameter",
    }


# --- NDJSON


def test_lines_end_as_they_like(manager) -> None:
    lines = [orjson.dumps(create_brand(f"B {number}")) for number in range(4)]
    body = b"\xef\xbb\xbf" + lines[0] + b"\r\n\n" + lines[1] + b"\n  \r\n" + lines[2] + b"\r" + lines[3]
    response = send(manager, body, query="?mode=atomic")
    assert [result["status"] for result in response.json()["results"]] == [201] * 4


@pytest.mark.parametrize("mode", ["atomic", "per_item"])
@pytest.mark.parametrize("line", [b'{"op": ', b"\xff", b'{"op": 1, "op": 2}', b"NaN"])
def test_a_malformed_line_is_named_and_nothing_lands(manager, line, mode) -> None:
    body = orjson.dumps(create_brand("A")) + b"\n\r\n" + line + b"\n"
    assert problem(send(manager, body, query=f"?mode={mode}"), "malformed")["detail"].startswith("Line 3 ")
    assert not Brand.objects.exists()


# --- Limits


@pytest.mark.parametrize("media_type", ["application/json", "application/x-ndjson"])
def test_one_item_too_many_is_413(manager, media_type) -> None:
    items = [orjson.dumps(create_brand(f"B {number}")) for number in range(1_001)]
    body = b"\n".join(items) if "nd" in media_type else b"[" + b",".join(items) + b"]"
    assert "1,000" in problem(send(manager, body, media_type), "too_many_items")["detail"]
    assert not Brand.objects.exists()


@pytest.mark.parametrize("media_type", ["application/json", "application/x-ndjson"])
def test_an_item_over_a_megabyte_is_413_that_names_it(manager, media_type) -> None:
    items = [orjson.dumps(create_brand("A")), orjson.dumps(create_brand("x" * 1_000_000))]
    body = b"\n".join(items) if "nd" in media_type else b"[" + b",".join(items) + b"]"
    detail = problem(send(manager, body, media_type), "payload_too_large")["detail"]
    assert "1,000,000 bytes" in detail
    assert ("line 2" if "nd" in media_type else "index 1") in detail
    assert not Brand.objects.exists()


def test_a_body_over_the_limit_is_413_that_names_it(manager, settings) -> None:
    settings.BULK_MAX_BYTES = 2_000
    body = orjson.dumps([create_brand("A" * 100)] * 20)
    detail = problem(send(manager, body, "application/json"), "payload_too_large")["detail"]
    assert "2,000 bytes" in detail


def test_the_limit_of_other_bodies_does_not_count(manager, settings) -> None:
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 1_000
    assert bulk(manager, *[create_brand(f"B {number}") for number in range(50)]).status_code == 200


# --- Rights


def test_without_credentials_a_call_is_401(anyone) -> None:
    response = send(anyone, b"{", "text/plain", "?nope=1")
    problem(response, "not_authenticated")
    assert response["WWW-Authenticate"].startswith("Bearer")


def test_whoever_may_write_nothing_is_refused_whatever_the_body_says(stranger, viewer) -> None:
    for client in (stranger, viewer):
        problem(send(client, b"{", "text/plain", "?nope=1"), "permission_denied")


def test_a_missing_right_refuses_an_atomic_call_and_one_item_of_another(editor) -> None:
    brand = BrandFactory(slug="acme")
    items = [create_brand("New"), item("delete", "brand", "acme"), create_brand("")]
    problem(bulk(editor, *items, mode="atomic"), "permission_denied")
    assert list(Brand.objects.all()) == [brand]
    found = results(editor, *items)
    assert [result["status"] for result in found] == [201, 403, 400]
    assert "products.delete_brand" in found[1]["problem"]["detail"]


@pytest.mark.parametrize(
    ("right", "allowed"),
    [
        ("add_variant", item("create", "variant", data={"product": "pack", "sku": "N"})),
        ("change_variant", item("set_price", "variant", "A", {"prices": {}})),
        ("change_variant", item("set_stock", "variant", "A", {"set": 1})),
        ("change_product", item("archive", "product", "pack")),
        ("delete_product", item("delete", "product", "pack")),
    ],
)
def test_the_right_needed_is_that_of_the_single_request(right, allowed) -> None:
    VariantFactory(sku="A", product=ProductFactory(slug="pack"))
    assert statuses(with_permissions(right), allowed)[0] < 300
    assert statuses(with_permissions("add_category"), allowed) == [403]


def test_an_upsert_needs_both_rights_and_those_on_variants_where_it_brings_some() -> None:
    plain = item("upsert", "product", data={"slug": "a", "name": "A"})
    nested = item("upsert", "product", data={"slug": "b", "name": "B", "variants": [{"sku": "B"}]})
    assert statuses(with_permissions("add_product"), plain) == [403]
    assert statuses(with_permissions("add_product", "change_product"), plain, nested) == [201, 403]


def test_whoever_may_change_but_not_see_changes_what_is_visible_alone() -> None:
    ProductFactory(slug="seen")
    VariantFactory(sku="H", product=ProductFactory(slug="hidden", status="draft", variants=0))
    client = with_permissions("change_product", "change_variant")
    assert statuses(
        client,
        item("update", "product", "seen", {"name": "A"}),
        item("update", "product", "hidden", {"name": "A"}),
        item("set_stock", "variant", "H", {"set": 1}),
    ) == [200, 404, 404]


# --- As a job


@pytest.fixture
def uploads(settings: Any, tmp_path: Path) -> Path:
    settings.UPLOAD_DIR = tmp_path / "uploads"
    return tmp_path / "uploads"


def ask(client: APIClient, body: bytes, media_type: str = "application/x-ndjson", query: str = "", **more: Any) -> Any:
    headers = {"HTTP_PREFER": "respond-async", **more}
    return client.generic("POST", f"{ADDRESS}{query}", body, content_type=media_type, **headers)


def many(count: int, media_type: str) -> bytes:
    items = [orjson.dumps(create_brand(f"B {number}")) for number in range(count)]
    return b"\n".join(items) if "nd" in media_type else b"[" + b",".join(items) + b"]"


@pytest.mark.parametrize("media_type", ["application/json", "application/x-ndjson"])
@pytest.mark.parametrize("query", ["", "?mode=per_item"])
def test_a_call_of_any_size_becomes_a_job_for_who_prefers_that(manager, uploads, media_type, query) -> None:
    response = ask(manager, many(1_001, media_type), media_type, query)
    job = response.json()
    assert response.status_code == 202
    assert response["Preference-Applied"] == "respond-async"
    assert response["Location"] == f"http://testserver/api/v1/jobs/{job['id']}/"
    assert (job["kind"], job["status"], job["owner"], job["dry_run"]) == ("bulk", "queued", "manager", False)
    assert not Brand.objects.exists()
    run_all()
    job = manager.get(response["Location"]).json()
    assert (job["status"], job["total"], job["summary"]) == ("succeeded", 1_001, {"created": 1_001})
    assert Brand.objects.count() == 1_001


def test_the_items_that_failed_are_lines_with_index_and_problem(manager, uploads) -> None:
    body = orjson.dumps(create_brand("A")) + b"\n" + orjson.dumps(create_brand(""))
    location = ask(manager, body, query="?mode=per_item")["Location"]
    run_all()
    [line] = b"".join(manager.get(f"{location}failures/")).splitlines()
    failure = orjson.loads(line)
    assert (failure["index"], failure["problem"]["errors"][0]["pointer"]) == (1, "/data/name")


def test_a_dry_run_may_be_a_job_too(manager, uploads) -> None:
    response = ask(manager, orjson.dumps(create_brand("A")), query="?dry_run=true")
    run_all()
    job = manager.get(response["Location"]).json()
    assert (job["dry_run"], job["summary"]) == (True, {"created": 1})
    assert not Brand.objects.exists()


def test_a_job_with_a_key_is_queued_once_and_answered_again(manager, settings, uploads) -> None:
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 100
    body = many(100, "application/x-ndjson")
    first, again = (ask(manager, body, query="?mode=per_item", HTTP_IDEMPOTENCY_KEY="k") for _ in range(2))
    assert (first.status_code, again.status_code) == (202, 202)
    assert first.content == again.content
    assert (again["Idempotent-Replayed"], again["Preference-Applied"]) == ("true", "respond-async")
    assert again["Location"] == first["Location"]
    other = ask(manager, b"{}", query="?mode=per_item", HTTP_IDEMPOTENCY_KEY="k")
    assert other.status_code == 422
    assert Job.objects.count() == len(list(uploads.iterdir())) == 1


@pytest.mark.parametrize(
    ("media_type", "query", "status"),
    [
        ("application/x-ndjson", "?mode=per_item", 202),
        ("application/x-ndjson", "?mode=atomic", 413),
        ("application/json", "?mode=per_item", 413),
    ],
)
def test_what_has_to_be_held_as_a_whole_has_the_lower_limit(manager, settings, uploads, media_type, query, status):
    settings.BULK_MAX_BYTES, settings.IMPORT_MAX_BYTES = 1_000, 10_000
    assert ask(manager, many(50, media_type), media_type, query).status_code == status
    problem(ask(manager, many(500, media_type), media_type, query), "payload_too_large")
    assert Job.objects.count() == (status == 202)


def test_a_body_of_a_job_may_be_gzipped_and_must_be_json_of_a_kind(manager, uploads) -> None:
    body = gzip.compress(many(3, "application/x-ndjson"))
    assert ask(manager, body, HTTP_CONTENT_ENCODING="gzip").status_code == 202
    problem(ask(manager, body, "text/csv"), "unsupported_media_type")
    problem(ask(manager, b""), "malformed")
    assert len(list(uploads.iterdir())) == 1
    run_all()
    assert Brand.objects.count() == 3


def test_a_job_is_asked_for_with_a_right_to_write(anyone, viewer, uploads) -> None:
    problem(ask(anyone, b"{", "text/plain", "?nope=1"), "not_authenticated")
    problem(ask(viewer, b"{", "text/plain", "?nope=1"), "permission_denied")
    assert not uploads.exists()
