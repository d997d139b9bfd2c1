"""The short way, beside the long one: the same requests through the WSGI application that is served."""

import io
import json
import logging
from dataclasses import dataclass
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.utils import timezone

from accounts.services.tokens import create_token
from catalog_project import hot_reads
from catalog_project.hot_reads import HotReads, answers
from catalog_project.observability.metrics import hot_reads as tally
from catalog_project.wsgi import application
from products.models import Product
from products.services.brands import update_brand
from tests.catalog_project.observability.test_metrics import Rise
from tests.factories.accounts import UserFactory
from tests.factories.products import BrandFactory, ProductFactory

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.postgres]

LIST = "/api/v1/products/"


@dataclass
class Reply:
    """An answer, and whether it came the short way."""

    status: int
    headers: dict[str, str]
    body: bytes
    was_hot: bool

    @property
    def steady(self) -> tuple[int, dict[str, str], bytes]:
        """All of it but what is each answer's own."""
        own = {name: value for name, value in self.headers.items() if name != "X-Request-ID"}
        return self.status, own, self.body


class Service:
    """The application as a server calls it."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.hot = False
        again = hot_reads._again

        def note(*args: object) -> object:
            self.hot = True
            return again(*args)  # type: ignore[arg-type]

        monkeypatch.setattr(hot_reads, "_again", note)

    def get(self, path: str = LIST, *, method: str = "GET", **environ: str) -> Reply:
        self.hot = False
        path, _, query = path.partition("?")
        said: list = []
        asked = {
            "REQUEST_METHOD": method,
            "SCRIPT_NAME": "",
            "PATH_INFO": path,
            "QUERY_STRING": query,
            "SERVER_NAME": "testserver",
            "SERVER_PORT": "80",
            "SERVER_PROTOCOL": "HTTP/1.1",
            "REMOTE_ADDR": "127.0.0.1",
            "HTTP_HOST": "testserver",
            "wsgi.url_scheme": "http",
            "wsgi.input": io.BytesIO(),
            **environ,
        }
        response = application(asked, lambda status, headers: said.extend((status, headers)))
        body = b"".join(response)
        if close := getattr(response, "close", None):
            close()
        return Reply(int(said[0][:3]), dict(said[1]), body, self.hot)

    def warm(self, path: str = LIST, **environ: str) -> Reply:
        """The answer once it comes the short way; others who use the same server may have written in between."""
        for _ in range(50):
            reply = self.get(path, **environ)
            if reply.was_hot:
                return reply
        pytest.fail("it never came the short way")


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
        ({"HTTP_IF_NONE_MATCH": '"x"'}, 200),
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
    UserFactory(username="anna", password="correct horse", role="catalog_viewer")
    staff = {"HTTP_AUTHORIZATION": f"Bearer {create_token(username='anna', password='correct horse').access}"}
    for _ in range(5):
        assert b'"secret"' in service.get(**staff).body
        assert b'"secret"' not in service.get().body
        assert (service.get(f"{LIST}secret/", **staff).status, service.get(f"{LIST}secret/").status) == (200, 404)


def test_windows_open_and_close_to_the_moment(service, product, monkeypatch) -> None:
    start = timezone.now()
    ProductFactory(
        slug="sale", published_from=start + timedelta(seconds=10), published_until=start + timedelta(seconds=20)
    )
    shown = []
    for seconds in (0, 9.999, 10, 19.999, 20):
        monkeypatch.setattr(timezone, "now", lambda after=seconds: start + timedelta(seconds=after))
        service.warm()
        shown.append(b'"sale"' in service.get().body)
    assert shown == [False, False, True, True, False]


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


def test_pages_behind_a_cursor_are_not_remembered(service, product) -> None:
    ProductFactory.create_batch(3)
    page = json.loads(service.warm(f"{LIST}?page_size=1").body)["next"].partition("testserver")[2]
    assert not any(service.get(page).was_hot for _ in range(5))


# --- What every request leaves behind


def test_a_hot_read_is_logged_and_counted_as_any_other(service, product, caplog) -> None:
    service.warm()
    tally.flush()
    caplog.clear()
    counted = Rise("django_http_responses_total_by_status_view_method_total", view=LIST, method="GET", status="200")
    timed = Rise("django_http_requests_latency_seconds_by_view_method_count", view=LIST, method="GET")
    with caplog.at_level(logging.INFO, logger="catalog.access"):
        reply = service.warm(HTTP_X_REQUEST_ID="mine")
    tally.flush()
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
        return application._application(
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
