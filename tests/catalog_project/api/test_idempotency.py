"""`Idempotency-Key`: a POST that is sent again is answered again, and done once."""

import re
from collections.abc import Iterator
from functools import cached_property
from hashlib import sha256
from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.db import OperationalError, connection
from django.http import HttpResponse
from django.urls import URLPattern, get_resolver, path
from django.utils import timezone
from rest_framework.permissions import AllowAny
from rest_framework.response import Response
from rest_framework.test import APIClient

from catalog_project.api.idempotency import read_key
from catalog_project.api.permissions import SignedIn
from catalog_project.api.query import BooleanParameter, Query
from catalog_project.api.views import StrictView
from catalog_project.errors import DomainError
from catalog_project.idempotency.models import LIFETIME, Record
from catalog_project.observability.routes import _readable
from products.models import Brand, Variant
from products.services.brands import create_brand
from tests.answers import problem
from tests.factories.accounts import UserFactory
from tests.factories.products import BrandFactory, CategoryFactory, ProductFactory, VariantFactory
from tests.threads import at_once

pytestmark = pytest.mark.django_db
BRANDS = "/api/v1/brands/"
OWN = {"X-Request-ID", "Idempotent-Replayed"}


def signed_in(**options: Any) -> APIClient:
    client = APIClient(raise_request_exception=False)
    client.force_authenticate(UserFactory(**options))
    return client


@pytest.fixture
def manager(db) -> APIClient:
    return signed_in(role="catalog_manager")


def post(client: APIClient, address: str = BRANDS, body: Any = None, *, key: str = "k", **options: Any) -> HttpResponse:
    return client.post(address, {"name": "Acme"} if body is None else body, HTTP_IDEMPOTENCY_KEY=key, **options)


def kept(response: HttpResponse) -> tuple[int, dict[str, str], bytes]:
    """All of an answer that is given again."""
    return response.status_code, {name: value for name, value in response.items() if name not in OWN}, response.content


def assert_replayed(response: HttpResponse, first: HttpResponse) -> None:
    assert kept(response) == kept(first)
    assert response["Idempotent-Replayed"] == "true"
    assert response["X-Request-ID"] != first["X-Request-ID"]


# --- The key


@pytest.mark.parametrize(
    ("header", "key"),
    [
        ("a", "a"),
        ("8e03978e-40d5-43dd-bc93-6894a57f9324", "8e03978e-40d5-43dd-bc93-6894a57f9324"),
        ('"8e03978e-40d5"', "8e03978e-40d5"),
        (" a\t", "a"),
        ("!~", "!~"),
        ("a" * 255, "a" * 255),
        (f'"{"a" * 255}"', "a" * 255),
        (r'"a\"b\\c"', r'a"b\c'),
        ('a"b', 'a"b'),
        ("a,b;c=d", "a,b;c=d"),
        (r"a\b", r"a\b"),
    ],
)
def test_a_key_is_visible_ascii_bare_or_quoted(header, key) -> None:
    assert read_key(header) == key


MALFORMED = [
    *("", " ", '""', '"', '"a', "a b", '"a b"', "a\tb", "a\x7f", "ä", '"ä"', "a\x00", "a" * 256, f'"{"a" * 256}"'),
    *('"a"b"', r'"a\"', r'"a\b"', '"a";p=1', '"a", "b"', "a\n", '"a"\n'),
]


@pytest.mark.parametrize("header", MALFORMED)
def test_anything_else_is_no_key(header) -> None:
    with pytest.raises(DomainError) as refused:
        read_key(header)
    assert refused.value.error_code == "invalid_idempotency_key"


def test_a_malformed_key_is_refused_by_the_name_of_its_header(manager) -> None:
    assert "Idempotency-Key" in problem(post(manager, key="a b"), "invalid_idempotency_key")["detail"]
    assert not Brand.objects.exists()


def test_the_bare_and_the_quoted_form_are_one_key(manager) -> None:
    first = post(manager, key='"k"')
    assert_replayed(post(manager, key="k"), first)


# --- Replays


@pytest.fixture
def refs() -> dict[str, object]:
    made = ProductFactory(slug="product", status="draft", variants=2, variants__stock=5)
    CategoryFactory(slug="category")
    return {"variant": made.variants.first().pk}


POSTS = {
    "products/": {"name": "A", "variants": [{"sku": "NEW"}]},
    "products/product/publish/": {},
    "products/product/archive/": {},
    "products/product/variants/": {"sku": "NEW"},
    "variants/{variant}/stock/": {"delta": -2},
    "categories/": {"name": "A"},
    "categories/category/move/": {"position": 1},
    "brands/": {"name": "A"},
    "attributes/": {"code": "a", "name": "A", "type": "text"},
    "product-types/": {"code": "a", "name": "A"},
}


