import pytest
from django.http import Http404, HttpRequest, HttpResponse
from django.test import RequestFactory, override_settings
from django.urls import path
from prometheus_client import REGISTRY

from catalog_project.observability.metrics import count_cache, count_problem, expose_metrics, flush

RESPONSES = "django_http_responses_total_by_status_view_method_total"
LATENCY = "django_http_requests_latency_seconds_by_view_method_count"


def shop(_: HttpRequest, number: int) -> HttpResponse:
    if number == 404:
        raise Http404
    return HttpResponse(status=1 // (number - 500) and 200)


urlpatterns = [path("shop/<int:number>/", shop)]


def value(name: str, **labels: str) -> float:
    flush()
    return REGISTRY.get_sample_value(name, labels) or 0.0


class Rise:
    """How much a metric rises from here on."""

    def __init__(self, name: str, **labels: str) -> None:
        self.name, self.labels = name, labels
        self.start = value(name, **labels)

    def __call__(self) -> float:
        return value(self.name, **self.labels) - self.start


@pytest.fixture
def shop_client(client):
    client.raise_request_exception = False
    with override_settings(ROOT_URLCONF=__name__):
        yield client


def test_a_problem_is_counted_by_its_code() -> None:
    rise = Rise("catalog_problems_total", code="duplicate")
    count_problem("duplicate")
    assert rise() == 1


def test_reads_of_a_cache_are_counted_by_hit_and_miss() -> None:
    hits = Rise("catalog_cache_reads_total", cache="brands", result="hit")
    misses = Rise("catalog_cache_reads_total", cache="brands", result="miss")
    for hit in (True, True, False):
        count_cache(hit, "brands")
    assert (hits(), misses()) == (2, 1)


def test_requests_are_counted_by_route_method_and_status(shop_client) -> None:
    rise = Rise(RESPONSES, view="/shop/<int:number>/", method="GET", status="200")
    for number in (1, 2, 3):
        shop_client.get(f"/shop/{number}/")
    assert rise() == 3


def test_latency_is_measured_by_route_and_method(shop_client) -> None:
    rise = Rise(LATENCY, view="/shop/<int:number>/", method="POST")
    shop_client.post("/shop/1/")
    assert rise() == 1


@pytest.mark.parametrize(("number", "status"), [(404, "404"), (500, "500")])
def test_a_request_that_fails_counts_once(shop_client, number: int, status: str) -> None:
    responses = Rise(RESPONSES, view="/shop/<int:number>/", method="GET", status=status)
    latencies = Rise(LATENCY, view="/shop/<int:number>/", method="GET")
    shop_client.get(f"/shop/{number}/")
    assert (responses(), latencies()) == (1, 1)


def test_unknown_paths_share_one_label(shop_client) -> None:
    rise = Rise(RESPONSES, view="<unmatched>", method="GET", status="404")
    shop_client.get("/one/")
    shop_client.get("/two/")
    assert rise() == 2


def test_unknown_methods_share_one_label(shop_client) -> None:
    rise = Rise(LATENCY, view="/shop/<int:number>/", method="<invalid method>")
    shop_client.generic("BREW", "/shop/1/")
    shop_client.generic("STEEP", "/shop/1/")
    assert rise() == 2


def test_a_refused_host_counts_too(client) -> None:
    rise = Rise(RESPONSES, view="<unmatched>", method="GET", status="400")
    client.get("/", headers={"host": "evil.example"})
    assert rise() == 1


def test_metrics_are_exposed_as_prometheus_text() -> None:
    count_problem("in_use")
    response = expose_metrics(RequestFactory().get("/metrics"))
    assert response["Content-Type"].startswith("text/plain; version=")
    assert b'catalog_problems_total{code="in_use"}' in response.content
    assert b"catalog_database_pool_size" in response.content
