"""What the service counts, for Prometheus. With several workers the numbers add up: see `multiprocess`."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django_prometheus.exports import ExportToDjangoView
from django_prometheus.middleware import PrometheusAfterMiddleware
from prometheus_client import Counter

from catalog_project.observability.pool import sample_pool
from catalog_project.observability.routes import route_of

PROBLEMS = Counter("catalog_problems", "Error answers, by their stable code.", ["code"])
CACHE_READS = Counter("catalog_cache_reads", "Reads of a cache, by its name and by hit or miss.", ["cache", "result"])

NO_ROUTE = "<unmatched>"


def count_problem(code: str) -> None:
    """Count one error answer. `code` comes from the register of problems, never from a client."""
    PROBLEMS.labels(code).inc()


def count_cache(hit: bool, name: str) -> None:
    """Count one read of a cache. `name` says what is cached there; it never holds a key."""
    CACHE_READS.labels(name, "hit" if hit else "miss").inc()


def expose_metrics(request: HttpRequest) -> HttpResponse:
    """All metrics of all workers in Prometheus' text format."""
    sample_pool()
    response: HttpResponse = ExportToDjangoView(request)
    return response


class HTTPMetricsMiddleware(PrometheusAfterMiddleware):  # type: ignore[misc]  # published without types
    """django-prometheus' requests and latency, with labels that no client can multiply.

    Stands outside everything that may answer, so that redirects, refused hosts and unknown paths count too.
    """

    def label_metric(self, metric: Any, request: HttpRequest, response: Any = None, **labels: str) -> Any:
        """Name views by their route, and let no method of a client's invention become a label of its own."""
        if "view" in labels:
            labels["view"] = route_of(request) or NO_ROUTE
        if "method" in labels:
            labels["method"] = self._method(request)
        return super().label_metric(metric, request, response, **labels)

    def process_exception(self, request: HttpRequest, exception: Exception) -> None:
        """Count the exception alone: the inherited method observes the latency too, which the answer will do again."""
        self.metrics.exceptions_by_type.labels(type=type(exception).__name__).inc()