def state() -> list[Any]:
    """All that a POST of the table could change, to the version and the microsecond."""
    documents = [f"/api/v1/{name}/" for name in ("products", "variants", "categories", "brands", "attributes")]
    viewer = signed_in(role="catalog_viewer")
    return [viewer.get(document).json() for document in (*documents, "/api/v1/product-types/")]


@pytest.mark.parametrize("address", POSTS)
def test_every_post_is_done_once_and_answered_alike(manager, refs, address) -> None:
    before = state()
    address, body = f"/api/v1/{address.format(**refs)}", POSTS[address]
    first = post(manager, address, body)
    after = state()
    assert first.status_code in {200, 201}
    assert "Idempotent-Replayed" not in first
    assert after != before or address.endswith("archive/")
    for form in (address, address.rstrip("/")):
        assert_replayed(post(manager, form, body), first)
    assert state() == after


def test_a_replay_carries_the_headers_of_the_answer(manager) -> None:
    first, again = post(manager), post(manager)
    assert again["Location"] == first["Location"] == "http://testserver/api/v1/brands/acme/"
    assert again["Content-Type"] == "application/json"
    assert "X-Request-ID" not in Record.objects.get().headers


def test_what_was_done_is_answered_even_when_it_is_gone(manager) -> None:
    first = post(manager)
    Brand.objects.all().delete()
    assert_replayed(post(manager), first)
    assert not Brand.objects.exists()


def test_after_a_day_a_key_is_a_new_one(manager) -> None:
    post(manager)
    Record.objects.update(created_at=timezone.now() - LIFETIME)
    again = post(manager)
    assert again.json()["slug"] == "acme-2"
    assert_replayed(post(manager), again)


def test_without_a_key_nothing_is_kept(manager) -> None:
    assert [manager.post(BRANDS, {"name": "Acme"}).json()["slug"] for _ in range(2)] == ["acme", "acme-2"]
    assert not Record.objects.exists()


@pytest.mark.parametrize("method", ["get", "patch", "delete"])
def test_other_methods_know_no_keys(manager, method) -> None:
    BrandFactory(slug="acme", name="Acme")
    body = {"name": "B"} if method == "patch" else None
    assert getattr(manager, method)(f"{BRANDS}acme/", body, HTTP_IDEMPOTENCY_KEY=" ").status_code < 300
    assert not Record.objects.exists()


# --- One slot a user, address and key; one request a slot


def test_a_key_is_its_users_own(manager) -> None:
    post(manager)
    assert post(signed_in(role="catalog_editor")).json()["slug"] == "acme-2"


def test_a_key_is_that_of_one_address(manager) -> None:
    assert post(manager).json()["slug"] == post(manager, "/api/v1/categories/").json()["slug"]
    assert Record.objects.count() == 2


@pytest.mark.parametrize(
    "change",
    [
        {"body": b'{"name": "Other"}'},
        {"body": b'{"name":  "Acme"}'},
        {"body": b""},
        {"content_type": "application/merge-patch+json"},
        {"content_type": "text/plain"},
    ],
)
def test_another_request_under_a_used_key_is_refused(manager, change) -> None:
    same = {"body": b'{"name": "Acme"}', "content_type": "application/json"}
    post(manager, **same)
    problem(post(manager, **{**same, **change}), "idempotency_key_reused")
    assert Brand.objects.count() == 1


def test_parameters_of_the_media_type_make_no_other_request(manager) -> None:
    first = post(manager, body=b'{"name": "Acme"}', content_type="application/json")
    again = post(manager, body=b'{"name": "Acme"}', content_type="Application/JSON; charset=utf-8")
    assert_replayed(again, first)


# --- Failures


@pytest.mark.parametrize(
    ("body", "options", "code"),
    [
        ({"name": ""}, {}, "invalid"),
        ({"name": "A", "slug": "taken"}, {}, "duplicate"),
        (b"{", {"content_type": "application/json"}, "malformed"),
        (b"name=A", {"content_type": "text/plain"}, "unsupported_media_type"),
        (b" " * 2_500_001, {"content_type": "application/json"}, "payload_too_large"),
    ],
)
def test_after_a_refusal_the_key_is_free(manager, body, options, code) -> None:
    BrandFactory(slug="taken")
    problem(post(manager, body=body, **options), code)
    assert not Record.objects.exists()
    assert post(manager).status_code == 201


