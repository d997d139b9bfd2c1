"""The short way, beside the long one: the same requests through the WSGI application that is served."""

import io
import json
import logging
import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import psycopg
import pytest
from django.db import OperationalError, connection, connections, transaction
from django.utils import timezone

from accounts.services.tokens import create_token
from catalog_project import hot_reads
from catalog_project.admission import Gate
from catalog_project.hot_reads import HotReads, answers
from catalog_project.limits import limiter
from catalog_project.reading import generation
from catalog_project.reading.memory import Memory
from catalog_project.settings.env import Rate
from catalog_project.wsgi import application
from products.models import Listing, Product
from products.services.brands import update_brand
from products.services.products import archive_product, update_product
from tests.catalog_project.observability.test_metrics import Rise
from tests.catalog_project.wsgi import LIST, Reply, Service, looks_at_a_sale, staff
from tests.factories.accounts import UserFactory
from tests.factories.products import BrandFactory, ProductFactory

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.postgres]


@pytest.fixture
def service(monkeypatch) -> Service:
    return Service(monkeypatch)


@pytest.fixture
def product() -> Product:
    return ProductFactory(name="Trail", slug="trail", brand=BrandFactory(slug="acme", name="Acme"))


@pytest.mark.parametrize(
    "path",
    [
        LIST,
        f"{LIST}?brand=acme&count=exact",
        f"{LIST}?page_size=1",
        f"{LIST}trail/",
        f"{LIST}trail",
        "/api/v1/brands/",
        "/api/v1/categories/",
    ],
)
def test_the_short_way_answers_what_the_long_one_does_to_the_byte(service, product, settings, path: str) -> None:
    ProductFactory()
    settings.READ_CACHE = False
    long_way = service.get(path)
    settings.READ_CACHE = True
    assert service.warm(path).steady == long_way.steady
    assert long_way.status == 200


def test_links_lead_to_the_host_and_scheme_that_was_asked(service, product) -> None:
    ProductFactory()
    for host, scheme in (("testserver", "http"), ("localhost", "http"), ("localhost", "https"), ("testserver", "http")):
        body = service.get(f"{LIST}?page_size=1", HTTP_HOST=host, **{"wsgi.url_scheme": scheme}).body
        assert json.loads(body)["next"].startswith(f"{scheme}://{host}/")


def test_head_answers_as_get_without_the_body(service, product) -> None:
    whole = service.warm()
    for _ in range(50):
        head = service.get(method="HEAD")
        assert (head.status, head.headers["Content-Length"]) == (200, str(len(whole.body)))
        if head.was_hot:
            break
    assert (head.was_hot, head.body) == (True, b"")


# --- Who has it already


DETAILS = [f"{LIST}trail/", f"{LIST}trail/?fields=name", "/api/v1/brands/acme/"]


@pytest.mark.parametrize("method", ["GET", "HEAD"])
@pytest.mark.parametrize("path", DETAILS)
def test_a_reader_who_has_it_is_told_so_the_short_way_as_the_long_one_says_it(
    service, product, settings, path: str, method: str
) -> None:
    settings.READ_CACHE = False
    tag = service.get(path).headers["ETag"]
    long_way = service.get(path, method=method, HTTP_IF_NONE_MATCH=tag)
    settings.READ_CACHE = True
    service.warm(path)
    reply = service.warm(path, method=method, HTTP_IF_NONE_MATCH=tag)
    assert reply.steady == long_way.steady
    assert (reply.status, reply.body) == (304, b"")
    assert {"ETag", "Cache-Control", "Vary"} <= reply.headers.keys()
    assert not {"Content-Length", "Content-Type"} & reply.headers.keys()


def test_readers_who_all_have_it_need_nobody_who_does_not(service, product, settings) -> None:
    settings.READ_CACHE = False
    whole = service.get(DETAILS[0])
    settings.READ_CACHE = True
    asked = {"HTTP_IF_NONE_MATCH": f'"x", W/{whole.headers["ETag"]}'}
    assert service.warm(DETAILS[0], **asked).status == 304
    # Nothing is known yet of the headers that a body has.
    assert service.get(DETAILS[0]).steady == whole.steady
    assert service.warm(DETAILS[0]).steady == whole.steady


