"""The OpenAPI document: complete, true to its own examples, and true to what the API answers."""

import re
from typing import Any

import pytest
from django.core.management import call_command
from django.urls import path
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.utils import extend_schema
from jsonschema import Draft202012Validator
from rest_framework.response import Response
from rest_framework.test import APIClient
from rest_framework.views import APIView

from catalog_project.api.problems import PROBLEMS
from catalog_project.api.schema import FaultSerializer
from tests.factories.accounts import UserFactory
from tests.factories.products import AttributeFactory, BrandFactory, CategoryFactory, ProductFactory, VariantFactory

PRODUCT_PARAMETERS = {
    "search",
    "attributes",
    "facets",
    "category",
    "brand",
    "product_type",
    "status",
    "sku",
    "external_id",
    "id__in",
    "price__gte",
    "price__lte",
    "currency",
    "in_stock",
    "created_at__gte",
    "created_at__lt",
    "updated_at__gte",
    "updated_at__lt",
    "ordering",
    "fields",
    "omit",
    "page_size",
    "cursor",
    "count",
}
PARAMETERS = {
    "run_bulk": {"mode", "dry_run"},
    "list_products": PRODUCT_PARAMETERS,
    "get_product": {"fields", "omit"},
    "list_variants": {"search", "sku", "barcode", "product", "ordering", "page_size", "cursor", "count"},
    "list_product_variants": {"search", "sku", "barcode", "product", "ordering", "page_size", "cursor", "count"},
    "list_categories": {"search", "parent", "depth", "ordering", "page_size", "cursor", "count"},
    "list_brands": {"search", "ordering", "page_size", "cursor", "count"},
    "list_attributes": {"search", "ordering", "page_size", "cursor", "count"},
    "list_product_types": {"search", "ordering", "page_size", "cursor", "count"},
    "list_api_keys": {"ordering", "page_size", "cursor", "count"},
    "create_import": {"mapping", "create_missing", "dry_run"},
    "list_jobs": {"status", "ordering", "page_size", "cursor", "count"},
    "list_changes": {"since", "entity", "id", "actor", "request_id", "page_size"},
    "list_product_history": {"page_size", "cursor", "count"},
}
# Of lines: an example would be taken for a JSON text.
WITHOUT_EXAMPLES = {"application/x-ndjson", "text/csv"}
UNVERSIONED = {"get_me", "create_token", "create_api_key", "get_job", "get_job_failures"}
GUARDED = {"list_changes", "list_product_history", "list_jobs", "get_job", "get_job_failures"}
OPERATIONS = {
    "run_bulk",
    *(
        f"{verb}_{noun}"
        for noun in ("product", "category", "brand", "attribute", "product_type")
        for verb in ("create", "get", "update", "delete")
    ),
    *("list_products", "list_variants", "list_product_variants", "list_categories", "list_brands"),
    *("list_attributes", "list_product_types"),
    *("create_product_variant", "get_variant", "update_variant", "delete_variant", "move_stock", "move_category"),
    *("publish_product", "archive_product"),
    *("list_changes", "revert_change", "list_product_history"),
    *("create_import", "list_jobs", "get_job", "get_job_failures", "cancel_job"),
    *("create_token", "refresh_token", "logout", "get_me", "change_password"),
    *("list_api_keys", "create_api_key", "delete_api_key"),
}


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    return SchemaGenerator().get_schema(request=None, public=True)


@pytest.fixture(scope="module")
def operations(document) -> dict[str, dict[str, Any]]:
    """Every operation by its id, its path and method added."""
    return {
        operation["operationId"]: {**operation, "path": path, "method": method}
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
    }


@pytest.fixture(scope="module")
def check(document):
    """Validate a value against a schema of the document."""

    def validate(schema: dict[str, Any], value: Any) -> None:
        Draft202012Validator({**schema, "components": document["components"]}).validate(value)

    return validate


def bodies(operation: dict[str, Any]):
    """Each media type of an operation's request and answers, with its schema and examples."""
    parts = [("request", operation.get("requestBody", {})), *operation["responses"].items()]
    for status, part in parts:
        for media_type, content in part.get("content", {}).items():
            yield status, media_type, content


# --- Complete


def test_it_is_valid_and_warns_of_nothing(tmp_path) -> None:
    target = tmp_path / "openapi.yaml"
    call_command("spectacular", validate=True, fail_on_warn=True, file=str(target))
    assert target.read_text().startswith("openapi: 3.1.0")


