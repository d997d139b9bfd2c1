import pytest
from django.http import HttpResponse
from django.test import RequestFactory

from catalog_project.api.middleware import TrailingSlashMiddleware


def seen(path: str, method: str = "GET") -> tuple[str, str]:
    """What a view behind the middleware sees."""
    request = RequestFactory().generic(method, path)
    TrailingSlashMiddleware(lambda _: HttpResponse())(request)
    return request.path, request.path_info


@pytest.mark.parametrize("method", ["GET", "HEAD", "POST", "PATCH", "DELETE", "PUT", "OPTIONS"])
def test_an_api_path_gets_its_slash_whatever_the_method(method) -> None:
    assert seen("/api/v1/products", method) == ("/api/v1/products/", "/api/v1/products/")


@pytest.mark.parametrize(
    "path", ["/api/v1/products/", "/api/v1/", "/api/v1", "/api/schema", "/", "/admin", "/health", "/x/api/v1/y"]
)
def test_every_other_path_stays(path) -> None:
    assert seen(path) == (path, path)


def test_the_query_stays() -> None:
    request = RequestFactory().get("/api/v1/products?brand=acme")
    TrailingSlashMiddleware(lambda _: HttpResponse())(request)
    assert request.get_full_path() == "/api/v1/products/?brand=acme"


def test_below_a_mount_point_both_paths_are_completed() -> None:
    request = RequestFactory(SCRIPT_NAME="/catalog").get("/api/v1/products")
    TrailingSlashMiddleware(lambda _: HttpResponse())(request)
    assert (request.path, request.path_info) == ("/catalog/api/v1/products/", "/api/v1/products/")
