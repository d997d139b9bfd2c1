"""A cache of what was read: in this process first, then in Redis, and made by one caller at a time.

Nobody ever has to invalidate anything, see `generation`. Where there is no generation nothing is remembered: on
SQLite, whose store is embedded, inside a transaction, and while the database is away.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from django.conf import settings
from django.db import connection
from django.utils import timezone

from catalog_project.observability.metrics import count_cache
from catalog_project.reading import shared
from catalog_project.reading.entries import Entry
from catalog_project.reading.flight import Flights
from catalog_project.reading.generation import current_generation, is_away
from catalog_project.reading.memory import Memory

# Of each worker process, for all caches together.
ROOM = 16 * 1024 * 1024
# Larger values are handed out and not kept.
MOST_BYTES = 1024 * 1024
PATIENCE_SECONDS = 5.0
EDGE_SECONDS = 1.0

Make = Callable[[], bytes]
NextEdge = Callable[[datetime], datetime | None]

local: Memory[Entry] = Memory(ROOM)
_flights: Flights[Entry] = Flights(PATIENCE_SECONDS)
_edges: dict[str, tuple[float, float]] = {}
_edges_in: dict[str, tuple[bytes, float, float]] = {}


class Described(bytes):
    """A value with what is known of it: it ends at `until` (seconds since 1970) in any case, and has a `tag`."""

    until: float = math.inf
    tag: str = ""


@dataclass(frozen=True)
class ReadCache:
    """Values of one kind: `name` is how metrics call it and sets its keys apart from those of other kinds.

    `next_edge` tells the next moment after a given one at which the clock alone changes what is shown, if any. Keys
    must say everything that the value depends on beside the database and the clock, who is reading included.
    """

    name: str
    next_edge: NextEdge = lambda _: None

    def get_or_make(self, key: str, make: Make, *, generation: bytes | None = None, is_slow: bool = False) -> bytes:
        """The value as it is now; `entry` with less to know."""
        entry = self.entry(key, make, generation=generation, is_slow=is_slow)
        return make() if entry is None else entry.body

    def entry(self, key: str, make: Make, *, generation: bytes | None = None, is_slow: bool = False) -> Entry | None:
        """The value as it is now, with when it ends; None where nothing may be remembered.

        `generation` is what `current_generation` gave since the request arrived, if it was asked already. Something
        slow is made by one worker at a time as well, which costs two more questions to Redis.
        """
        generation = generation or generation_if_on()
        if generation is None:
            return None
        key = f"{self.name}:{key}"
        known = self._find(key, generation)
        count_cache(known is not None, self.name)
        if known:
            confirm(known, timezone.now().timestamp())
            return known
        return _flights.make((key, generation), lambda: self._made(key, generation, make, is_slow=is_slow))

    def passing(self, make: Make, *, generation: bytes | None = None) -> Entry | None:
        """The value as `entry` gives it, made in any case and not kept: what hardly anybody asks for twice."""
        generation = generation or generation_if_on()
        return None if generation is None else self._make(generation, make)

    def unkept(self, make: Make) -> Entry:
        """The value as it is now, with when it ends as far as is known, where nothing may be remembered."""
        now = timezone.now()
        return _made(b"", now, self.edge_soon(), make)

    def standing_in(self, key: str) -> Entry | None:
        """What stands in for a value that cannot be made while the database is away: it held a short while ago."""
        key, now = f"{self.name}:{key}", timezone.now().timestamp()
        found = (look(key) for look in (local.get, shared.fetch)) if settings.READ_CACHE else ()
        good = [entry for entry in found if entry and entry.stands_in(now)]
        return max(good, key=lambda entry: entry.held_at, default=None)

    def get_or_make_soft(self, key: str, make: Make, max_age: float = 5.0) -> tuple[bytes, datetime]:
        """The value, and the moment as of which it is right: now, or up to `max_age` seconds before this call.

        One that is no longer exact is made again by one caller once half of that time is over; the others go on
        with what there is. Without a generation it is made each time.
        """
        now = timezone.now()
        generation = generation_if_on()
        if generation is None:
            return make(), now
        key, oldest = f"{self.name}:{key}", now.timestamp() - max_age
        known = self._find_soft(key, generation, oldest)
        count_cache(known is not None, self.name)
        is_fresh = known and _fits(known, generation, oldest + max_age / 2)
        # What is under way is being made again already, for whichever generation.
        if known is None or not (is_fresh or _flights.is_under_way(key)):
            known = _flights.make(key, lambda: self._made(key, generation, make, oldest=oldest, is_slow=True))
        if not _fits(known, generation, oldest):  # the flight had set out long before this call
            known = self._make_and_keep(key, generation, make)
        is_exact = known.holds(generation, now.timestamp())
        return known.body, now if is_exact else datetime.fromtimestamp(known.made_at, UTC)

    def edge_soon(self) -> float:
        """When the clock will next change what is shown (seconds since 1970), as known a second ago."""
        now = timezone.now().timestamp()
        asked, edge = _edges.get(self.name, (-math.inf, math.inf))
        if 0 <= now - asked < EDGE_SECONDS and now < edge and not connection.in_atomic_block:
            return edge
        edge = self._edge(timezone.now())
        _edges[self.name] = now, edge
        return edge

    # --- Steps ------------------------------------------------------------------------------------------------

    def _find(self, key: str, generation: bytes) -> Entry | None:
        now = timezone.now().timestamp()
        known = local.get(key)
        if known and known.holds(generation, now):
            return known
        known = shared.fetch(key)
        if known is None or not known.holds(generation, now):
            return None
        known.key = key
        _keep(key, known)
        return known

    def _find_soft(self, key: str, generation: bytes, oldest: float) -> Entry | None:
        for look in (local.get, shared.fetch):
            known = look(key)
            if known and _fits(known, generation, oldest):
                _keep(key, known)
                return known
        return None

    def _made(self, key: str, generation: bytes, make: Make, *, is_slow: bool, oldest: float = math.inf) -> Entry:
        if not is_slow:
            return self._make_and_keep(key, generation, make)
        with shared.turn(key, lambda found: _fits(found, generation, oldest)) as known:
            if known is None:
                return self._make_and_keep(key, generation, make)
            _keep(key, known)
            return known

    def _make_and_keep(self, key: str, generation: bytes, make: Make) -> Entry:
        entry = self._make(generation, make)
        if len(entry.body) <= MOST_BYTES:
            entry.key = key
            _keep(key, entry)
            shared.store(key, entry)
        return entry

    def _make(self, generation: bytes, make: Make) -> Entry:
        # Taken before anything is read: what opens or closes while we read ends the entry at once.
        now = timezone.now()
        return _made(generation, now, self._edge_in(generation, now), make)

    def _edge_in(self, generation: bytes, now: datetime) -> float:
        """The next edge; where nothing was committed since it was asked, it is still the next one until it comes."""
        of, asked, edge = _edges_in.get(self.name, (b"", math.inf, math.inf))
        if of == generation and asked <= now.timestamp() < edge:
            return edge
        edge = self._edge(now)
        _edges_in[self.name] = generation, now.timestamp(), edge
        return edge

    def _edge(self, now: datetime) -> float:
        edge = self.next_edge(now)
        return math.inf if edge is None else edge.timestamp()


def _made(generation: bytes, now: datetime, edge: float, make: Make) -> Entry:
    body = make()
    if isinstance(body, Described):
        return Entry(body, generation, now.timestamp(), min(edge, body.until), body.tag)
    return Entry(body, generation, now.timestamp(), edge)


def confirm(entry: Entry, now: float) -> None:
    """Note that an entry was found to hold at this moment."""
    if renewed := entry.hold(now):
        shared.store(entry.key, renewed)


def is_database_away() -> bool:
    """Whether what stands in may be given, without asking; not with READ_CACHE off."""
    return settings.READ_CACHE and is_away()


def generation_if_on() -> bytes | None:
    """The state of the database where reads are remembered: not with READ_CACHE off."""
    return current_generation() if settings.READ_CACHE else None


def _keep(key: str, entry: Entry) -> None:
    local.put(key, entry, len(key) + len(entry.body))


def _fits(entry: Entry, generation: bytes, oldest: float) -> bool:
    now = timezone.now().timestamp()
    return entry.holds(generation, now) or oldest < entry.made_at <= now


def forget() -> None:
    """Forget what this process remembers."""
    local.clear()
    _edges.clear()
    _edges_in.clear()