def test_operations_are_named_for_what_they_do(operations) -> None:
    assert operations.keys() == OPERATIONS


def test_operations_say_what_they_do(operations) -> None:
    for name, operation in operations.items():
        assert operation["summary"], name
        assert operation["description"], name
        assert operation["tags"], name


def test_lists_declare_their_parameters(operations) -> None:
    for name, operation in operations.items():
        declared = {part["name"] for part in operation.get("parameters", []) if part["in"] == "query"}
        assert declared == PARAMETERS.get(name, set()), name


def test_every_parameter_is_explained(operations) -> None:
    unexplained = {
        (name, part["name"])
        for name, operation in operations.items()
        for part in operation.get("parameters", [])
        if part["in"] == "query" and not part.get("description")
    }
    assert unexplained == set()


def test_every_operation_lists_its_problems(operations) -> None:
    for name, operation in operations.items():
        answers = set(operation["responses"])
        assert {"400", "401", "406", "414", "500", "503"} <= answers, name
        if "requestBody" in operation:
            assert {"413", "415"} <= answers, name
        if "{" in operation["path"]:
            assert "404" in answers, name
        if operation["method"] != "get" and "/auth/" not in operation["path"]:
            assert {"403", "409"} <= answers, name


def test_every_problem_that_is_listed_is_one_of_its_status(operations, document) -> None:
    for name, operation in operations.items():
        for status, media_type, content in bodies(operation):
            if status >= "400" and status != "request":
                assert media_type == "application/problem+json", name
                assert content["schema"] == {"$ref": "#/components/schemas/Problem"}
                assert {PROBLEMS[code].status for code in content["examples"]} == {int(status)}


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("create_product", "duplicate"),
        ("create_product", "not_publishable"),
        ("publish_product", "not_publishable"),
        ("update_product", "duplicate"),
        ("create_product_variant", "duplicate"),
        ("update_variant", "duplicate"),
        ("delete_variant", "last_variant"),
        ("move_stock", "insufficient_stock"),
        ("move_stock", "stock_not_tracked"),
        ("move_category", "category_cycle"),
        ("delete_category", "in_use"),
        ("delete_brand", "in_use"),
        ("revert_change", "changed_since"),
        ("revert_change", "not_revertible"),
    ],
)
def test_conflicts_are_listed_where_they_arise(operations, name, code) -> None:
    assert code in operations[name]["responses"]["409"]["content"]["application/problem+json"]["examples"]


def test_every_post_outside_of_sign_in_takes_a_key_and_says_so(operations) -> None:
    for name, operation in operations.items():
        takes = operation["method"] == "post" and "/auth/" not in operation["path"]
        headers = {part["name"] for part in operation.get("parameters", []) if part["in"] == "header"}
        assert ("Idempotency-Key" in headers) is takes, name
        answers = [part for status, part in operation["responses"].items() if status < "300"]
        assert all(("Idempotent-Replayed" in part.get("headers", {})) is takes for part in answers), name
        assert ("422" in operation["responses"]) is takes, name


@pytest.mark.parametrize(
    ("status", "code"),
    [("400", "invalid_idempotency_key"), ("409", "idempotency_in_flight"), ("422", "idempotency_key_reused")],
)
def test_what_a_key_can_lead_to_is_listed(operations, status, code) -> None:
    for name in ("create_product", "publish_product", "move_stock", "move_category", "create_product_variant"):
        assert code in operations[name]["responses"][status]["content"]["application/problem+json"]["examples"]


def test_what_is_created_says_where_it_is(operations) -> None:
    for name, operation in operations.items():
        if "201" in operation["responses"]:
            assert operation["responses"]["201"]["headers"]["Location"]["schema"]["format"] == "uri", name


def test_conditions_are_documented_where_they_are_looked_at(operations) -> None:
    def having(name: str) -> set[str]:
        return {
            operation
            for operation, found in operations.items()
            if any(each["in"] == "header" and each["name"] == name for each in found.get("parameters", ()))
        }

    nouns = ("product", "variant", "category", "brand", "attribute", "product_type")
    reads = {f"get_{noun}" for noun in nouns}
    acts = {"publish_product", "archive_product", "move_category", "move_stock"}
    edits = {f"{verb}_{noun}" for verb in ("update", "delete") for noun in nouns} | acts
    assert having("If-None-Match") == reads
    assert having("If-Match") == edits
    assert {name for name, found in operations.items() if "304" in found["responses"]} == reads
    for name in edits:
        assert {"400", "412"} <= operations[name]["responses"].keys()
        assert ("428" in operations[name]["responses"]) == (name != "move_stock")


