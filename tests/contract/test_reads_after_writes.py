"""What is written through one connection is what the next read of any other connection, thread or worker finds."""

import http.client
import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing

import pytest

from tests.live import Manager
from tests.threads import at_once

pytestmark = pytest.mark.xdist_group("contract")
slow = pytest.mark.slow


class Line:
    """A connection to the service that is kept open: it stays with one worker for a while."""

    def __init__(self, manager: Manager) -> None:
        host, _, port = manager.live.url.removeprefix("http://").partition(":")
        self._connection = http.client.HTTPConnection(host, int(port), timeout=30)
        self._token = manager.token()

    def read(self, path: str) -> dict:
        self._connection.request("GET", path)
        return self._answer(200)

    def write(self, method: str, path: str, body: object) -> dict:
        headers = {"Authorization": f"Bearer {self._token}", "Content-Type": "application/json"}
        self._connection.request(method, path, json.dumps(body), headers)
        return self._answer(201 if method == "POST" else 200)

    def close(self) -> None:
        self._connection.close()

    def _answer(self, status: int) -> dict:
        answer = self._connection.getresponse()
        content = answer.read()
        assert answer.status == status, content
        return json.loads(content)


@pytest.fixture
def line(manager) -> Iterator[Callable[[], Line]]:
    """Opens lines, and closes them at the end."""
    with ExitStack() as ends:
        yield lambda: ends.enter_context(closing(Line(manager)))


def first_name(page: dict) -> str:
    return page["results"][0]["name"]


@pytest.mark.parametrize("rounds", [50, pytest.param(1000, marks=slow)])
def test_no_read_ever_finds_the_old_value_after_the_write_was_answered(line, rounds: int) -> None:
    writer, readers = line(), [line() for _ in range(8)]
    made = writer.write("POST", "/api/v1/brands/", {"name": "Brand 0"})
    path, listed = f"/api/v1/brands/{made['slug']}/", "/api/v1/brands/?ordering=-created_at&page_size=1"
    for number in range(1, rounds + 1):
        writer.write("PATCH", path, {"name": f"Brand {number}"})
        reader = readers[number % 8]
        assert reader.read(path)["name"] == f"Brand {number}"
        assert first_name(reader.read(listed)) == f"Brand {number}"


@pytest.mark.parametrize("rounds", [50, pytest.param(300, marks=slow)])
def test_readers_at_once_never_fall_behind_what_was_answered_before_they_asked(line, rounds: int) -> None:
    writer = line()
    made = writer.write("POST", "/api/v1/brands/", {"name": "Race 0"})
    path = f"/api/v1/brands/{made['slug']}/"
    answered = [0]

    def write() -> int:
        for number in range(1, rounds):
            writer.write("PATCH", path, {"name": f"Race {number}"})
            answered[0] = number
        answered[0] = rounds
        return 0

    def read() -> int:
        reader, stale = line(), 0
        while (least := answered[0]) < rounds:
            stale += int(reader.read(path)["name"].split()[1]) < least
        return stale

    calls: list[Callable[[], int]] = [write, *[read] * 6]
    assert at_once(7, lambda number: calls[number]()) == [0] * 7


@pytest.mark.parametrize("path", ["/api/v1/products/", "/api/v1/categories/"])
def test_a_page_that_was_empty_shows_what_came(line, path: str) -> None:
    writer, reader = line(), line()
    for number in range(5):
        reader.read(path)
        reader.read(path)
        body: dict = {"name": f"New {number}"}
        if "products" in path:
            body |= {"status": "active", "variants": [{"sku": f"NEW-{number}"}]}
        made = writer.write("POST", path, body)
        assert made["slug"] in {row["slug"] for row in reader.read(f"{path}?ordering=-created_at")["results"]}
