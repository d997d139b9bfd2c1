"""Details that nobody has read yet, beside the long way; on both databases, remembered or not."""

import json
import logging
from dataclasses import replace
from datetime import timedelta
from typing import Any

import psycopg
import pytest
from django.db import OperationalError, connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from catalog_project import first_reads
from catalog_project.limits import limiter
from catalog_project.observability.metrics import flush
from catalog_project.settings.env import Rate
from products.models import Product
from products.services.products import archive_product, delete_product, update_product
from tests.catalog_project.observability.test_metrics import Rise
from tests.catalog_project.wsgi import LIST, Reply, Service, looks_at_a_sale, staff
from tests.factories.products import BrandFactory, ProductFactory, VariantFactory

pytestmark = pytest.mark.django_db(transaction=True)

TRAIL = f"{LIST}trail/"


@pytest.fixture(params=[True, False], ids=["remembered", "not remembered"])
def service(request, settings, monkeypatch) -> Service:
    """A service where the detail of one product was read."""
    settings.READ_CACHE = request.param
    ProductFactory(slug="known")
    found = Service(monkeypatch)
    assert found.get(f"{LIST}known/").status == 200
    return found


@pytest.fixture
def product(service) -> Product:
    made = ProductFactory(name="Trail", slug="trail", brand=BrandFactory(slug="acme", name="Acme"))
    VariantFactory(product=made)
    return made


def the_long_way(service: Service, path: str, **environ: Any) -> Reply:
    likes = first_reads.likes
    first_reads.likes = type(likes)(0)
    try:
        reply = service.get(path, **environ)
    finally:
        first_reads.likes = likes
    assert not reply.was_hot
    return reply


@pytest.mark.parametrize("method", ["GET", "HEAD"])
@pytest.mark.parametrize("by", ["id", "slug"])
def test_it_answers_what_the_long_way_does_to_the_byte(service, product, settings, by: str, method: str) -> None:
    path = TRAIL if by == "slug" else f"{LIST}{product.pk}/"
    is_on, settings.READ_CACHE = settings.READ_CACHE, False
    long_way = the_long_way(service, path, method=method)
    settings.READ_CACHE = is_on
    reply = service.get(path, method=method)
    assert reply.was_hot
    assert reply.steady[:2] == long_way.steady[:2]
    assert reply.body == (b"" if method == "HEAD" else long_way.body)  # whose body the server drops
    assert reply.headers["Content-Length"] != service.get(f"{LIST}known/").headers["Content-Length"]


def test_it_takes_one_query(service, product, settings) -> None:
    settings.READ_CACHE = False
    service.get(f"{LIST}known/")  # asks for the next window, once a second
    with CaptureQueriesContext(connection) as queries:
        assert service.get(TRAIL).was_hot
    assert len(queries) == 1


def test_each_write_shows_in_the_next_answer(service, product) -> None:
    for number in range(10):
        update_product(by=None, product_id=product.pk, values={"name": f"Trail {number}"})
        reply = service.get(TRAIL)
        assert (json.loads(reply.body)["name"], reply.was_hot) == (f"Trail {number}", True)


def test_what_nobody_may_see_is_a_404_as_ever(service, product) -> None:
    ProductFactory(slug="secret", status="draft")
    for path in (f"{LIST}secret/", f"{LIST}none/", f"{LIST}{10**17}/", f"{LIST}{10**30}/"):
        reply = service.get(path)
        assert (reply.status, json.loads(reply.body)["code"], reply.was_hot) == (404, "not_found", False)
    archive_product(by=None, product_id=product.pk)
    assert service.get(TRAIL).status == 404
    delete_product(by=None, product_id=product.pk)
    assert service.get(f"{LIST}{product.pk}/").status == 404


def test_windows_open_and_close_to_the_moment(service, monkeypatch) -> None:
    start = timezone.now()
    seen = looks_at_a_sale(monkeypatch, start, lambda: service.get(f"{LIST}sale/").status)
    assert seen == [404, 404, 200, 200, 404]
    monkeypatch.setattr(timezone, "now", lambda: start + timedelta(seconds=18))
    assert "s-maxage=2," in service.get(f"{LIST}sale/").headers["Cache-Control"]


