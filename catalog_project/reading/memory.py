"""Memory of one process, bounded in bytes: what was not asked for longest goes first."""

import threading
from collections import OrderedDict
from collections.abc import Hashable
from typing import Generic, TypeVar

Value = TypeVar("Value")

# What an entry costs beside its bytes and those of its key, roughly: its objects and its place.
OVERHEAD = 1_000


class Memory(Generic[Value]):
    """Values by key, for all threads. One larger than an eighth of the room is not kept."""

    def __init__(self, room: int) -> None:
        self._room = room
        self._taken = 0
        self._values: OrderedDict[Hashable, tuple[Value, int]] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: Hashable) -> Value | None:
        """The value, or None."""
        with self._lock:
            found = self._values.get(key)
            if found is None:
                return None
            self._values.move_to_end(key)
            return found[0]

    def put(self, key: Hashable, value: Value, size: int) -> None:
        """Keep a value in place of the key's former one; `size` is how many bytes both have."""
        size += OVERHEAD
        with self._lock:
            self._drop(key)
            if size > self._room // 8:
                return
            self._values[key] = (value, size)
            self._taken += size
            while self._taken > self._room:
                _, (_, freed) = self._values.popitem(last=False)
                self._taken -= freed

    def clear(self) -> None:
        """Forget everything."""
        with self._lock:
            self._values.clear()
            self._taken = 0

    @property
    def taken(self) -> int:
        """The bytes that are taken."""
        return self._taken

    def _drop(self, key: Hashable) -> None:
        if former := self._values.pop(key, None):
            self._taken -= former[1]
