"""How much a request may bring, and in which form: looked at before its sender is."""

from collections.abc import Mapping
from io import BytesIO
from typing import Any

from django.http import HttpRequest, UnreadablePostError
from rest_framework.exceptions import UnsupportedMediaType

from catalog_project.errors import TooLarge

READS = frozenset({"GET", "HEAD"})


def check_announced(request: HttpRequest, limit: int | None) -> None:
    """Refuse what the headers tell of a body already.

    Raises TooLarge (413) beyond `limit` bytes, UnsupportedMediaType (415) for a compressed one: what that
    grows to is known only when it is too late. With no limit both are the care of whoever reads it.
    """
    if limit is None:
        return
    if int(request.META.get("CONTENT_LENGTH") or 0) > limit:
        raise _too_large(limit)
    encoding = request.META.get("HTTP_CONTENT_ENCODING", "").strip().lower()
    if encoding not in {"", "identity"} and request.method not in READS:
        raise UnsupportedMediaType(encoding, "Bodies are read as they are, without a Content-Encoding.")


def take_in_chunks(request: HttpRequest, limit: int | None) -> None:
    """Take a body that comes in chunks into memory: Django goes by Content-Length alone and would see none.

    Raises TooLarge (413) as soon as it goes beyond `limit` bytes, UnreadablePostError (400) where it breaks
    off. With no limit it stays where it is.
    """
    if limit is None or request.method in READS or not is_chunked(request.META):
        return
    try:
        body = request.META["wsgi.input"].read(limit + 1)
    except OSError as error:
        raise UnreadablePostError(*error.args) from error
    if len(body) > limit:
        raise _too_large(limit)
    request._stream = BytesIO(body)  # noqa: SLF001  # what Django reads a body from
    request.META["CONTENT_LENGTH"] = str(len(body))


def is_chunked(meta: Mapping[str, Any]) -> bool:
    """Whether a body comes in chunks: the server alone knows its end, and Django takes it for none."""
    return bool(meta.get("wsgi.input_terminated")) and not meta.get("CONTENT_LENGTH")


def _too_large(limit: int) -> TooLarge:
    return TooLarge(f"The body is larger than {limit:,} bytes.")