@pytest.mark.parametrize(("error", "code"), [(RuntimeError, "server_error"), (OperationalError, "unavailable")])
def test_what_breaks_half_way_leaves_nothing_and_the_key_free(manager, monkeypatch, error, code) -> None:
    def half(**options: Any) -> None:
        create_brand(**options)
        raise error

    with monkeypatch.context() as broken:
        broken.setattr("products.api.brands.create_brand", half)
        problem(post(manager), code)
    assert not Brand.objects.exists()
    assert post(manager).json()["slug"] == "acme"


def test_what_cannot_be_kept_is_not_done(manager, monkeypatch) -> None:
    def lose(*_: object, **__: object) -> None:
        raise OperationalError

    monkeypatch.setattr("catalog_project.api.idempotency.keep", lose)
    problem(post(manager), "unavailable")
    assert not Brand.objects.exists()


# --- Rights


def test_who_may_not_ask_is_refused_before_the_key_is_looked_at(manager) -> None:
    post(manager)
    for key in ("k", "a b"):
        problem(post(APIClient(), key=key), "not_authenticated")
        problem(post(signed_in(role="catalog_viewer"), key=key), "permission_denied")
    assert Record.objects.count() == 1


def test_a_right_lost_meanwhile_is_missed_by_the_replay_too() -> None:
    user = UserFactory()
    user.user_permissions.add(Permission.objects.get(codename="add_brand"))
    for status in (201, 201, 403):
        client = APIClient()
        client.force_authenticate(type(user).objects.get(pk=user.pk))
        if status == 403:
            user.user_permissions.clear()
        assert post(client).status_code == status


# --- At once


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_a_twin_in_flight_is_told_to_try_again(manager, monkeypatch) -> None:
    twins: list[HttpResponse] = []

    def slow(**options: Any) -> Brand:
        twins.extend(at_once(2, lambda _: post(manager)))
        return create_brand(**options)

    with monkeypatch.context() as busy:
        busy.setattr("products.api.brands.create_brand", slow)
        first = post(manager)
    assert first.status_code == 201
    for twin in twins:
        problem(twin, "idempotency_in_flight")
        assert twin["Retry-After"] == "1"
    assert_replayed(post(manager), first)


@pytest.mark.django_db(transaction=True)
def test_of_twenty_twins_one_is_done(manager) -> None:
    made = VariantFactory(stock=20)
    answers = at_once(20, lambda _: post(manager, f"/api/v1/variants/{made.pk}/stock/", {"delta": -1}))
    done = {answer.content for answer in answers if answer.status_code == 200}
    assert len(done) == 1
    assert {answer.json()["code"] for answer in answers if answer.status_code != 200} <= {"idempotency_in_flight"}
    assert Variant.objects.get().stock == 19


# --- What it costs


# lock 1, look 1, keep 1, savepoint 2; on SQLite nothing is to be locked
FIRST = {"postgresql": 5, "sqlite": 4}
# lock 1, look 1, savepoint 2; this client's rights are known by then
AGAIN = {"postgresql": 4, "sqlite": 3}


def test_a_key_costs_a_pinned_number_of_queries(manager, django_assert_max_num_queries) -> None:
    post(manager, key="warm")
    with django_assert_max_num_queries(100) as plain:
        manager.post(BRANDS, {"name": "B"})
    with django_assert_max_num_queries(100) as first:
        post(manager, body={"name": "C"})
    with django_assert_max_num_queries(100) as again:
        post(manager, body={"name": "C"})
    assert len(first) - len(plain) == FIRST[connection.vendor]
    assert len(again) == AGAIN[connection.vendor]


# --- Every view


def post_routes() -> Iterator[tuple[str, type[StrictView]]]:
    """The route and view of every POST below the API's prefix."""
    for route, pattern in routes():
        view = getattr(pattern.callback, "cls", None) or getattr(pattern.callback, "view_class", None)
        actions = getattr(pattern.callback, "actions", None)
        if view and ("post" in actions if actions is not None else hasattr(view, "post")):
            yield _readable(route), view


def routes() -> Iterator[tuple[str, URLPattern]]:
    """The routes below the API's prefix."""

    def walk(patterns: list, before: str) -> Iterator[tuple[str, URLPattern]]:
        for pattern in patterns:
            route = before + str(pattern.pattern)
            if isinstance(pattern, URLPattern):
                yield route, pattern
            else:
                yield from walk(pattern.url_patterns, route)

    return (found for found in walk(get_resolver().url_patterns, "") if found[0].startswith("api/v1/"))


