from django.test import RequestFactory
from django.urls import ResolverMatch

from catalog_project.observability.routes import route_of


def test_a_route_is_the_pattern_and_not_the_path() -> None:
    request = RequestFactory().get("/products/42/")
    request.resolver_match = ResolverMatch(lambda: None, (), {"id": 42}, route="products/<int:id>/")
    assert route_of(request) == "products/<int:id>/"


def test_a_path_that_matched_nothing_has_no_route() -> None:
    assert route_of(RequestFactory().get("/nowhere/")) is None
