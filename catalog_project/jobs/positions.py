"""Places in an input, at which the reading of it can be taken up again."""

from typing import NamedTuple


class Position(NamedTuple):
    """A place between two items of an input: so many bytes, and so many lines or items, lie before it."""

    offset: int = 0
    line: int = 0


START = Position()
