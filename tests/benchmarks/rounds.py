"""The measuring: rounds in which every contestant is driven in turn, and what each answer cost in each of them."""

import statistics
from collections.abc import Iterable, Iterator, Mapping, Sequence, Sized
from dataclasses import dataclass
from typing import Protocol

from tests.benchmarks.accounting import cpu_seconds
from tests.benchmarks.contestants import Backing
from tests.benchmarks.load import Load, Request, drive
from tests.benchmarks.servers import Server

WARM_UP_SHARE = 0.2


@dataclass(frozen=True)
class Plan:
    """How long and how hard: rounds, seconds of each measurement, connections of the client."""

    rounds: int
    seconds: float
    connections: int


@dataclass(frozen=True)
class Figure:
    """One measurement. Costs are microseconds of processor time an item, latencies milliseconds.

    An answer is one item, but for those of bulk calls. The size of an answer is in kilobytes, with its head.
    """

    endpoint: str
    contestant: str
    round: int
    answers: int
    errors: int
    per_second: float
    size: float
    server_cost: float
    database_cost: float
    cache_cost: float
    client_cost: float
    p50: float
    p95: float
    p99: float

    @property
    def cost(self) -> float:
        """What an answer costs the server and PostgreSQL together."""
        return self.server_cost + self.database_cost


class Requests(Sized, Iterable[Request], Protocol):
    """What is sent in turn; its length says how many requests reach everything once."""


@dataclass(frozen=True)
class Task:
    """What one contestant is asked under the name of one endpoint.

    `items` says how many each request holds, `at_once` how many requests may be under way where not all connections
    should be busy.
    """

    endpoint: str
    contestant: str
    server: Server
    requests: Requests
    items: int = 1
    at_once: int | None = None


class NothingAnsweredError(Exception):
    """A measurement without a single right answer; the message says what came instead."""


def measure_rounds(tasks: Sequence[Task], backing: Backing, plan: Plan) -> Iterator[Figure]:
    """Every task once a round, in the order given, so that what disturbs the machine disturbs neighbours alike."""
    for number in range(1, plan.rounds + 1):
        for task in tasks:
            yield _measure(task, backing, plan, number)


def _measure(task: Task, backing: Backing, plan: Plan, number: int) -> Figure:
    # once through all addresses at least: what can be cached is cached then
    connections = min(plan.connections, task.at_once or plan.connections)
    drive(task.server.port, task.requests, connections=connections, count=len(task.requests) * 2)
    drive(task.server.port, task.requests, connections=connections, seconds=plan.seconds * WARM_UP_SHARE)
    roots = {"server": task.server.pid, "database": backing.database.pid, "cache": backing.cache.pid}
    before = _clocks(roots)
    load = drive(task.server.port, task.requests, connections=connections, seconds=plan.seconds)
    used = {name: after - before[name] for name, after in _clocks(roots).items()}
    if not load.answers:
        raise NothingAnsweredError(f"{task.contestant} answered no {task.endpoint} rightly: {load.errors}")
    return _figure(task, number, load, used)


def _clocks(roots: Mapping[str, int]) -> dict[str, float]:
    return {name: cpu_seconds(root) for name, root in roots.items()}


def _figure(task: Task, number: int, load: Load, used: Mapping[str, float]) -> Figure:
    items = load.answers * task.items
    costs = {name: seconds / items * 1e6 for name, seconds in used.items()}
    p50, p95, p99 = (_percentile(sorted(load.latencies), share) * 1e3 for share in (0.50, 0.95, 0.99))
    return Figure(
        endpoint=task.endpoint,
        contestant=task.contestant,
        round=number,
        answers=load.answers,
        errors=sum(load.errors.values()),
        per_second=items / load.seconds,
        size=load.received / load.answers / 1000,
        server_cost=costs["server"],
        database_cost=costs["database"],
        cache_cost=costs["cache"],
        client_cost=load.client_seconds / items * 1e6,
        p50=p50,
        p95=p95,
        p99=p99,
    )


def _percentile(ordered: Sequence[float], share: float) -> float:
    return ordered[min(int(len(ordered) * share), len(ordered) - 1)]


def median(figures: Sequence[Figure], endpoint: str, contestant: str, what: str) -> float | None:
    """The median over the rounds of one attribute of a figure, or None where nothing was measured."""
    found = [getattr(each, what) for each in figures if (each.endpoint, each.contestant) == (endpoint, contestant)]
    return statistics.median(found) if found else None


def same_round_ratios(
    figures: Sequence[Figure], endpoint: str, contestant: str, other: str, what: str = "cost"
) -> list[float]:
    """For each round, how many times the other's value this contestant's is."""
    of = {(each.round, each.contestant): getattr(each, what) for each in figures if each.endpoint == endpoint}
    rounds = sorted({number for number, name in of if name == contestant and (number, other) in of})
    return [of[number, contestant] / of[number, other] for number in rounds]