@pytest.mark.parametrize("asked", ['"x"', "x", "", '"1-0"'])
def test_a_reader_who_has_something_else_gets_the_whole_the_short_way(service, product, asked: str) -> None:
    whole = service.warm(DETAILS[0])
    assert service.warm(DETAILS[0], HTTP_IF_NONE_MATCH=asked).steady == whole.steady


def test_whoever_has_the_old_one_gets_the_new_one_after_a_rename(service, product) -> None:
    tag = service.warm(DETAILS[0]).headers["ETag"]
    update_brand(by=None, brand=product.brand, values={"name": "Zeta"})
    for _ in range(3):
        reply = service.get(DETAILS[0], HTTP_IF_NONE_MATCH=tag)
        assert (reply.status, b'"Zeta"' in reply.body) == (200, True)
    assert reply.headers["ETag"] != tag


def test_a_list_has_no_tag_and_is_sent_whole(service, product) -> None:
    assert "ETag" not in service.warm().headers
    assert service.warm(HTTP_IF_NONE_MATCH="*").status == 200


def test_nobody_has_a_draft(service, product) -> None:
    tag = service.warm(DETAILS[0]).headers["ETag"]
    assert service.warm(DETAILS[0], HTTP_IF_NONE_MATCH=tag).status == 304
    archive_product(by=None, product_id=product.pk)
    for asked in (tag, "*"):
        assert service.get(DETAILS[0], HTTP_IF_NONE_MATCH=asked).status == 404


def test_a_304_is_counted_as_one(service, product) -> None:
    tag = service.warm(DETAILS[0]).headers["ETag"]
    route = "/api/v1/products/<ref>/"
    counted = Rise("django_http_responses_total_by_status_view_method_total", view=route, method="GET", status="304")
    service.warm(DETAILS[0], HTTP_IF_NONE_MATCH=tag)
    assert counted() >= 1


@pytest.mark.parametrize(
    ("environ", "status"),
    [
        ({"HTTP_HOST": "evil.example"}, 400),
        ({"HTTP_ACCEPT": "text/html"}, 406),
        ({"HTTP_AUTHORIZATION": "Bearer forged"}, 401),
        ({"QUERY_STRING": "brnd=acme"}, 400),
        ({"PATH_INFO": "/api/v1/products/none/"}, 404),
        ({"REQUEST_METHOD": "DELETE"}, 405),
        ({"HTTP_COOKIE": "sessionid=x"}, 200),
        ({"HTTP_IF_MATCH": "*"}, 200),
    ],
)
def test_what_is_in_doubt_goes_the_long_way(service, product, environ: dict[str, str], status: int) -> None:
    service.warm()
    for _ in range(3):
        reply = service.get(**environ)
        assert (reply.status, reply.was_hot) == (status, False)


def test_errors_are_never_remembered(service) -> None:
    for _ in range(3):
        assert service.get(f"{LIST}trail/").status == 404
    ProductFactory(slug="trail")
    assert service.get(f"{LIST}trail/").status == 200


def test_what_was_written_is_in_the_next_answer(service, product) -> None:
    for number in range(20):
        service.get()
        update_brand(by=None, brand=product.brand, values={"name": f"Brand {number}"})
        assert b'"name":"Brand %d"' % number in service.get().body


def test_staff_and_anyone_never_get_each_others_answers(service, product) -> None:
    ProductFactory(slug="secret", status="draft")
    signed_in = staff()
    for _ in range(5):
        assert b'"secret"' in service.get(**signed_in).body
        assert b'"secret"' not in service.get().body
        assert (service.get(f"{LIST}secret/", **signed_in).status, service.get(f"{LIST}secret/").status) == (200, 404)


