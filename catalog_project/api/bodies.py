"""Bodies that are too large to be held in memory, piece by piece."""

from collections.abc import Iterator

from django.http import UnreadablePostError
from rest_framework.exceptions import ParseError
from rest_framework.request import Request

from catalog_project.api.incoming import is_chunked
from catalog_project.errors import TooLarge

PIECE = 64 * 1024


def read_body(request: Request, *, limit: int) -> Iterator[bytes]:
    """The raw body. Raises TooLarge (413) beyond `limit` bytes: ahead of reading where it can.

    Raises ParseError (400) for one that is empty or ends before it should.
    """
    announced = int(request.META.get("CONTENT_LENGTH") or 0)
    received = 0
    _refuse_beyond(limit, announced)
    for piece in _pieces(request):
        received += len(piece)
        _refuse_beyond(limit, received)
        yield piece
    if not received:
        raise ParseError("The body is empty.")
    if received < announced:
        raise ParseError("The body ended before its Content-Length.")


def _pieces(request: Request) -> Iterator[bytes]:
    meta = request.META
    source = meta["wsgi.input"] if is_chunked(meta) else request._request  # noqa: SLF001  # the body as it comes
    try:
        while piece := source.read(PIECE):
            yield piece
    except UnreadablePostError:
        raise
    except OSError as error:
        raise UnreadablePostError(*error.args) from error


def _refuse_beyond(limit: int, size: int) -> None:
    if size > limit:
        raise TooLarge(f"The body is larger than {limit} bytes.")
