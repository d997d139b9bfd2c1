"""No update is lost: writers of several processes count in one product, each by reading, adding and writing back."""

import http.client
import json
import random
import time
from collections.abc import Iterator
from contextlib import closing
from multiprocessing import get_context
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.live import Live, serve

WRITERS = 8
PATIENCE_SECONDS = 300
PASSWORD = "correct horse battery staple"


class Line:
    """One connection of a signed-in editor."""

    def __init__(self, url: str) -> None:
        self._connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=60)
        self._headers = {"Content-Type": "application/json"}
        body = {"username": "editor", "password": PASSWORD}
        _, token, _ = self.send("POST", "/api/v1/auth/token/", body)
        self._headers["Authorization"] = f"Bearer {token['access']}"

    def send(self, method: str, path: str, body: Any = None, **headers: str) -> tuple[int, Any, str]:
        """Status, body and ETag of the answer."""
        content = None if body is None else json.dumps(body)
        self._connection.request(method, path, content, self._headers | headers)
        answer = self._connection.getresponse()
        return answer.status, json.loads(answer.read()), answer.getheader("ETag", "")

    def close(self) -> None:
        self._connection.close()


@pytest.fixture
def live(tmp_path: Path) -> Iterator[Live]:
    with serve(tmp_path) as live:
        live.manage("create_staff", "editor", "--role", "catalog_editor", "--password-stdin", stdin=PASSWORD)
        yield live


def count(url: str, path: str, rounds: int) -> dict[int, int]:
    """Add one as often as a writer has to, reading again whenever somebody was faster; how often each status came."""
    statuses: dict[int, int] = {}
    deadline = time.monotonic() + PATIENCE_SECONDS
    with closing(Line(url)) as line:
        while statuses.get(200, 0) < rounds and time.monotonic() < deadline:
            _, read, tag = line.send("GET", path)
            body = {"attributes": {"counter": read["attributes"]["counter"] + 1}}
            status, _, _ = line.send("PATCH", path, body, **{"If-Match": tag})
            statuses[status] = statuses.get(status, 0) + 1
            if status == 412:
                time.sleep(random.random() / 10)  # as any client does, so that not all come back at once
    return statuses


@pytest.mark.parametrize("rounds", [10, pytest.param(50, marks=pytest.mark.slow)])
def test_eight_writers_count_together(live, rounds: int) -> None:
    with closing(Line(live.url)) as line:
        _, made, _ = line.send("POST", "/api/v1/products/", {"name": "Counter", "attributes": {"counter": 0}})
    path = f"/api/v1/products/{made['id']}/"
    with get_context("spawn").Pool(WRITERS) as pool:
        answers = pool.starmap(count, [(live.url, path, rounds)] * WRITERS)
    assert [answer[200] for answer in answers] == [rounds] * WRITERS
    assert {status for answer in answers for status in answer} == {200, 412}
    with closing(Line(live.url)) as line:
        _, found, _ = line.send("GET", path)
    assert found["attributes"] == {"counter": WRITERS * rounds}
    assert found["version"] == 1 + WRITERS * rounds
