"""Which form an answer takes, without working out what nearly every request says."""

from collections.abc import Iterable
from typing import Any

from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.parsers import BaseParser
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request

ANYTHING = "*/*"


class PromptNegotiation(DefaultContentNegotiation):
    """DRF's, but for requests that take anything or name our first form alone: those get it at once."""

    def select_parser(self, request: Request, parsers: Iterable[BaseParser]) -> BaseParser | None:
        """What reads the body, None for a type that nothing reads. A body is of one type: DRF takes `*/*` for any."""
        known: BaseParser | None = super().select_parser(request, parsers)
        return None if "*" in str(request.content_type) else known

    def select_renderer(
        self, request: Request, renderers: Iterable[BaseRenderer], format_suffix: str | None = None
    ) -> tuple[BaseRenderer, str]:
        """The renderer and the media type to send. Raises NotAcceptable, or Http404 for an unknown suffix."""
        renderers = list(renderers)
        first = renderers[0]
        if format_suffix is None and request.META.get("HTTP_ACCEPT", ANYTHING) in {ANYTHING, first.media_type}:
            return first, str(first.media_type)
        chosen: Any = super().select_renderer(request, renderers, format_suffix)
        return chosen[0], chosen[1]
