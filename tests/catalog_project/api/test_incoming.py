"""What requests bring, looked at before their senders are."""

import io
from typing import Any

import pytest
from django.core.handlers.wsgi import WSGIRequest
from django.http import UnreadablePostError
from rest_framework.exceptions import UnsupportedMediaType

from catalog_project.api.incoming import check_announced, take_in_chunks
from catalog_project.errors import TooLarge
from tests.answers import problem


def request(body: Any = b"", method: str = "POST", **environ: Any) -> WSGIRequest:
    stream = io.BytesIO(body) if isinstance(body, bytes) else body
    return WSGIRequest({"REQUEST_METHOD": method, "PATH_INFO": "/", "wsgi.input": stream, **environ})


def chunked(body: Any, method: str = "POST") -> WSGIRequest:
    return request(body, method, **{"wsgi.input_terminated": True})


class Cut(io.RawIOBase):
    def read(self, size: int = -1) -> bytes:
        raise OSError("gone")


def test_a_body_announced_too_large_is_refused() -> None:
    check_announced(request(CONTENT_LENGTH="10"), 10)
    with pytest.raises(TooLarge):
        check_announced(request(CONTENT_LENGTH="11"), 10)


@pytest.mark.parametrize("encoding", ["gzip", "br", "GZIP", "identity, gzip"])
def test_a_compressed_body_is_refused(encoding: str) -> None:
    with pytest.raises(UnsupportedMediaType):
        check_announced(request(HTTP_CONTENT_ENCODING=encoding), 10)


def test_a_view_with_a_limit_of_its_own_looks_for_itself() -> None:
    check_announced(request(CONTENT_LENGTH="11", HTTP_CONTENT_ENCODING="gzip"), None)


@pytest.mark.parametrize(("method", "encoding"), [("POST", "identity"), ("POST", " "), ("GET", "gzip")])
def test_what_is_not_compressed_or_not_read_is_not_refused(method: str, encoding: str) -> None:
    check_announced(request(b"", method, HTTP_CONTENT_ENCODING=encoding), 10)


def test_a_body_in_chunks_is_taken_in() -> None:
    given = chunked(b"0123456789")
    take_in_chunks(given, 10)
    assert (given.body, given.META["CONTENT_LENGTH"]) == (b"0123456789", "10")


def test_a_body_in_chunks_is_read_no_further_than_its_limit() -> None:
    stream = io.BytesIO(b"x" * 100)
    with pytest.raises(TooLarge):
        take_in_chunks(chunked(stream), 10)
    assert stream.tell() == 11


def test_chunks_that_break_off_are_the_callers_fault() -> None:
    with pytest.raises(UnreadablePostError):
        take_in_chunks(chunked(Cut()), 10)


@pytest.mark.parametrize(("method", "limit"), [("GET", 10), ("POST", None)])
def test_chunks_that_nobody_takes_stay_where_they_are(method: str, limit: int | None) -> None:
    stream = io.BytesIO(b"body")
    take_in_chunks(chunked(stream, method), limit)
    assert stream.tell() == 0


@pytest.mark.parametrize(("length", "code"), [(2_500_001, "payload_too_large"), (2_500_000, "not_authenticated")])
def test_the_size_is_looked_at_before_the_caller(client, db, length: int, code: str) -> None:
    body = b" " * length
    problem(client.post("/api/v1/brands/", body, content_type="application/json"), code)
