"""Workers of an import that are no processes: which of them is done first is drawn."""

import random
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from products.exchange import import_workers
from products.exchange.import_workers import Settings
from products.exchange.records import Record


class Hand:
    """A worker, and the pipe to it: it does its work when its results are read."""

    def __init__(self, settings: tuple[bool, bool], *, is_lost: bool) -> None:
        self.landed, self._is_lost = 0, is_lost
        self._settings, self._age, self._importer = Settings(*settings), -1, None

    def send(self, message: Any) -> None:
        self._message = message

    def recv(self) -> Any:
        if self._is_lost:
            raise EOFError
        age, lines = self._message
        self.landed += len(lines)
        if age != self._age:
            self._age, self._importer = age, import_workers._importer(self._settings)
        return import_workers._land(self._importer, [Record(line, document) for line, document in lines])


class Team:
    """Takes the place of processes; those with the numbers `lost` have been killed."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, seed: int) -> None:
        self._draw, self.most_busy = random.Random(seed), 0
        self.hands, self.lost = list[Hand](), set[int]()
        monkeypatch.setattr(import_workers, "started", self._started)
        monkeypatch.setattr(import_workers, "wait", self._wait)

    @contextmanager
    def _started(self, workers: int, path: str, settings: tuple[bool, bool]) -> Iterator[list[Hand]]:
        self.hands = [Hand(settings, is_lost=number in self.lost) for number in range(workers)]
        yield self.hands

    def _wait(self, busy: Collection[Hand]) -> list[Hand]:
        self.most_busy = max(self.most_busy, len(busy))
        return self._draw.sample(list(busy), self._draw.randint(1, len(busy)))
