"""JSON out, through orjson."""

from collections.abc import Mapping
from typing import Any

import orjson
from rest_framework.renderers import BaseRenderer


class ORJSONRenderer(BaseRenderer):
    """Renders plain data (dict, list, str, int, float, bool, None and `orjson.Fragment`) as UTF-8 JSON."""

    media_type = "application/json"
    format = "json"
    charset = None

    def render(
        self,
        data: Any,
        accepted_media_type: str | None = None,
        renderer_context: Mapping[str, Any] | None = None,
    ) -> bytes:
        """The JSON text, nothing where there is no body (204), and bytes as they are: they are rendered already."""
        if isinstance(data, bytes):
            return data
        return b"" if data is None else orjson.dumps(data)
