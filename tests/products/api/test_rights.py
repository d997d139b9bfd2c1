"""Who may do what: asked before anything else is said, the existence of what is named included."""

import pytest
from django.contrib.auth.models import Permission
from rest_framework.test import APIClient

from tests.answers import problem
from tests.factories.accounts import UserFactory
from tests.factories.products import (
    AttributeFactory,
    BrandFactory,
    CategoryFactory,
    ProductFactory,
    ProductTypeFactory,
)
from tests.products.conftest import signed_in

# method, address, model, verb: the permission that a write needs
WRITES = [
    ("POST", "products/", "product", "add"),
    ("PATCH", "products/{product}/", "product", "change"),
    ("DELETE", "products/{product}/", "product", "delete"),
    ("POST", "products/{product}/publish/", "product", "change"),
    ("POST", "products/{product}/archive/", "product", "change"),
    ("POST", "products/{product}/variants/", "variant", "add"),
    ("PATCH", "variants/{variant}/", "variant", "change"),
    ("DELETE", "variants/{variant}/", "variant", "delete"),
    ("POST", "variants/{variant}/stock/", "variant", "change"),
    ("POST", "categories/", "category", "add"),
    ("PATCH", "categories/{category}/", "category", "change"),
    ("DELETE", "categories/{category}/", "category", "delete"),
    ("POST", "categories/{category}/move/", "category", "change"),
    ("POST", "brands/", "brand", "add"),
    ("PATCH", "brands/{brand}/", "brand", "change"),
    ("DELETE", "brands/{brand}/", "brand", "delete"),
    ("POST", "attributes/", "attribute", "add"),
    ("PATCH", "attributes/{attribute}/", "attribute", "change"),
    ("DELETE", "attributes/{attribute}/", "attribute", "delete"),
    ("POST", "product-types/", "producttype", "add"),
    ("PATCH", "product-types/{type}/", "producttype", "change"),
    ("DELETE", "product-types/{type}/", "producttype", "delete"),
]
# What managers alone decide.
DEFINITIONS = ("attribute", "producttype")
BODIES = {
    "products/": {"name": "A"},
    "products/{product}/variants/": {"sku": "NEW"},
    "variants/{variant}/stock/": {"delta": 1},
    "categories/": {"name": "A"},
    "categories/{category}/move/": {"position": 1},
    "brands/": {"name": "A"},
    "attributes/": {"code": "a", "name": "A", "type": "text"},
    "product-types/": {"code": "a", "name": "A"},
}
writes = pytest.mark.parametrize(("method", "address", "model", "verb"), WRITES)


@pytest.fixture
def refs(db) -> dict[str, str]:
    made = ProductFactory(slug="product", variants=2, variants__stock=5)
    CategoryFactory(slug="category")
    BrandFactory(slug="brand")
    AttributeFactory(code="attribute")
    ProductTypeFactory(code="type")
    same = {name: name for name in NOWHERE}
    return {**same, "variant": str(made.variants.first().pk)}


NOWHERE = {
    "product": "nope",
    "variant": "999999",
    "category": "nope",
    "brand": "nope",
    "attribute": "nope",
    "type": "nope",
}


def send(client: APIClient, method: str, address: str, refs: dict[str, str]):
    body = {} if method == "DELETE" else BODIES.get(address, {})
    return client.generic(method, f"/api/v1/{address.format(**refs)}", _json(body), content_type="application/json")


def _json(body: object) -> str:
    return str(body).replace("'", '"')


def with_permissions(*codenames: str) -> APIClient:
    user = UserFactory()
    user.user_permissions.set(Permission.objects.filter(codename__in=codenames))
    client = APIClient()
    client.force_authenticate(user)
    return client


@writes
def test_a_write_without_credentials_is_401_with_a_challenge(anyone, refs, method, address, model, verb) -> None:
    response = send(anyone, method, address, refs)
    problem(response, "not_authenticated")
    assert response["WWW-Authenticate"].startswith("Bearer")