def test_every_post_but_those_of_sign_in_looks_at_its_key() -> None:
    """Whatever the view: before anything is looked up, a malformed key is refused."""
    client = signed_in(is_superuser=True)
    found = dict(post_routes())
    assert len(found) >= len(POSTS)
    for route in found:
        response = client.post(re.sub("<[^>]+>", "1", route), {}, HTTP_IDEMPOTENCY_KEY="a b")
        is_refused = b"invalid_idempotency_key" in response.content
        assert is_refused is not route.startswith("/api/v1/auth/"), route


def test_nothing_of_a_sign_in_is_kept() -> None:
    UserFactory(username="anna", password="correct horse")
    pairs = [
        post(APIClient(), "/api/v1/auth/token/", {"username": "anna", "password": "correct horse"}) for _ in range(2)
    ]
    assert pairs[0].json()["access"] != pairs[1].json()["access"]
    assert not Record.objects.exists()


# --- What a view may say


class DryQuery(Query):
    dry_run = BooleanParameter(required=False)


class Bulk(StrictView):
    """Takes a dry run, and may answer anything."""

    permission_classes = (SignedIn,)
    query_class = DryQuery
    status = 200

    def post(self, request) -> Response:
        if not self.is_dry_run:
            BrandFactory()
        return Response(b"" if self.status == 204 else {"count": Brand.objects.count()}, self.status)


class Upload(Bulk):
    """Streams its body, and hashes on the way."""

    body_limit = None

    @cached_property
    def upload(self) -> tuple[int, bytes]:
        size, digest = 0, sha256()
        while part := self.request.stream.read(65_536):
            size += len(part)
            digest.update(part)
        return size, digest.digest()

    def body_digest(self) -> bytes:
        return self.upload[1]

    def post(self, request) -> Response:
        return Response({"size": self.upload[0]}, 202)


class Open(Bulk):
    permission_classes = (AllowAny,)


urlpatterns = [
    path("api/v1/bulk/", Bulk.as_view()),
    path("api/v1/imports/", Upload.as_view()),
    path("api/v1/open/", Open.as_view()),
]
here = pytest.mark.urls(__name__)


@here
def test_a_dry_run_is_neither_kept_nor_given_again(manager) -> None:
    assert post(manager, "/api/v1/bulk/?dry_run=true").json() == {"count": 0}
    assert not Record.objects.exists()
    first = post(manager, "/api/v1/bulk/?dry_run=false")
    assert first.json() == {"count": 1}
    BrandFactory()
    assert post(manager, "/api/v1/bulk/?dry_run=true").json() == {"count": 2}
    assert_replayed(post(manager, "/api/v1/bulk/?dry_run=false"), first)


@here
def test_the_query_is_part_of_the_request(manager) -> None:
    post(manager, "/api/v1/bulk/?dry_run=false")
    problem(post(manager, "/api/v1/bulk/"), "idempotency_key_reused")


@here
@pytest.mark.parametrize("status", [200, 201, 202, 204])
def test_every_success_is_kept(manager, monkeypatch, status) -> None:
    monkeypatch.setattr(Bulk, "status", status)
    first = post(manager, "/api/v1/bulk/")
    assert first.status_code == status
    assert_replayed(post(manager, "/api/v1/bulk/"), first)
    assert Brand.objects.count() == 1


@here
@pytest.mark.parametrize("status", [300, 400, 409, 500])
def test_any_other_answer_undoes_its_effect(manager, monkeypatch, status) -> None:
    monkeypatch.setattr(Bulk, "status", status)
    for _ in range(2):
        response = post(manager, "/api/v1/bulk/")
        assert (response.status_code, response.json()) == (status, {"count": 1})
    assert not Brand.objects.exists()


@here
def test_a_view_may_stream_more_than_is_held_in_memory(manager) -> None:
    large = b"x" * 3_000_000
    options = {"content_type": "application/x-ndjson"}
    first = post(manager, "/api/v1/imports/", large, **options)
    assert (first.status_code, first.json()) == (202, {"size": 3_000_000})
    assert_replayed(post(manager, "/api/v1/imports/", large, **options), first)
    problem(post(manager, "/api/v1/imports/", large[1:] + b"y", **options), "idempotency_key_reused")


@here
def test_a_key_needs_somebody_whose_it_is() -> None:
    problem(post(APIClient(), "/api/v1/open/"), "not_authenticated")
    assert not Record.objects.exists()
    assert APIClient().post("/api/v1/open/").status_code == 200
