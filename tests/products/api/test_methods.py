"""Which methods each address knows, in both forms; every other one is 405 for everybody."""

import pytest

from catalog_project.jobs.models import Job
from products.models import Change
from tests.answers import problem
from tests.factories.products import (
    AttributeFactory,
    BrandFactory,
    CategoryFactory,
    ProductFactory,
    ProductTypeFactory,
)

ALLOWED = {
    "products/": "GET POST",
    "products/{product}/": "GET PATCH DELETE",
    "products/{product}/publish/": "POST",
    "products/{product}/archive/": "POST",
    "products/{product}/variants/": "GET POST",
    "variants/": "GET",
    "variants/{variant}/": "GET PATCH DELETE",
    "variants/{variant}/stock/": "POST",
    "categories/": "GET POST",
    "categories/{category}/": "GET PATCH DELETE",
    "categories/{category}/move/": "POST",
    "brands/": "GET POST",
    "brands/{brand}/": "GET PATCH DELETE",
    "attributes/": "GET POST",
    "attributes/{attribute}/": "GET PATCH DELETE",
    "bulk/": "POST",
    "product-types/": "GET POST",
    "product-types/{type}/": "GET PATCH DELETE",
    "imports/": "POST",
    "jobs/": "GET",
    "jobs/{job}/": "GET",
    "jobs/{job}/failures/": "GET",
    "jobs/{job}/cancel/": "POST",
    "changes/": "GET",
    "changes/{change}/revert/": "POST",
    "products/{product}/history/": "GET",
}
METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT", "PROPFIND", "X"]
addresses = pytest.mark.parametrize("address", ALLOWED)


def allowed(address: str) -> set[str]:
    methods = set(ALLOWED[address].split())
    return methods | {"HEAD"} if "GET" in methods else methods


OTHERS = [(address, method) for address in ALLOWED for method in METHODS if method not in allowed(address)]


@pytest.fixture
def refs(db) -> dict[str, object]:
    made = ProductFactory(slug="product", variants=2)
    CategoryFactory(slug="category")
    BrandFactory(slug="brand")
    AttributeFactory(code="attribute")
    ProductTypeFactory(code="type")
    Change.objects.create(
        sequence=1, entity="product", entity_id=made.pk, product_id=made.pk, action="update", version=1, changes="{}"
    )
    same = {name: name for name in ("product", "category", "brand", "attribute", "type")}
    job = Job.objects.create(kind="import", size=1, upload="none.upload")
    return {**same, "variant": made.variants.first().pk, "job": job.pk, "change": 1}


@pytest.mark.parametrize(("address", "method"), OTHERS)
def test_what_an_address_does_not_know_is_405_for_everybody(anyone, viewer, manager, refs, address, method) -> None:
    for client in (anyone, viewer, manager):
        for form in (address, address.rstrip("/")):
            response = client.generic(method, f"/api/v1/{form.format(**refs)}", b"{}", content_type="application/json")
            assert response.status_code == 405
            assert response["Content-Type"] == "application/problem+json"
            assert method == "HEAD" or problem(response, "method_not_allowed")
            assert set(response["Allow"].split(", ")) == allowed(address)


@addresses
def test_both_forms_of_an_address_are_one(anyone, manager, refs, address) -> None:
    """Whatever is sent, the answers differ in nothing but their request ids."""
    for method in allowed(address) - {"DELETE"}:
        for client in (anyone, manager):
            answers = []
            for form in (address, address.rstrip("/")):
                response = client.generic(
                    method,
                    f"/api/v1/{form.format(**refs)}",
                    b"[]",
                    content_type="application/json",
                    HTTP_X_REQUEST_ID="same",
                )
                answers.append((response.status_code, b"".join(response)))
            assert answers[0] == answers[1]
            assert answers[0][0] in {200, 400, 401, 403, 415}


@addresses
@pytest.mark.parametrize(
    "accept", ["text/html", "application/xml", "image/*", "garbage", "text/html, application/xml;q=0.9"]
)
def test_only_json_is_served(manager, refs, address, accept) -> None:
    for method in allowed(address) - {"HEAD"}:
        response = manager.generic(
            method, f"/api/v1/{address.format(**refs)}", b"{}", content_type="application/json", HTTP_ACCEPT=accept
        )
        problem(response, "not_acceptable")


@pytest.mark.parametrize(
    "accept",
    ["application/json", "*/*", "application/*", "text/html, */*;q=0.1", "application/json;q=0.5", ";;;,*/*"],
)
def test_json_is_served_to_whoever_takes_it(anyone, accept) -> None:
    response = anyone.get("/api/v1/products/", HTTP_ACCEPT=accept)
    assert (response.status_code, response["Content-Type"]) == (200, "application/json")


@pytest.mark.parametrize(
    "address", ["products//", "product/", "products/a/b/", "variants/a/", "/", "v2/", "bulk/a/", "products/a/publish/x"]
)
@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "DELETE", "PATCH", "OPTIONS", "HEAD"])
def test_what_is_no_address_is_404(anyone, address, method) -> None:
    response = anyone.generic(method, f"/api/v1/{address}", b"{}", content_type="application/json")
    if method == "HEAD":
        assert response.status_code == 404
    else:
        problem(response, "not_found")
