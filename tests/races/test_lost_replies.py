"""A worker dies between the commit and its reply: whoever asks again is told what was done."""

import http.client
import os
import random
import re
import select
import signal
import sqlite3
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, suppress
from itertools import chain
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest

from tests.live import PATIENCE_SECONDS, Live, employ_manager, serve
from tests.races.calling import Answer, Caller
from tests.threads import at_once

pytestmark = pytest.mark.xdist_group("races")
NO_ANSWER = (OSError, http.client.HTTPException)


class Tap:
    """A server's log as a pipe. While it is shut the pipe is full, and a worker that logs stands still.

    A worker logs each request when it was served, and replies then: so it is held between commit and reply.
    """

    def __init__(self, path: Path) -> None:
        os.mkfifo(path)
        self.path, self.text = path, ""
        self._outlet = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
        self._plug = os.open(path, os.O_WRONLY | os.O_NONBLOCK)
        self.open()

    def open(self) -> None:
        self._is_open = True
        self._thread = threading.Thread(target=self._drain)
        self._thread.start()

    def shut(self) -> None:
        self._is_open = False
        self._thread.join()
        for size in (4096, 1):
            with suppress(BlockingIOError):
                while True:
                    os.write(self._plug, b"\n" * size)

    def close(self) -> None:
        self._is_open = False
        self._thread.join()
        os.close(self._outlet)
        os.close(self._plug)

    def _drain(self) -> None:
        while self._is_open:
            if select.select([self._outlet], [], [], 0.05)[0]:
                self.text += os.read(self._outlet, 65_536).decode()


class Served:
    """A served catalog, somebody who calls it, and a hand at its workers."""

    def __init__(self, live: Live, tap: Tap) -> None:
        self.live, self.tap = live, tap
        self.caller = Caller(live.url, employ_manager(live).token())

    def workers(self) -> list[int]:
        """Their processes, as the log names them."""
        started = re.findall(r"Booting worker with pid: (\d+)", self.tap.text)
        return [int(pid) for pid in started if is_alive(int(pid))]

    def kill(self, *workers: int) -> None:
        for worker in workers:
            with suppress(ProcessLookupError):
                os.kill(worker, signal.SIGKILL)

    def is_committed(self, key: str) -> bool:
        """Whether the database holds the answer to a key, as another client of it sees."""
        url, query = self.live.environment["DATABASE_URL"], f"SELECT 1 FROM idempotency_record WHERE key = '{key}'"
        if url.startswith("sqlite"):
            with closing(sqlite3.connect(url.removeprefix("sqlite:///"))) as database:
                return database.execute(query).fetchone() is not None
        with psycopg.connect(url) as connection:
            return connection.execute(query).fetchone() is not None

    def insist(self, name: str, key: str) -> Answer:
        """Ask for a brand until there is an answer that is final."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < deadline:
            with suppress(*NO_ANSWER):
                answer = self.caller.post("brands/", {"name": name}, key=key)
                if answer.code not in {"idempotency_in_flight", "overloaded", "unavailable"}:
                    return answer
            time.sleep(0.02)
        raise AssertionError("no final answer")

    def names(self) -> list[str]:
        return [brand["name"] for brand in self.caller.get("brands/?page_size=100")["results"]]


def is_alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    return True


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    folder = tmp_path_factory.mktemp("lost")
    with serve(folder, LOG_LEVEL="INFO") as live, closing(Tap(folder / "tap")) as tap:
        live.stop()
        live.start(tap.path)
        try:
            yield Served(live, tap)
        finally:
            live.stop()


def test_what_was_committed_when_the_worker_died_is_answered_to_the_next_who_asks(served: Served) -> None:
    for _ in range(3):
        name = key = uuid4().hex
        served.tap.shut()
        with ThreadPoolExecutor(1) as pool:
            lost = pool.submit(served.caller.post, "brands/", {"name": name}, key=key)
            while not served.is_committed(key):
                assert not lost.done()
                time.sleep(0.01)
            time.sleep(0.2)
            assert not lost.done()
            served.kill(*served.workers())
            served.tap.open()
            assert isinstance(lost.exception(PATIENCE_SECONDS), NO_ANSWER)
        replies = [served.insist(name, key) for _ in range(3)]
        assert all(reply.is_replay and reply.steady == replies[0].steady for reply in replies)
        assert (replies[0].status, replies[0].json()["name"]) == (201, name)
        assert served.names().count(name) == 1


def test_whenever_workers_die_each_key_is_done_once(served: Served) -> None:
    keys = [[uuid4().hex for _ in range(12)] for _ in range(6)]

    def write(number: int) -> list[Answer]:
        return [served.insist(key, key) for key in keys[number]]

    def kill(seconds: float = 6) -> None:
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            time.sleep(random.uniform(0.05, 0.4))
            served.kill(*random.sample(served.workers(), 1))

    killer = threading.Thread(target=kill)
    killer.start()
    answers = list(chain(*at_once(6, write)))
    killer.join()
    assert [answer.status for answer in answers] == [201] * 72
    again = [served.insist(key, key) for key in chain(*keys)]
    assert [reply.steady for reply in again] == [answer.steady for answer in answers]
    assert all(reply.is_replay for reply in again)
    names = served.names()
    assert [names.count(key) for key in chain(*keys)] == [1] * 72
