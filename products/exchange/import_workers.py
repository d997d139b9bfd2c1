"""Importing by several processes: one reads and hands out batches, the others land them.

What comes out is what one process makes. Records that lay claim to the same go into one batch, in their order, or the
later one is held back until the earlier one has landed; what is no product waits for all before it, and all behind it
wait for it.
"""

from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import groupby
from multiprocessing.connection import Connection, wait
from typing import Any, NamedTuple, cast

from django.db import Error, reset_queries

from catalog_project.errors import Fault
from catalog_project.garbage import collecting_seldom
from catalog_project.processes import LOST, started
from products.exchange.claims import Claims
from products.exchange.importing import PRODUCT, Importer
from products.exchange.mapping import AS_THEY_ARE
from products.exchange.records import Outcome, Record, is_full

# So many batches for each process are landed, or read ahead, before the first of them has to be told of.
MOST_OPEN = 4
Item = tuple[Record, Any]
Result = tuple[Outcome | None, list[Fault]]


class Settings(NamedTuple):
    """What the workers' importers are made with."""

    has_mapping: bool
    create_missing: bool


class Landing:
    """An import by several processes; `importer` lands nothing but what is no product."""

    def __init__(self, importer: Importer) -> None:
        self._importer = importer
        self._idle = list[Connection]()
        self._busy = dict[Connection, _Batch]()
        self._silent = set[Connection]()  # those that have landed something, for all that is known
        self._held = _Batch()
        self._open = _Open()
        self._age = 0  # rises when what workers remember of the catalog may have changed

    @property
    def has_landed(self) -> bool:
        """Whether there may be anything in the catalog behind the last record that was yielded."""
        if self._busy or self._silent:
            return True
        return any(record.outcome not in {None, Outcome.FAILED} for record in self._open.records)

    def land(
        self, batches: Iterable[Sequence[Record]], *, workers: int, settings: Settings
    ) -> Iterator[Sequence[Record]]:
        """Land all records; yields them in their order, each with its outcome.

        Raises Error when the database is lost, ChildProcessError when a worker is: when those that were begun have
        ended, and those of which nothing in front is missing have been told of.
        """
        with started(workers, f"{__name__}.work", tuple(settings)) as pipes:
            self._idle += pipes
            try:
                for batch in batches:
                    self._take(batch)
                    while self._held.is_full or self._open.is_full(MOST_OPEN * workers):
                        self._advance()
                        yield self._open.done()
                self._settle()
            except (Error, OSError, KeyboardInterrupt):
                self._give_up()
                yield self._open.done()
                raise
            yield self._open.done()

    def _take(self, batch: Sequence[Record]) -> None:
        self._open.add(batch)
        readable = (record for record in batch if record.outcome is None)
        for is_product, group in groupby(readable, key=lambda record: self._importer.kind(record) == PRODUCT):
            if is_product:
                for record in group:
                    self._held.add((record, self._importer.document(record)))
            else:
                self._settle()
                self._importer.land(list(group))
                self._age += 1

    def _settle(self) -> None:
        """Have all landed that has been taken."""
        while self._held.items or self._busy:
            self._advance()

    def _advance(self) -> None:
        """Hand out what can be landed now, else wait until something has landed that was."""
        if not self._hand_out() and self._busy:
            for pipe in cast("list[Connection]", wait(self._busy)):
                self._receive(pipe)

    def _hand_out(self) -> bool:
        """Whether there was a process, and a batch for it."""
        if not self._idle or not self._held.items:
            return False
        batch, self._held = self._chosen()
        if batch.items:
            pipe = self._idle.pop()
            self._silent.add(pipe)  # who is interrupted here does not know what became of it
            with suppress(ConnectionError):  # a process that has ended is noticed when its results are read
                pipe.send((self._age, [(record.line, document) for record, document in batch.items]))
            self._silent.remove(pipe)
            self._busy[pipe] = batch
        return bool(batch.items)

    def _chosen(self) -> tuple["_Batch", "_Batch"]:
        """Of what is held as much as crosses nothing in front of it, and the rest."""
        chosen, held = _Batch(), _Batch()
        found = self._importer.claims(self._held.items)
        for item, claims in zip(self._held.items, found, strict=True):
            earlier = (held, *self._busy.values())
            is_free = not chosen.is_full and not any(claims.crosses(batch.claims) for batch in earlier)
            (chosen if is_free else held).add(item, claims)
        return chosen, held

    def _receive(self, pipe: Connection) -> None:
        batch = self._busy.pop(pipe)
        self._silent.add(pipe)
        results = _answer(pipe)
        if isinstance(results, Error):
            raise results  # of a part that may stand behind others that have landed
        self._silent.remove(pipe)
        for (record, _), (outcome, faults) in zip(batch.items, results, strict=True):
            record.outcome, record.faults, record.values = outcome, faults, {}
        self._idle.append(pipe)

    def _give_up(self) -> None:
        """Wait for what has been begun."""
        while self._busy:
            with suppress(Error, OSError):
                self._receive(next(iter(self._busy)))


@dataclass
class _Batch:
    """Records with the documents that mean them, and what all of them lay claim to."""

    items: list[Item] = field(default_factory=list)
    claims: Claims = field(default_factory=Claims)
    size: int = 0

    @property
    def is_full(self) -> bool:
        return is_full(len(self.items), self.size)

    def add(self, item: Item, claims: Claims | None = None) -> None:
        self.items.append(item)
        self.size += item[0].size
        if claims:
            self.claims.add(claims)


class _Open:
    """Records that have been read and not been told of, in their order."""

    def __init__(self) -> None:
        self.records = deque[Record]()
        self._size = 0

    def is_full(self, batches: int) -> bool:
        """Whether they are more than so many batches."""
        return is_full(len(self.records) // batches, self._size // batches)

    def add(self, batch: Sequence[Record]) -> None:
        self.records.extend(batch)
        self._size += sum(record.size for record in batch)

    def done(self) -> list[Record]:
        """Take out the first ones, up to one without an outcome."""
        done = []
        while self.records and self.records[0].outcome is not None:
            done.append(self.records.popleft())
        self._size -= sum(record.size for record in done)
        return done


def work(pipe: Connection, settings: tuple[bool, bool]) -> None:
    """Land batches for as long as somebody hands them out, and say what became of each record."""
    with suppress(EOFError, OSError), collecting_seldom():
        age, importer = 0, _importer(Settings(*settings))
        while True:
            now, lines = pipe.recv()
            if now != age:
                age, importer = now, _importer(Settings(*settings))
            pipe.send(_land(importer, [Record(line, document) for line, document in lines]))
            reset_queries()  # with DEBUG on, Django would keep every statement


def _importer(settings: Settings) -> Importer:
    mapping = AS_THEY_ARE if settings.has_mapping else None
    return Importer(by=None, mapping=mapping, create_missing=settings.create_missing)


def _land(importer: Importer, records: Sequence[Record]) -> list[Result] | Error:
    try:
        return [(record.outcome, record.faults) for record in importer.land(records)]
    except Error as error:
        return type(error)(str(error))  # without what caused it, which cannot be sent


def _answer(pipe: Connection) -> list[Result] | Error:
    """What became of a batch. Raises ChildProcessError where nobody is left to say it."""
    try:
        return cast("list[Result] | Error", pipe.recv())
    except (EOFError, OSError) as error:
        raise ChildProcessError(LOST) from error
