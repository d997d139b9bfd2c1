"""ETag and If-None-Match on every detail."""

from decimal import Decimal
from itertools import product
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from products.models import Product
from products.services.attributes import update_attribute
from products.services.brands import update_brand
from products.services.categories import update_category
from products.services.product_types import update_product_type
from products.services.products import archive_product, update_product
from products.services.variants import move_stock, update_variant
from tests.answers import problem
from tests.factories.products import (
    AttributeFactory,
    BrandFactory,
    CategoryFactory,
    ProductFactory,
    ProductTypeFactory,
)

DETAILS = [
    "products/trail/",
    "products/trail/?fields=name,version",
    "products/trail/?omit=variants",
    "variants/{variant}/",
    "categories/packs/",
    "brands/acme/",
    "attributes/color/",
    "product-types/bag/",
]
details = pytest.mark.parametrize("path", DETAILS)


@pytest.fixture
def trail(db) -> Product:
    color = AttributeFactory(code="color", type="option", options=["red", "blue"])
    bag = ProductTypeFactory(code="bag")
    bag.attribute_links.create(attribute=color, level="variant")
    packs = CategoryFactory(slug="packs", parent=CategoryFactory(slug="bags"))
    return ProductFactory(
        slug="trail", name="Träil", brand=BrandFactory(slug="acme"), categories=[packs], variants=2, variants__stock=5
    )


def address(path: str, trail: Product) -> str:
    return f"/api/v1/{path.format(variant=trail.variants.first().pk)}"