@writes
def test_a_write_without_the_right_is_403(stranger, viewer, refs, method, address, model, verb) -> None:
    for client in (stranger, viewer):
        problem(send(client, method, address, refs), "permission_denied")


@writes
def test_the_right_needed_is_the_matching_one_alone(refs, method, address, model, verb) -> None:
    others = {"add", "change", "delete"} - {verb}
    problem(
        send(with_permissions(*(f"{other}_{model}" for other in others)), method, address, refs), "permission_denied"
    )
    assert send(with_permissions(f"{verb}_{model}"), method, address, refs).status_code < 300


@pytest.mark.parametrize(("method", "address"), [row[:2] for row in WRITES if "{" in row[1]])
def test_rights_are_tested_before_existence(anyone, viewer, manager, method, address) -> None:
    problem(send(anyone, method, address, NOWHERE), "not_authenticated")
    problem(send(viewer, method, address, NOWHERE), "permission_denied")
    problem(send(manager, method, address, NOWHERE), "not_found")


@writes
def test_rights_are_tested_before_the_body_and_the_parameters(
    anyone, viewer, refs, method, address, model, verb
) -> None:
    address = f"/api/v1/{address.format(**refs)}?nope=1"
    for client, code in ((anyone, "not_authenticated"), (viewer, "permission_denied")):
        problem(client.generic(method, address, b"{", content_type="application/json"), code)
        problem(client.generic(method, address, b"{", content_type="text/plain"), code)


@writes
@pytest.mark.parametrize("role", ["editor", "manager"])
def test_editors_add_and_change_and_managers_delete_and_define_too(refs, method, address, model, verb, role) -> None:
    may = role == "manager" or (verb != "delete" and model not in DEFINITIONS)
    assert (send(signed_in(role), method, address, refs).status_code < 300) == may


def test_a_right_that_is_taken_away_is_gone_with_the_next_request(refs) -> None:
    user = UserFactory(role="catalog_editor")
    client = APIClient()
    answers = []
    for _ in range(2):
        client.force_authenticate(type(user).objects.get(pk=user.pk))
        answers.append(send(client, "PATCH", "brands/{brand}/", refs).status_code)
        user.groups.clear()
    assert answers == [200, 403]


@pytest.mark.parametrize(
    "header", ["Bearer", "Bearer x", "Bearer a.b.c", "Bearer \xff", "bearer  ", "Basic YTpi", "Token x"]
)
@pytest.mark.parametrize("method", ["GET", "POST", "PATCH"])
def test_credentials_that_are_not_valid_never_break_anything(anyone, refs, header, method) -> None:
    response = anyone.generic(
        method, "/api/v1/brands/brand/", b"{}", content_type="application/json", HTTP_AUTHORIZATION=header
    )
    assert response.status_code in ({200, 401} if method == "GET" else {401, 405})
    if response.status_code == 401:
        assert response["WWW-Authenticate"].startswith("Bearer")
        assert response["Content-Type"] == "application/problem+json"


def test_whoever_may_change_but_not_see_changes_what_is_visible_alone(refs) -> None:
    draft = ProductFactory(status="draft")
    client = with_permissions("change_product", "change_variant", "add_variant")
    assert client.patch("/api/v1/products/product/", {"name": "B"}).status_code == 200
    problem(client.patch(f"/api/v1/products/{draft.pk}/", {"name": "B"}), "not_found")
    problem(client.patch(f"/api/v1/variants/{draft.variants.get().pk}/", {"name": "B"}), "not_found")
    problem(client.post(f"/api/v1/products/{draft.pk}/variants/", {"sku": "B"}), "not_found")


def test_whoever_may_add_but_not_see_is_shown_what_was_made(refs) -> None:
    response = with_permissions("add_product").post("/api/v1/products/", {"name": "Draft"})
    assert (response.status_code, response.json()["status"]) == (201, "draft")
