"""How often Python looks for cycles among objects, for work that makes many objects and few cycles."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager

# By default every 700 are looked through, and time and again all. Ten times more seldom saves no more time, and lets a
# busy server grow by a megabyte every other second.
SELDOM = 5_000


@contextmanager
def collecting_seldom() -> Iterator[None]:
    """Look for garbage less often: for commands that write in bulk, which free nearly all by counting references."""
    usual = gc.get_threshold()
    collect_seldom()
    try:
        yield
    finally:
        gc.set_threshold(*usual)
        gc.unfreeze()


def collect_seldom() -> None:
    """The same from now on: for a server's worker, whose threads share one collector."""
    gc.freeze()  # what has been loaded by now stays: it need not be looked through
    gc.set_threshold(SELDOM, *gc.get_threshold()[1:])