def test_what_is_shown_on_its_own_has_a_tag(operations) -> None:
    for name, operation in operations.items():
        for status, answer in operation["responses"].items():
            if name.startswith(("get_", "create_", "update_")) and status in {"200", "201", "304"}:
                assert ("ETag" in answer.get("headers", {})) == (name not in UNVERSIONED), name


def headers_of(operation: dict[str, Any], name: str) -> set[str]:
    """The statuses whose answers are said to have a header."""
    return {status for status, answer in operation["responses"].items() if name in answer.get("headers", {})}


def test_who_is_to_wait_hears_how_long(operations) -> None:
    for name, operation in operations.items():
        waits = {"429", "503"} | ({"409"} if "Idempotency-Key" in str(operation.get("parameters")) else set())
        assert headers_of(operation, "Retry-After") == waits, name


def test_limits_are_told_wherever_a_request_counts_in_one(operations) -> None:
    for name, operation in operations.items():
        known = {status for status in operation["responses"] if status < "500"} - {"414"}
        counted = {"429"} if name == "create_token" else known
        assert headers_of(operation, "RateLimit") == headers_of(operation, "RateLimit-Policy") == counted, name


def test_only_what_anyone_may_read_is_said_to_be_served_stale(operations) -> None:
    stale = {name for name, operation in operations.items() if headers_of(operation, "X-Served-Stale")}
    nouns = {"product", "variant", "category", "brand", "attribute", "product_type"}
    assert {f"get_{noun}" for noun in nouns} <= stale
    assert {"list_products", "list_brands", "list_product_variants"} <= stale
    assert not {name for name in stale if not name.startswith(("get_", "list_"))}
    assert not stale & {"get_me", "get_job", "list_jobs", "list_changes", "list_product_history", "list_api_keys"}
    for name in stale:
        statuses = {"200", "304"} & operations[name]["responses"].keys()
        assert headers_of(operations[name], "X-Served-Stale") == headers_of(operations[name], "Age") == statuses


def test_a_write_that_is_stale_is_told_the_tag_of_now(operations) -> None:
    stale = {name for name, operation in operations.items() if "412" in operation["responses"]}
    assert {name for name in stale if "412" in headers_of(operations[name], "ETag")} == stale - {"run_bulk"}


def test_strict_bodies_allow_no_other_keys(document, operations) -> None:
    for operation in operations.values():
        for status, media_type, content in bodies(operation):
            if status == "request" and "ndjson" not in media_type and "csv" not in media_type:
                shape = content["schema"].get("items", content["schema"])
                component = document["components"]["schemas"][shape["$ref"].rpartition("/")[2]]
                assert component["additionalProperties"] is False


def test_patches_may_say_that_they_are_merge_patches(operations) -> None:
    for name in ("update_product", "update_variant", "update_category", "update_brand"):
        assert set(operations[name]["requestBody"]["content"]) == {"application/json", "application/merge-patch+json"}


def test_reads_need_no_credentials_and_writes_do(operations) -> None:
    for name, operation in operations.items():
        if "/auth/" not in operation["path"]:
            is_open = operation["method"] == "get" and name not in GUARDED
            assert operation["security"] == [{"jwt": []}, {"apiKey": []}, *([{}] if is_open else [])], name


def test_a_view_that_names_nothing_is_named_by_its_address() -> None:
    class Plain(APIView):
        @extend_schema(responses=FaultSerializer)
        def get(self, request) -> Response:
            """What it says."""

    document = SchemaGenerator(patterns=[path("api/v1/plain/", Plain.as_view())]).get_schema(public=True)
    operation = document["paths"]["/api/v1/plain/"]["get"]
    assert (operation["operationId"], operation["description"]) == ("plain_retrieve", "What it says.")
    assert "summary" not in operation


# --- True


def test_every_body_has_examples_and_each_fits_its_schema(operations, check) -> None:
    for name, operation in operations.items():
        for status, media_type, content in bodies(operation):
            examples = content.get("examples", {})
            assert examples or (status == "request" and media_type in WITHOUT_EXAMPLES), (name, status, media_type)
            for example in examples.values():
                check(content["schema"], example["value"])