def test_windows_open_and_close_to_the_moment(service, product, monkeypatch) -> None:
    def is_shown() -> bool:
        service.warm()
        return b'"sale"' in service.get().body

    assert looks_at_a_sale(monkeypatch, timezone.now(), is_shown) == [False, False, True, True, False]


def test_shared_caches_are_told_of_the_next_window(service, product, monkeypatch) -> None:
    start = timezone.now()
    Product.objects.filter(pk=product.pk).update(published_until=start + timedelta(hours=1))
    ProductFactory(published_until=start + timedelta(seconds=10))
    told = []
    for seconds in (0, 7.5, 9.5):
        monkeypatch.setattr(timezone, "now", lambda after=seconds: start + timedelta(seconds=after))
        told.append(service.warm().headers["Cache-Control"])
    assert told == [
        "public, max-age=0, s-maxage=5, stale-while-revalidate=5, stale-if-error=5",
        "public, max-age=0, s-maxage=2, stale-while-revalidate=0, stale-if-error=0",
        "public, max-age=0, s-maxage=0, stale-while-revalidate=0, stale-if-error=0",
    ]


def test_inside_of_a_transaction_everything_goes_the_long_way(service, product) -> None:
    service.warm()
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE products_brand SET name = name")
        assert not service.get().was_hot


def results(page: Reply) -> list[dict[str, Any]]:
    """What a page shows."""
    found: list[dict[str, Any]] = json.loads(page.body)["results"]
    return found


def following(page: Reply) -> str:
    """The address of the next page."""
    address: str = json.loads(page.body)["next"].partition("testserver")[2]
    return address


def test_a_page_behind_a_cursor_comes_the_short_way_too(service, product, settings) -> None:
    ProductFactory.create_batch(3)
    address = following(service.warm(f"{LIST}?page_size=1"))
    settings.READ_CACHE = False
    long_way = results(service.get(address))
    settings.READ_CACHE = True
    assert results(service.warm(address)) == long_way
    update_product(by=UserFactory(), product_id=long_way[0]["id"], values={"name": "Changed"})
    assert results(service.get(address))[0]["name"] == "Changed"


def test_a_window_ends_a_page_behind_a_cursor(service, product, monkeypatch) -> None:
    start = timezone.now()
    Product.objects.filter(pk=product.pk).update(published_until=start + timedelta(hours=1))
    Listing.objects.filter(pk=product.pk).update(published_until=start + timedelta(hours=1))
    ProductFactory()
    address = following(service.warm(f"{LIST}?page_size=1"))
    assert [shown["id"] for shown in results(service.warm(address))] == [product.pk]
    monkeypatch.setattr(timezone, "now", lambda: start + timedelta(hours=1))
    assert results(service.get(address)) == []


def test_who_walks_through_the_catalog_drives_out_nothing_else(service, product, monkeypatch) -> None:
    ProductFactory.create_batch(30)
    monkeypatch.setattr(hot_reads, "deep_answers", Memory(40_000))
    page = service.warm(f"{LIST}?page_size=1")
    before = answers.taken
    while json.loads(page.body)["next"]:
        page = service.get(following(page))
    assert answers.taken == before
    assert 0 < hot_reads.deep_answers.taken <= 40_000


# --- What every request leaves behind


def test_a_hot_read_is_logged_and_counted_as_any_other(service, product, caplog) -> None:
    service.warm()
    caplog.clear()
    counted = Rise("django_http_responses_total_by_status_view_method_total", view=LIST, method="GET", status="200")
    timed = Rise("django_http_requests_latency_seconds_by_view_method_count", view=LIST, method="GET")
    with caplog.at_level(logging.INFO, logger="catalog.access"):
        reply = service.warm(HTTP_X_REQUEST_ID="mine")
    served = [record for record in caplog.records if record.name == "catalog.access"]
    assert counted() == timed() == len(served)
    last = served[-1]
    assert (last.method, last.path, last.route, last.status, last.client) == ("GET", LIST, LIST, 200, "127.0.0.1")
    assert reply.headers["X-Request-ID"] == "mine"