def tag_of(client: APIClient, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200, answer.content
    return str(answer["ETag"])


@details
def test_every_detail_has_a_strong_tag_the_same_for_everybody_and_every_way(anyone, viewer, trail, path) -> None:
    path = address(path, trail)
    answers = [client.get(path) for client in (anyone, viewer, anyone)] + [anyone.head(path)]
    assert len({answer["ETag"] for answer in answers}) == 1
    version, _, digest = answers[0]["ETag"].strip('"').partition("-")
    assert version == "1"
    assert len(digest) == 32
    assert answers[-1]["Content-Length"] == str(len(answers[0].content))


@details
def test_who_has_it_is_spared_the_body(anyone, viewer, trail, path) -> None:
    path = address(path, trail)
    for client, method, form in product((anyone, viewer), ("get", "head"), ("{}", "W/{}", "*", '"x", {}')):
        whole = client.get(path)
        answer = getattr(client, method)(path, headers={"If-None-Match": form.format(whole["ETag"])})
        assert (answer.status_code, answer.content) == (304, b"")
        for name in ("ETag", "Cache-Control", "Vary"):
            assert answer[name] == whole[name]
        assert not {"Content-Length", "Content-Type"} & set(answer.headers)


@details
def test_who_has_something_else_gets_the_whole(anyone, trail, path) -> None:
    path = address(path, trail)
    for header in ('"x"', "", "nonsense", '"1-0"', '"'):
        assert anyone.get(path, headers={"If-None-Match": header}).content == anyone.get(path).content


def test_a_part_has_a_tag_of_its_own(anyone, trail) -> None:
    queries = ("", "?fields=name", "?fields=id", "?omit=name")
    tags = {tag_of(anyone, f"/api/v1/products/trail/{query}") for query in queries}
    assert len(tags) == len(queries)
    part = "/api/v1/products/trail/?fields=name"
    assert anyone.get(part, headers={"If-None-Match": tag_of(anyone, "/api/v1/products/trail/")}).status_code == 200


CHANGES: list[tuple[str, str, str, Any]] = [
    ("a sale", "products/trail/", "1", lambda p: move_stock(by=None, variant_id=p.variants.first().pk, delta=-1)),
    ("a sale", "variants/{variant}/", "1", lambda p: move_stock(by=None, variant_id=p.variants.first().pk, delta=-1)),
    ("a brand", "products/trail/", "1", lambda p: update_brand(by=None, brand=p.brand, values={"name": "Zeta"})),
    ("a brand", "brands/acme/", "2", lambda p: update_brand(by=None, brand=p.brand, values={"name": "Zeta"})),
    (
        "a category",
        "products/trail/",
        "1",
        lambda p: update_category(by=None, category=p.categories.get(), values={"name": "Zeta"}),
    ),
    (
        "a parent's slug",
        "categories/packs/",
        "1",
        lambda p: update_category(by=None, category=p.categories.get().parent, values={"slug": "zeta"}),
    ),
    ("a product", "products/trail/", "2", lambda p: update_product(by=None, product_id=p.pk, values={"name": "Zeta"})),
    (
        "a product",
        "variants/{variant}/",
        "1",
        lambda p: update_product(by=None, product_id=p.pk, values={"name": "Zeta"}),
    ),
    (
        "a price",
        "variants/{variant}/",
        "2",
        lambda p: update_variant(
            by=None, variant_id=p.variants.first().pk, values={"prices": {"EUR": {"amount": Decimal(1)}}}
        ),
    ),
    (
        "a price",
        "products/trail/",
        "2",
        lambda p: update_variant(
            by=None, variant_id=p.variants.first().pk, values={"prices": {"EUR": {"amount": Decimal(1)}}}
        ),
    ),
]


@pytest.mark.parametrize(("what", "path", "version", "change"), CHANGES)
def test_a_tag_changes_with_the_body_and_its_version_with_edits_alone(
    anyone, trail, what, path, version, change
) -> None:
    path = address(path, trail)
    before = anyone.get(path)
    change(trail)
    answer = anyone.get(path, headers={"If-None-Match": before["ETag"]})
    assert answer.status_code == 200
    assert answer.content != before.content
    assert answer["ETag"] != before["ETag"]
    assert answer["ETag"].startswith(f'"{version}-')


def test_definitions_change_theirs(anyone, trail) -> None:
    before = [tag_of(anyone, "/api/v1/attributes/color/"), tag_of(anyone, "/api/v1/product-types/bag/")]
    color = trail.brand and AttributeFactory._meta.model.objects.get(code="color")
    update_attribute(by=None, attribute=color, values={"options": [{"code": "red", "label": "Rot"}]})
    bag = ProductTypeFactory._meta.model.objects.get(code="bag")
    update_product_type(by=None, product_type=bag, values={"attributes": []})
    after = [tag_of(anyone, "/api/v1/attributes/color/"), tag_of(anyone, "/api/v1/product-types/bag/")]
    assert [tag[:3] for tag in before + after] == ['"1-', '"1-', '"2-', '"2-']


# --- Who may know


@pytest.mark.parametrize("path", ["products/trail/", "products/{id}/", "variants/{variant}/"])
@pytest.mark.parametrize("method", ["get", "head"])
def test_what_nobody_may_see_nobody_has(anyone, stranger, viewer, trail, path, method) -> None:
    path = address(path.replace("{id}", str(trail.pk)), trail)
    archive_product(by=None, product_id=trail.pk)
    tag = tag_of(viewer, path)
    for header in (tag, "*"):
        for client in (anyone, stranger):
            assert getattr(client, method)(path, headers={"If-None-Match": header}).status_code == 404
        assert getattr(viewer, method)(path, headers={"If-None-Match": header}).status_code == 304


@pytest.mark.parametrize("ref", ["nope", "0", "9" * 30, "%00"])
def test_what_is_not_there_nobody_has(anyone, viewer, ref) -> None:
    for client in (anyone, viewer):
        problem(client.get(f"/api/v1/products/{ref}/", headers={"If-None-Match": "*"}), "not_found")


def test_unknown_parameters_are_refused_all_the_same(anyone, trail) -> None:
    problem(anyone.get("/api/v1/products/trail/?x=1", headers={"If-None-Match": "*"}), "invalid")


@pytest.mark.parametrize("path", ["products/", "brands/", "variants/", "products/trail/variants/"])
def test_a_list_has_no_tag(anyone, viewer, trail, path) -> None:
    for client in (anyone, viewer):
        answer = client.get(f"/api/v1/{path}", headers={"If-None-Match": "*"})
        assert (answer.status_code, "ETag" in answer.headers) == (200, False)


# --- Cost


@pytest.mark.parametrize("by_slug", [True, False])
@pytest.mark.parametrize("who", ["anyone", "viewer"])
def test_a_product_is_known_unchanged_by_one_narrow_query(request, trail, who, by_slug) -> None:
    client = request.getfixturevalue(who)
    path = f"/api/v1/products/{trail.slug if by_slug else trail.pk}/"
    tag = tag_of(client, path)
    with CaptureQueriesContext(connection) as queries:
        assert client.get(path, headers={"If-None-Match": tag}).status_code == 304
    [asked] = [query["sql"] for query in queries if "products_listingdocument" in query["sql"]]
    shown = asked.partition(" FROM ")[0].replace('"', "")
    assert shown == (
        "SELECT products_product.version AS product__version, products_listingdocument.digest AS shown__digest"
    )
    assert not any("products_variant" in query["sql"] for query in queries)


@pytest.mark.parametrize("who", ["anyone", "viewer"])
def test_who_has_an_old_one_pays_one_query_more_than_who_has_none(request, trail, who) -> None:
    client, path = request.getfixturevalue(who), "/api/v1/products/trail/"
    client.get(path)
    counts = []
    for headers in ({}, {"If-None-Match": '"x"'}):
        with CaptureQueriesContext(connection) as queries:
            client.get(path, headers=headers)
        counts.append(len(queries))
    assert counts[1] == counts[0] + 1
