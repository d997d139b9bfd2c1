"""What the API needs ahead of routing, and what only people in a browser need."""

from collections.abc import Callable

from django.contrib.auth import middleware as auth
from django.contrib.messages import middleware as messages
from django.contrib.sessions import middleware as sessions
from django.http import HttpRequest, HttpResponse
from django.utils.deprecation import MiddlewareMixin

PREFIX = "/api/v1/"


class TrailingSlashMiddleware:
    """Serves `/api/v1/products` as `/api/v1/products/`, for every method.

    Django would answer with a redirect, which makes clients repeat a POST as a GET without its body.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Complete the path, then go on."""
        if request.path_info.startswith(PREFIX) and not request.path_info.endswith("/"):
            request.path_info += "/"
            request.path += "/"
        return self.get_response(request)


class BesideTheAPI(MiddlewareMixin):
    """A middleware of Django's for everything else: the API knows its callers by their tokens, never by a cookie."""

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Serve the request, without the middleware below the API's prefix."""
        is_api = request.path_info.startswith(PREFIX)
        response: HttpResponse = self.get_response(request) if is_api else super().__call__(request)  # type: ignore[assignment]
        return response


class SessionMiddleware(BesideTheAPI, sessions.SessionMiddleware):
    """Who has signed in to the admin."""


class AuthenticationMiddleware(BesideTheAPI, auth.AuthenticationMiddleware):
    """The user of the session."""


class MessageMiddleware(BesideTheAPI, messages.MessageMiddleware):
    """What the admin has to say on the next page."""
