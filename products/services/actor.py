"""Who writes."""

from typing import Protocol


class Actor(Protocol):
    """A signed-in user, as far as the write functions care; None stands for the system (commands)."""

    pk: int
