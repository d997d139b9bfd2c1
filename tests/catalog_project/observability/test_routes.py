import pytest
from django.test import RequestFactory
from django.urls import ResolverMatch

from catalog_project.observability.routes import route_of


@pytest.mark.parametrize(
    ("pattern", "route"),
    [
        ("shop/<int:id>/", "/shop/<int:id>/"),
        ("api/v1/^products/$", "/api/v1/products/"),
        ("api/v1/^products/(?P<ref>[^/.]+)/publish/$", "/api/v1/products/<ref>/publish/"),
        ("", "/"),
    ],
)
def test_a_route_is_the_pattern_in_readable_form_and_not_the_path(pattern: str, route: str) -> None:
    request = RequestFactory().get("/products/42/")
    request.resolver_match = ResolverMatch(lambda: None, (), {"id": 42}, route=pattern)
    assert route_of(request) == route


def test_a_path_that_matched_nothing_has_no_route() -> None:
    assert route_of(RequestFactory().get("/nowhere/")) is None
