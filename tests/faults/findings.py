"""What a scenario found: one row of the table."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from tests.faults.stand import Stand
from tests.faults.traffic import Sent, Traffic


@dataclass(frozen=True)
class Finding:
    """A fault, what it may do, what it did, and whether that is within what it may."""

    fault: str
    allowed: str
    measured: str
    is_reached: bool


@dataclass(frozen=True)
class Pace:
    """How long the parts of a scenario last, in seconds; the short form shows the same on less."""

    calm: float
    stopped: float
    away: float
    overload: float


FULL = Pace(calm=3, stopped=10, away=60, overload=30)
SHORT = Pace(calm=1, stopped=8, away=4, overload=5)

Scenario = Callable[[Stand, Pace], Iterator[Finding]]


def ledger(fault: str, traffic: Traffic) -> Finding:
    """Whether every acknowledged write is there with its last value, and none was applied twice."""
    wrong = traffic.faults_of_ledger()
    return Finding(
        f"{fault}: ledger", "every acknowledged write is there, none twice", "; ".join(wrong) or "all there", not wrong
    )


def unavailable(sent: list[Sent]) -> list[Sent]:
    """The 503s among these."""
    return [one for one in sent if one.outcome == 503]


def wrong(sent: list[Sent]) -> list[Sent]:
    """What went wrong in another way than a 503 that says when to come again."""
    return [one for one in sent if not one.is_right and not (one.outcome == 503 and one.retry_after)]