@pytest.mark.parametrize("offered", ["", "a b", "a\r\nSet-Cookie: b"])
def test_a_malformed_request_id_is_replaced_here_too(service, product, offered: str) -> None:
    service.warm()
    assert len(service.warm(HTTP_X_REQUEST_ID=offered).headers["X-Request-ID"]) == 32


@pytest.fixture
def learned(monkeypatch) -> list[object]:
    """What is learned while a test runs."""
    keys: list[object] = []
    monkeypatch.setattr(answers, "put", lambda key, *_: keys.append(key))
    return keys


def test_an_answer_with_a_cookie_or_a_header_of_its_own_is_not_learned(service, product, learned) -> None:
    def with_cookie(environ, start_response):
        return application._application._application(
            environ, lambda status, headers: start_response(status, [*headers, ("Set-Cookie", "a=b")])
        )

    environ = {"HTTP_HOST": "testserver", "SERVER_NAME": "x", "SERVER_PORT": "80", "wsgi.url_scheme": "http"}
    environ |= {"REQUEST_METHOD": "GET", "PATH_INFO": LIST, "QUERY_STRING": "", "wsgi.input": io.BytesIO()}
    HotReads(with_cookie)(dict(environ), lambda *_: None)
    assert not learned
    service.get()
    assert learned


def test_what_strangers_ask_for_cannot_fill_the_memory(service, product, monkeypatch) -> None:
    monkeypatch.setattr(answers, "_room", 100_000)
    for number in range(60):
        assert service.get(HTTP_ORIGIN=f"https://{number:03}{'x' * 2000}").status == 200
    assert 0 < answers.taken <= 100_000
    assert len(answers._values) <= 40


# --- Limits


@pytest.fixture
def limits(settings: Any) -> Any:
    """Each process counts for itself."""
    settings.REDIS_URL = ""
    limiter._shared.cache_clear()
    settings.RATE_LIMITS = dict.fromkeys(("read", "write", "search"))
    yield settings.RATE_LIMITS
    limiter._shared.cache_clear()


def replies_until_limited(service: Service, path: str, most: int) -> list[Reply]:
    """Those that passed; some came the short way, since there are many."""
    found = [service.get(path) for _ in range(most + 1)]
    assert (found[-1].status, found[-1].was_hot) == (429, False)
    assert {reply.status for reply in found[:-1]} == {200}
    assert any(reply.was_hot for reply in found)
    return found[:-1]


def test_both_ways_count_in_one_limit_and_say_what_is_left(service: Service, limits: Any) -> None:
    limits["read"] = Rate(50, 60)
    found = replies_until_limited(service, LIST, 50)
    assert [reply.headers["RateLimit"].split(";")[1] for reply in found] == [f"r={left}" for left in range(49, -1, -1)]
    assert {reply.headers["RateLimit-Policy"] for reply in found} == {'"read";q=50;w=60'}


def test_a_search_counts_as_one_the_short_way_too(service: Service, limits: Any) -> None:
    limits |= {"read": Rate(1, 60), "search": Rate(50, 60)}
    assert replies_until_limited(service, f"{LIST}?search=x", 50)
    assert service.get().status == 200


def test_each_address_has_a_limit_of_its_own(service: Service, limits: Any) -> None:
    limits["read"] = Rate(1, 60)
    assert [service.get(REMOTE_ADDR=f"192.0.2.{number}").status for number in (1, 2, 1, 2)] == [200, 200, 429, 429]


def test_without_a_limit_nothing_is_said_of_one(service: Service, limits: Any) -> None:
    assert not {"RateLimit", "RateLimit-Policy"} & service.warm().headers.keys()


# --- While the database is away


@pytest.fixture
def away(monkeypatch) -> Callable[[], None]:
    """Takes the database away, in mid-service."""

    def leave() -> None:
        def refuse(_: object) -> None:
            raise OperationalError from psycopg.OperationalError("refused")

        monkeypatch.setattr(generation.source, "_returned", threading.Event())
        connection.close()
        monkeypatch.setattr(type(connections["default"]), "connect", refuse)

    return leave


