"""What the service must reach, as ratios of medians of one run; each is told with what was measured."""

import statistics
from collections.abc import Sequence
from dataclasses import dataclass

from tests.benchmarks import endpoints as asked
from tests.benchmarks.contestants import CATALOG, CEILING, COLD, DRF, FASTAPI
from tests.benchmarks.endpoints import Endpoint
from tests.benchmarks.filling import Filling
from tests.benchmarks.growth import DEEP, at
from tests.benchmarks.memory import Reading
from tests.benchmarks.rounds import Figure, median, same_round_ratios
from tests.benchmarks.writes import MANY, ONE, PATCH, PRICE, bulk_of

FLAT = 1.05


@dataclass(frozen=True)
class Verdict:
    """A bound, what was measured, and whether it holds."""

    bound: str
    measured: str
    reached: bool


def at_least(what: str, value: float | None, bound: float, unit: str = "x") -> list[Verdict]:
    """A verdict, or none where nothing was measured."""
    return [] if value is None else [Verdict(f"{what} ≥ {bound:g}{unit}", f"{value:.2f}{unit}", value >= bound)]


def at_most(what: str, value: float | None, bound: float, unit: str = "x") -> list[Verdict]:
    """A verdict, or none where nothing was measured."""
    return [] if value is None else [Verdict(f"{what} ≤ {bound:g}{unit}", f"{value:.2f}{unit}", value <= bound)]


def ratio(figures: Sequence[Figure], over: tuple[str, str], under: tuple[str, str], what: str = "cost") -> float | None:
    """A ratio of medians; `over` and `under` are pairs of endpoint and contestant."""
    upper, lower = median(figures, *over, what), median(figures, *under, what)
    return upper / lower if upper is not None and lower else None


def judge_comparison(figures: Sequence[Figure]) -> list[Verdict]:
    """The service against the FastAPI rival and the ceiling."""
    verdicts = []
    for endpoint, contestant, times in (
        (asked.LIST, CATALOG, 10),
        (asked.COUNT, CATALOG, 20),
        (asked.LIST, COLD, 6),
        (asked.DETAIL, CATALOG, 5),
        (asked.DETAIL, COLD, 3),
    ):
        verdicts += _against_fastapi(figures, endpoint, contestant.name, times)
    for endpoint in (asked.LIST, asked.COUNT, asked.DETAIL):
        cost = ratio(figures, (endpoint.name, CATALOG.name), (endpoint.name, CEILING.name))
        verdicts += at_most(f"`{endpoint.name}` of {CATALOG.name}: cost over the ceiling's", cost, 2.5)
    return verdicts


def _against_fastapi(figures: Sequence[Figure], endpoint: Endpoint, ours: str, times: float) -> list[Verdict]:
    service, rival = (endpoint.name, ours), (endpoint.name, FASTAPI.name)
    cost = ratio(figures, rival, service)
    throughput = ratio(figures, service, rival, "per_second")
    name = f"`{endpoint.name}` of {ours}"
    return [
        *at_least(f"{name}: FastAPI's cost over ours", cost, times),
        *at_least(f"{name}: our throughput over FastAPI's", throughput, times / 2),
    ]


def judge_growth(figures: Sequence[Figure], sizes: tuple[int, int]) -> list[Verdict]:
    """A large catalog against a small one, deep pages against the first, facets against none."""
    small, large = sizes
    verdicts = []
    for name in (CATALOG.name, COLD.name):
        for endpoint in (asked.LIST, asked.FILTERED, asked.DETAIL, asked.SEARCH):
            grown = ratio(figures, (endpoint.name, at(name, large)), (endpoint.name, at(name, small)))
            verdicts += at_most(f"`{endpoint.name}` of {name}: cost at {large:,} over {small:,}", grown, 1.5)
        deep = ratio(figures, (DEEP, at(name, large)), (asked.LIST.name, at(name, large)))
        verdicts += at_most(f"{DEEP} of {name}: cost over the first page's", deep, 1.2)
    return verdicts + _judge_facets(figures, large)


def _judge_facets(figures: Sequence[Figure], rows: int) -> list[Verdict]:
    warm, cold = at(CATALOG.name, rows), at(COLD.name, rows)
    verdicts = []
    for faceted, plain in ((asked.ALL_FACETS, asked.LIST), (asked.CATEGORY_FACETS, asked.CATEGORY)):
        cost = ratio(figures, (faceted.name, warm), (plain.name, warm))
        verdicts += at_most(f"`{faceted.name}` warm: cost over `{plain.name}`", cost, 3)
    p95 = median(figures, asked.CATEGORY_FACETS.name, cold, "p95")
    return verdicts + at_most(f"`{asked.CATEGORY_FACETS.name}` cold: p95", p95, 150, " ms")


def judge_writes(figures: Sequence[Figure]) -> list[Verdict]:
    """A PATCH with versions, log and read model against DRF's, and many prices in a call against one by one."""

    def times(endpoint: str, over: str, under: str, what: str = "cost") -> float:
        return statistics.median(same_round_ratios(figures, endpoint, over, under, what))

    ours, one, many = CATALOG.name, bulk_of(ONE), bulk_of(MANY)
    return [
        *at_least(f"`{PATCH}`: our throughput over plain DRF's", times(PATCH, ours, DRF.name, "per_second"), 0.5),
        *at_least(f"`{PATCH}`: plain DRF's cost over ours", times(PATCH, DRF.name, ours), 0.5),
        *at_least(f"`{PRICE}`: rate in calls of {MANY:,} over PATCHes'", times(PRICE, many, ours, "per_second"), 20),
        *at_most(f"`{PRICE}`: cost of {MANY:,} in a call over one PATCH", times(PRICE, many, ours) * MANY, 10),
        *at_most(f"`{PRICE}`: cost of a call of {MANY:,} over a call of 1", times(PRICE, many, one) * MANY, 10),
    ]


def judge_filling(filling: Filling) -> list[Verdict]:
    """A million products in ten minutes and 500 MB; for other sizes there is no bound."""
    if filling.rows != 1_000_000:
        return []
    return [
        *at_most("`seed_catalog --products 1000000`", filling.seconds, 600, " s"),
        *at_most("`seed_catalog --products 1000000`: peak memory", filling.megabytes, 500, " MB"),
    ]


def judge_memory(readings: Sequence[Reading]) -> list[Verdict]:
    """A worker's memory at the end, and that it did not rise over the second half."""
    if not readings:
        return []
    last, middle = readings[-1], readings[len(readings) // 2]
    return [
        *at_most(f"a worker after {last.requests:,} requests", last.resident, 150, " MB"),
        *at_most("its memory at the end over that at half time", last.resident / middle.resident, FLAT),
    ]
