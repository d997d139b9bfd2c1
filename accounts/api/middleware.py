"""What is done about a request once it is answered."""

from collections.abc import Callable
from functools import partial

from django.http import HttpRequest, HttpResponse

from accounts.models import APIKey
from accounts.services.api_keys import note_use


class NoteKeyUseMiddleware:
    """Notes the use of an API key when the answer has been sent: no caller waits for that."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Serve the request; DRF leaves at it what it was authenticated by."""
        response = self.get_response(request)
        key = getattr(request, "auth", None)
        if isinstance(key, APIKey):
            # The server closes what it has sent. Django keeps its own closers there and has no public door to them.
            response._resource_closers.append(partial(note_use, key))  # type: ignore[attr-defined]  # noqa: SLF001
        return response
