import pytest
from django.http import HttpResponse
from django.test import RequestFactory

from catalog_project.api import middleware
from catalog_project.api.middleware import TrailingSlashMiddleware
from tests.factories.accounts import UserFactory


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


@pytest.mark.parametrize("path", ["/api/v1/products/", "/api/v1/auth/me/", "/api/v1/nothing"])
@pytest.mark.parametrize("name", ["Session", "Authentication", "Message"])
def test_the_api_knows_no_session(name, path) -> None:
    request = RequestFactory().get(path)
    before = set(vars(request))
    getattr(middleware, f"{name}Middleware")(lambda _: HttpResponse())(request)
    assert set(vars(request)) == before


@pytest.mark.parametrize("path", ["/admin/", "/", "/api/docs/", "/api/v1x"])
def test_everything_else_has_its_session_user_and_messages(path) -> None:
    request = RequestFactory().get(path)
    layers = middleware.MessageMiddleware(lambda _: HttpResponse())
    middleware.SessionMiddleware(middleware.AuthenticationMiddleware(layers))(request)
    assert {"session", "user", "_messages"} <= set(vars(request))


@pytest.mark.django_db
def test_a_session_opens_the_admin_and_nothing_of_the_api(client) -> None:
    client.force_login(UserFactory(is_staff=True, is_superuser=True))
    assert client.get("/admin/").status_code == 200
    assert client.get("/api/v1/auth/me/").status_code == 401
    assert client.post("/api/v1/brands/", {"name": "A"}, content_type="application/json").status_code == 401
