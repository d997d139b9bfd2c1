"""Large bodies, piece by piece."""

import io
from typing import Any

import pytest
from django.core.handlers.wsgi import WSGIRequest
from django.http import UnreadablePostError
from rest_framework.exceptions import ParseError
from rest_framework.request import Request

from catalog_project.api.bodies import PIECE, read_body
from catalog_project.errors import DomainError


def request(stream: Any, **environ: Any) -> Request:
    given = {"REQUEST_METHOD": "POST", "PATH_INFO": "/", "wsgi.input": stream, **environ}
    return Request(WSGIRequest(given))


def sized(body: bytes, length: int | None = None) -> Request:
    return request(io.BytesIO(body), CONTENT_LENGTH=str(len(body) if length is None else length))


def chunked(stream: Any) -> Request:
    return request(stream, **{"wsgi.input_terminated": True})


class Untouched(io.RawIOBase):
    def read(self, size: int = -1) -> bytes:
        raise AssertionError


class Cut(io.RawIOBase):
    def read(self, size: int = -1) -> bytes:
        raise OSError("invalid chunk")


@pytest.mark.parametrize("of", [sized, lambda body: chunked(io.BytesIO(body))], ids=["sized", "chunked"])
def test_a_body_comes_whole_and_in_pieces(of) -> None:
    body = b"x" * (2 * PIECE + 5)
    assert [len(piece) for piece in read_body(of(body), limit=len(body))] == [PIECE, PIECE, 5]


def test_a_body_announced_too_large_is_not_read() -> None:
    with pytest.raises(DomainError, match="larger than 10 bytes") as error:
        list(read_body(request(Untouched(), CONTENT_LENGTH="11"), limit=10))
    assert error.value.error_code == "payload_too_large"


def test_a_body_in_chunks_is_read_up_to_the_limit() -> None:
    stream = io.BytesIO(b"x" * 10 * PIECE)
    with pytest.raises(DomainError, match="larger than 10 bytes"):
        list(read_body(chunked(stream), limit=10))
    assert stream.tell() == PIECE


def test_what_follows_a_body_is_not_read() -> None:
    assert b"".join(read_body(sized(b"bodyGET /", 4), limit=10)) == b"body"


@pytest.mark.parametrize(("body", "length"), [(b"", 0), (b"", 5), (b"body", 5)])
def test_an_empty_body_and_one_that_breaks_off_are_refused(body: bytes, length: int) -> None:
    with pytest.raises(ParseError, match=r"empty|ended"):
        list(read_body(sized(body, length), limit=10))


def test_chunks_that_cannot_be_read_are_the_callers_fault() -> None:
    with pytest.raises(UnreadablePostError):
        list(read_body(chunked(Cut()), limit=10))
