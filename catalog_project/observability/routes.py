"""The name under which logs and metrics know a request."""

from functools import cache

from django.contrib.admindocs.utils import replace_metacharacters, replace_named_groups
from django.http import HttpRequest


def route_of(request: HttpRequest) -> str | None:
    """The URL pattern that matched, as `/api/v1/products/<ref>/`: never the path with its ids. None without a match."""
    match = request.resolver_match
    return _readable(match.route) if match else None


@cache
def _readable(route: str) -> str:
    # Routers write regular expressions. There are as many routes as there are patterns, so the cache is bounded.
    return f"/{replace_metacharacters(replace_named_groups(route))}"
