"""The WSGI application that is served, called as a server calls it."""

import io
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from accounts.services.tokens import create_token
from catalog_project import hot_reads
from catalog_project.wsgi import application
from tests.factories.accounts import UserFactory
from tests.factories.products import ProductFactory

LIST = "/api/v1/products/"


@dataclass
class Reply:
    """An answer, and whether it came the short way."""

    status: int
    headers: dict[str, str]
    body: bytes
    was_hot: bool

    @property
    def steady(self) -> tuple[int, dict[str, str], bytes]:
        """All of it but what is each answer's own."""
        own = {name: value for name, value in self.headers.items() if name != "X-Request-ID"}
        return self.status, own, self.body


class Service:
    """The application as a server calls it."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.hot = False
        again = hot_reads._again

        def note(*args: Any, **options: Any) -> object:
            self.hot = True
            return again(*args, **options)

        monkeypatch.setattr(hot_reads, "_again", note)

    def get(self, path: str = LIST, *, method: str = "GET", **environ: Any) -> Reply:
        self.hot = False
        path, _, query = path.partition("?")
        said: list = []
        asked = {
            "REQUEST_METHOD": method,
            "SCRIPT_NAME": "",
            "PATH_INFO": path,
            "QUERY_STRING": query,
            "SERVER_NAME": "testserver",
            "SERVER_PORT": "80",
            "SERVER_PROTOCOL": "HTTP/1.1",
            "REMOTE_ADDR": "127.0.0.1",
            "HTTP_HOST": "testserver",
            "wsgi.url_scheme": "http",
            "wsgi.input": io.BytesIO(),
            **environ,
        }
        response = application(asked, lambda status, headers: said.extend((status, headers)))
        body = b"".join(response)
        if close := getattr(response, "close", None):
            close()
        return Reply(int(said[0][:3]), dict(said[1]), body, self.hot)

    def warm(self, path: str = LIST, **environ: Any) -> Reply:
        """The answer once it comes the short way; others who use the same server may have written in between."""
        for _ in range(50):
            reply = self.get(path, **environ)
            if reply.was_hot:
                return reply
        pytest.fail("it never came the short way")


def staff() -> dict[str, str]:
    """What a request of somebody carries who may see drafts."""
    UserFactory(username="anna", password="correct horse", role="catalog_viewer")
    return {"HTTP_AUTHORIZATION": f"Bearer {create_token(username='anna', password='correct horse').access}"}


def looks_at_a_sale(monkeypatch: pytest.MonkeyPatch, start: datetime, look: Callable[[], Any]) -> list[Any]:
    """What is seen of the product `sale` before its window of ten seconds, in its first and last moments, and after."""
    ProductFactory(
        slug="sale", published_from=start + timedelta(seconds=10), published_until=start + timedelta(seconds=20)
    )
    seen = []
    for seconds in (0, 9.999, 10, 19.999, 20):
        monkeypatch.setattr(timezone, "now", lambda after=seconds: start + timedelta(seconds=after))
        seen.append(look())
    return seen