@pytest.fixture
def catalog(db) -> dict[str, Any]:
    bags = CategoryFactory(slug="bags")
    made = ProductFactory(
        slug="bag",
        categories=[CategoryFactory(slug="packs", parent=bags)],
        brand=BrandFactory(slug="acme"),
        published_from="2020-01-01T00:00:00Z",
        external_id="x",
        attributes={"a": [None, 1]},
        variants=0,
    )
    VariantFactory(product=made, prices={"USD": "1", "JPY": "5"}, stock=0, weight_g=5)
    ProductFactory(variants=0)
    return {"products": "bag", "variants": made.variants.get().pk, "categories": "packs", "brands": "acme"}


def answer_schema(operation: dict[str, Any], response: Any) -> dict[str, Any]:
    return operation["responses"][str(response.status_code)]["content"][response["Content-Type"]]["schema"]


@pytest.mark.parametrize(
    "name", ["list_products", "list_variants", "list_categories", "list_brands", "list_product_variants"]
)
@pytest.mark.parametrize("parameters", [{}, {"count": "exact", "page_size": "1"}, {"nope": "1"}])
def test_lists_answer_what_the_document_says(catalog, operations, check, name, parameters) -> None:
    response = APIClient().get(operations[name]["path"].replace("{ref}", "bag"), parameters)
    check(answer_schema(operations[name], response), response.json())


@pytest.mark.parametrize("name", ["get_product", "get_variant", "get_category", "get_brand"])
@pytest.mark.parametrize("is_there", [True, False])
def test_details_answer_what_the_document_says(catalog, operations, check, name, is_there) -> None:
    address = operations[name]["path"]
    ref = str(catalog[address.split("/")[3]]) if is_there else "999999"
    response = APIClient().get(address.replace("{ref}", ref))
    assert response.status_code == (200 if is_there else 404)
    check(answer_schema(operations[name], response), response.json())


@pytest.mark.parametrize("parameters", [{"fields": "id,variants"}, {"omit": "variants"}])
@pytest.mark.parametrize("name", ["list_products", "get_product"])
def test_trimmed_products_answer_what_the_document_says(catalog, operations, check, name, parameters) -> None:
    response = APIClient().get(operations[name]["path"].replace("{ref}", "bag"), parameters)
    assert response.status_code == 200
    check(answer_schema(operations[name], response), response.json())


@pytest.mark.parametrize("name", ["list_changes", "list_product_history", "revert_change"])
def test_changes_are_what_the_document_says(catalog, operations, check, name) -> None:
    editor = APIClient()
    editor.force_authenticate(UserFactory(role="catalog_editor"))
    editor.patch("/api/v1/products/bag/", {"name": "New", "categories": []})
    editor.get("/api/v1/changes/")
    address = operations[name]["path"].replace("{ref}", "bag").replace("{sequence}", "1")
    response = editor.generic(operations[name]["method"], address)
    assert response.status_code == 200
    check(answer_schema(operations[name], response), response.json())


def test_the_examples_of_bodies_are_taken_as_they_stand(operations, db) -> None:
    """Whoever copies them from the documentation meets no refusal of their shape."""
    manager = APIClient()
    manager.force_authenticate(UserFactory(role="catalog_manager"))
    BrandFactory(slug="acme")
    CategoryFactory(slug="bags")
    manager.post("/api/v1/categories/", {"name": "Backpacks"})
    AttributeFactory(code="color")
    for name in ("create_attribute", "create_product_type", "create_product", "create_brand", "create_category"):
        [example] = operations[name]["requestBody"]["content"]["application/json"]["examples"].values()
        response = manager.post(operations[name]["path"], example["value"])
        assert response.status_code == 201, response.content


# --- Served


@pytest.mark.parametrize(
    ("accept", "media_type"),
    [
        ("*/*", "application/json"),
        ("application/json", "application/json"),
        ("application/vnd.oai.openapi+json", "application/vnd.oai.openapi+json"),
        ("application/vnd.oai.openapi", "application/vnd.oai.openapi"),
    ],
)
def test_the_document_is_served_in_several_forms(client, accept, media_type) -> None:
    response = client.get("/api/schema/", HTTP_ACCEPT=accept)
    assert (response.status_code, response["Content-Type"].partition(";")[0]) == (200, media_type)
    assert b"3.1.0" in response.content


@pytest.mark.parametrize("address", ["/api/docs/", "/api/redoc/"])
def test_the_pages_load_nothing_from_elsewhere(client, address) -> None:
    page = client.get(address).content.decode()
    assert re.findall(r'(?:src|href)="(?:https?:)?//[^"]+"', page) == []
    assert re.search(r'(?:src|href)="/static/drf_spectacular_sidecar/', page)
