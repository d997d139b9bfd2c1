"""What the service counts, for Prometheus. With several workers the numbers add up: see `multiprocess`."""

import time
from collections.abc import Callable
from functools import cache
from typing import NamedTuple

from django.http import HttpRequest, HttpResponse
from django_prometheus.exports import ExportToDjangoView
from django_prometheus.middleware import Metrics
from prometheus_client import Counter, Gauge, Histogram

from catalog_project.observability.pool import sample_pool
from catalog_project.observability.routes import route_of
from catalog_project.observability.tally import Sum, Tally, observe_latencies, observe_times

PROBLEMS = Counter("catalog_problems", "Error answers, by their stable code.", ["code"])
CACHE_READS = Counter("catalog_cache_reads", "Reads of a cache, by its name and by hit or miss.", ["cache", "result"])
LIMITED = Counter("catalog_limited", "Requests beyond a limit, by its kind.", ["kind"])
# The sum over the workers that live.
REDIS_BREAKERS_OPEN = Gauge(
    "catalog_redis_breakers_open", "Workers that leave Redis alone now.", multiprocess_mode="livesum"
)

NO_ROUTE = "<unmatched>"
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "DELETE", "TRACE", "OPTIONS", "CONNECT", "PATCH"})
METRICS = Metrics.get_instance()


def count_problem(code: str) -> None:
    """Count one error answer. `code` comes from the register of problems, never from a client."""
    PROBLEMS.labels(code).inc()


def count_refusal(code: str) -> None:
    """The same for what is refused by the hundred; it shows a second later at the latest."""
    refusals.add(code)


def count_cache(hit: bool, name: str) -> None:
    """Count one read of a cache, likewise. `name` says what is cached there; it never holds a key."""
    cache_reads.add((name, hit))


def count_limited(kind: str) -> None:
    """Count one request that was refused for a limit."""
    LIMITED.labels(kind).inc()


def expose_metrics(request: HttpRequest) -> HttpResponse:
    """All metrics of all workers in Prometheus' text format."""
    sample_pool()
    flush()
    response: HttpResponse = ExportToDjangoView(request)
    return response


def flush() -> None:
    """Hand over what is counted in memory."""
    for tally in (served, cache_reads, refusals):
        tally.flush()


class HTTPMetricsMiddleware:
    """django-prometheus' metrics of requests, with labels that no client can multiply, at a fifth of its cost.

    Stands outside everything that may answer, so that redirects, refused hosts and unknown paths count too.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Serve the request, then count it."""
        started = time.perf_counter()
        response = self.get_response(request)
        seconds = time.perf_counter() - started
        meta, is_streamed = request.META, response.streaming
        received = meta.get("CONTENT_LENGTH") or ""
        of = Served(
            route_of(request),
            request.method,
            str(request.scheme),
            response.status_code,
            response.charset,
            int(received) if received.isdecimal() else 0,
            is_streamed,
        )
        served.add(of, seconds, 0 if is_streamed else len(response.content))
        if meta.get("HTTP_X_REQUESTED_WITH") == "XMLHttpRequest":
            METRICS.requests_ajax.inc()
        return response

    def process_template_response(self, _request: HttpRequest, response: HttpResponse) -> HttpResponse:
        """Count an answer that is rendered late, by its template; the API's have none."""
        METRICS.responses_by_templatename.labels(templatename=str(getattr(response, "template_name", None))).inc()
        return response

    def process_exception(self, request: HttpRequest, exception: Exception) -> None:
        """Count an exception that a view let through."""
        METRICS.exceptions_by_type.labels(type=type(exception).__name__).inc()
        METRICS.exceptions_by_view.labels(view=route_of(request) or NO_ROUTE).inc()


class Served(NamedTuple):
    """What of an answered request its metrics tell: `received` are the bytes of its body, as far as it said so."""

    route: str | None
    method: str | None
    transport: str
    status: int
    charset: str
    received: int = 0
    is_streamed: bool = False


def _count_served(of: Served, found: Sum) -> None:
    counters, latencies = _of_request(
        of.route or NO_ROUTE, _known_method(of.method), of.transport, of.status, of.charset
    )
    for counter in counters:
        counter.inc(found.count)
    for latency in latencies:
        observe_latencies(latency, found)
    observe_times(METRICS.requests_body_bytes, of.received, found.count)
    if of.is_streamed:
        METRICS.responses_streaming.inc(found.count)
        return
    for size, count in found.sizes.items():
        observe_times(METRICS.responses_body_bytes, size, count)


@cache
def _cache_reads(name: str, hit: bool) -> Counter:
    return CACHE_READS.labels(name, "hit" if hit else "miss")


served = Tally(_count_served)
cache_reads: Tally[tuple[str, bool]] = Tally(lambda of, found: _cache_reads(*of).inc(found.count))
refusals: Tally[str] = Tally(lambda code, found: PROBLEMS.labels(code).inc(found.count))


@cache
def _of_request(
    view: str, method: str, transport: str, status: int, charset: str
) -> tuple[tuple[Counter, ...], tuple[Histogram, ...]]:
    """The metrics that a request counts in, found once: to find them by their labels costs more than to count.

    There are as many as there are routes, methods and statuses: nothing here is of a client's making.
    """
    counters = [
        METRICS.requests_total,
        METRICS.responses_total,
        METRICS.requests_by_method.labels(method=method),
        METRICS.requests_by_transport.labels(transport=transport),
        METRICS.responses_by_status.labels(status=str(status)),
        METRICS.responses_by_status_view_method.labels(status=str(status), view=view, method=method),
        METRICS.responses_by_charset.labels(charset=charset),
    ]
    if view != NO_ROUTE:
        counters.append(METRICS.requests_by_view_transport_method.labels(view=view, transport=transport, method=method))
    by_view = METRICS.requests_latency_by_view_method.labels(view=view, method=method)
    return tuple(counters), (METRICS.requests_latency_before, by_view)


def _known_method(method: str | None) -> str:
    return method if method in METHODS else "<invalid method>"