@pytest.fixture
def from_afar(monkeypatch) -> Callable[[], None]:
    """Has the short way forget everything: another worker would answer."""
    return lambda: (answers.clear(), hot_reads.deep_answers.clear())[0]


def later(monkeypatch: pytest.MonkeyPatch, seconds: float) -> None:
    moment = timezone.now() + timedelta(seconds=seconds)
    monkeypatch.setattr(timezone, "now", lambda: moment)


@pytest.mark.parametrize("path", [LIST, f"{LIST}trail/", "/api/v1/brands/"])
@pytest.mark.parametrize("is_hot", [True, False])
def test_what_was_answered_before_stands_in(
    service, product, away, from_afar, monkeypatch, path: str, is_hot: bool
) -> None:
    right = service.warm(path)
    away()
    later(monkeypatch, 20)
    if not is_hot:
        from_afar()
    reply = service.get(path)
    assert (reply.status, reply.body, reply.was_hot) == (200, right.body, is_hot)
    assert (reply.headers["X-Served-Stale"], reply.headers["Cache-Control"]) == ("true", "no-store")
    assert 20 <= int(reply.headers["Age"]) <= 25
    assert reply.headers.get("ETag") == right.headers.get("ETag")
    assert reply.headers["Vary"] == right.headers["Vary"]


def test_nothing_stands_in_for_longer_than_a_minute(service, product, away, monkeypatch) -> None:
    service.warm()
    away()
    later(monkeypatch, 61)
    reply = service.get()
    assert (reply.status, reply.headers["Retry-After"]) == (503, "1")


def test_nothing_stands_in_past_the_edge_of_a_window(service, product, away, monkeypatch) -> None:
    Product.objects.update(published_until=timezone.now() + timedelta(seconds=30))
    Listing.objects.update(published_until=timezone.now() + timedelta(seconds=30))
    service.warm(f"{LIST}trail/")
    away()
    later(monkeypatch, 31)
    assert service.get(f"{LIST}trail/").status == 503


def test_nothing_stands_in_for_what_nobody_asked_before(service, product, away) -> None:
    service.warm()
    away()
    assert service.get(f"{LIST}?page_size=7").status == 503


def test_nothing_stands_in_for_callers_with_credentials(service, product, away) -> None:
    UserFactory(username="anna", password="correct horse")
    staff = {"HTTP_AUTHORIZATION": f"Bearer {create_token(username='anna', password='correct horse').access}"}
    service.warm()
    away()
    reply = service.get(**staff)
    assert (reply.status, reply.headers.get("X-Served-Stale")) == (503, None)


def test_who_has_what_stands_in_is_told_so(service, product, away) -> None:
    tag = service.warm(f"{LIST}trail/").headers["ETag"]
    away()
    reply = service.get(f"{LIST}trail/", HTTP_IF_NONE_MATCH=tag)
    assert (reply.status, reply.headers["X-Served-Stale"]) == (304, "true")


def test_what_stood_in_is_forgotten_when_the_database_is_back(service, product, monkeypatch) -> None:
    with monkeypatch.context() as outage:
        service.warm()
        outage.setattr(generation.source, "_returned", threading.Event())
        assert service.get().headers["X-Served-Stale"] == "true"
    Product.objects.update(name="Changed")
    reply = service.get()
    assert "X-Served-Stale" not in reply.headers
    assert reply.headers["Cache-Control"].startswith("public")


def test_a_read_whose_connection_breaks_is_answered_all_the_same(service, product, away, from_afar) -> None:
    right = service.warm()
    away()
    generation.source._returned = None  # nobody has noticed yet
    from_afar()
    reply = service.get()
    assert (reply.status, reply.body) == (200, right.body)


def test_who_is_refused_a_place_is_answered_from_memory(service, product, away, monkeypatch) -> None:
    service.warm()
    away()
    monkeypatch.setattr(Gate, "enter", lambda *_: False)
    assert service.get().headers["X-Served-Stale"] == "true"
    assert service.get(f"{LIST}?page_size=7").status == 503