OTHERS: list[tuple[dict[str, str], int]] = [
    ({"HTTP_HOST": "evil.example"}, 400),
    ({"HTTP_HOST": "localhost"}, 200),
    ({"HTTP_ACCEPT": "text/html"}, 406),
    ({"HTTP_ORIGIN": "https://elsewhere.example"}, 200),
    ({"HTTP_AUTHORIZATION": "Bearer forged"}, 401),
    ({"HTTP_IF_NONE_MATCH": "*"}, 304),
    ({"QUERY_STRING": "fields=name"}, 200),
    ({"QUERY_STRING": "x=y"}, 400),
    ({"PATH_INFO": f"{LIST}trail/variants/"}, 200),
    ({"PATH_INFO": "/api/v1/brands/acme/"}, 200),
    ({"REQUEST_METHOD": "DELETE"}, 401),
]


def test_what_is_not_like_it_goes_the_long_way(service, product) -> None:
    for environ, status in OTHERS:
        reply = service.get(**{"PATH_INFO": TRAIL} | environ)
        assert (environ, reply.status, reply.was_hot) == (environ, status, False)


def test_staff_see_what_they_may_and_nobody_else_does(service, product) -> None:
    ProductFactory(slug="secret", status="draft")
    signed_in = staff()
    assert service.get(f"{LIST}secret/", **signed_in).status == 200
    assert service.get(f"{LIST}secret/").status == 404


def test_it_is_logged_and_counted_as_any_other(service, product, caplog) -> None:
    flush()
    counted = Rise(
        "django_http_responses_total_by_status_view_method_total",
        view="/api/v1/products/<ref>/",
        method="GET",
        status="200",
    )
    with caplog.at_level(logging.INFO, logger="catalog.access"):
        assert service.get(TRAIL, HTTP_X_REQUEST_ID="mine").headers["X-Request-ID"] == "mine"
    [line] = [record for record in caplog.records if record.name == "catalog.access"]
    assert (line.path, line.route, line.status) == (TRAIL, "/api/v1/products/<ref>/", 200)
    assert counted() == 1


def test_every_request_counts_once_in_its_limit(service, product, settings) -> None:
    settings.REDIS_URL = ""
    limiter._shared.cache_clear()
    settings.RATE_LIMITS = {"read": Rate(5, 60), "write": None, "search": None}
    paths = [TRAIL, f"{LIST}none/", f"{LIST}known/", LIST, f"{LIST}{product.pk}/"]
    left = [service.get(path).headers["RateLimit"].split(";")[1] for path in paths]
    assert left == [f"r={number}" for number in (4, 3, 2, 1, 0)]
    assert [service.get(path).status for path in paths] == [429] * 5
    limiter._shared.cache_clear()


# --- When the database fails


def broken(*_: Any) -> Any:
    raise OperationalError from psycopg.OperationalError("server closed the connection unexpectedly")


@pytest.fixture
def broken_ahead(service) -> None:
    """Each look ahead of Django fails as if the connection broke."""
    for kind, (known, _) in first_reads.likes._values.items():
        finder = replace(known.known_as.finder, find=broken)
        first_reads.likes.put(kind, replace(known, known_as=replace(known.known_as, finder=finder)), 0)


def test_a_look_whose_connection_broke_is_taken_once_more(service, product, broken_ahead) -> None:
    reply = service.get(TRAIL)
    assert (reply.status, reply.was_hot) == (200, False)


def test_a_look_that_fails_twice_is_a_problem_without_a_trace(service, product, broken_ahead, monkeypatch) -> None:
    with monkeypatch.context() as patch:
        patch.setattr("products.api.products.find_visible", broken)
        reply = service.get(TRAIL)
    assert (reply.status, json.loads(reply.body)["code"], b"closed" in reply.body) == (503, "unavailable", False)
    assert service.get(TRAIL).status == 200


def test_no_connection_is_kept(service, product, settings) -> None:
    connection.close()
    settings.READ_CACHE = False
    assert service.get(TRAIL).was_hot
    assert connection.settings_dict["OPTIONS"].get("pool") is None or connection.connection is None
