"""What the API needs ahead of routing."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

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
