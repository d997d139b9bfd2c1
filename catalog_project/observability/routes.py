"""The name under which logs and metrics know a request."""

from django.http import HttpRequest


def route_of(request: HttpRequest) -> str | None:
    """The URL pattern that matched, never the path with its ids; None where none did."""
    match = request.resolver_match
    return match.route if match else None
