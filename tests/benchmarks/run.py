"""A run, part by part."""

import sys
from collections.abc import Iterable, Iterator

import psycopg
import redis

from tests.benchmarks import report, samples, servers, targets, writes
from tests.benchmarks.comparison import measure_comparison
from tests.benchmarks.contestants import Backing, database_name
from tests.benchmarks.endpoints import COMPARED, GROWING
from tests.benchmarks.filling import Filling, fill
from tests.benchmarks.growth import measure_growth
from tests.benchmarks.memory import Reading, watch
from tests.benchmarks.options import Options
from tests.benchmarks.report import Part
from tests.benchmarks.rounds import Figure
from tests.benchmarks.samples import Sample
from tests.benchmarks.writes import measure_writes


def measure(options: Options, backing: Backing) -> Iterator[Part]:
    """Do what was asked for, one part after the other."""
    sizes = [options.products, *([options.growth] if options.grows() else [])]
    fillings = [_fill(backing, rows) for rows in sizes]
    drawn = {rows: _draw(backing, rows) for rows in sizes}
    yield _about(options, backing, fillings)
    if options.compares():
        yield _comparison(options, backing, drawn[options.products])
    if options.grows():
        yield _growth(options, backing, drawn)
    if options.writes():
        yield _writes(options, backing, drawn[options.products])
    if options.weighs():
        yield _memory(options, backing, drawn[options.products])


def _about(options: Options, backing: Backing, fillings: list[Filling]) -> Part:
    with psycopg.connect(servers.database_url(backing.database.port, "postgres")) as connection:
        database = connection.info.parameter_status("server_version") or "unknown"
    with redis.Redis(port=backing.cache.port) as client:
        cache = str(client.info("server")["redis_version"])
    lines = [report.machine(database, cache), report.plan(options.plan, options.products), report.filling(fillings)]
    verdicts = [verdict for filling in fillings for verdict in targets.judge_filling(filling)]
    return Part("Where and how", "\n".join(filter(None, lines)), verdicts)


def _comparison(options: Options, backing: Backing, of: Sample) -> Part:
    chosen = options.chosen(COMPARED)
    figures = _followed(measure_comparison(chosen, of, backing, options.plan, rows=options.products))
    tables = [report.comparison(figures, endpoint.name, endpoint.what) for endpoint in chosen]
    body = "\n\n".join(filter(None, tables))
    return Part("Side by side", body, targets.judge_comparison(figures), _errors(figures))


def _growth(options: Options, backing: Backing, drawn: dict[int, Sample]) -> Part:
    figures = _followed(measure_growth(drawn, options.chosen(GROWING), backing, options.plan))
    verdicts = targets.judge_growth(figures, (options.products, options.growth))
    return Part("As the catalog grows", report.growth(figures), verdicts, _errors(figures))


def _writes(options: Options, backing: Backing, of: Sample) -> Part:
    figures = _followed(measure_writes(of, backing, options.plan, rows=options.products))
    tables = [report.comparison(figures, endpoint, what) for endpoint, what in writes.MEANING.items()]
    return Part("Writing", "\n\n".join(tables), targets.judge_writes(figures), _errors(figures))


def _memory(options: Options, backing: Backing, of: Sample) -> Part:
    found = watch(backing, of, COMPARED, rows=options.products, requests=options.memory)
    readings = []
    for reading in found:
        _say(f"after {reading.requests:,} requests: {reading.resident:.1f} MB resident, errors {reading.errors}")
        readings.append(reading)
    return Part("Memory of a worker", report.memory(readings), targets.judge_memory(readings), _errors(readings))


def _fill(backing: Backing, rows: int) -> Filling:
    _say(f"a catalog of {rows:,} products")
    return fill(backing, rows=rows)


def _draw(backing: Backing, rows: int) -> Sample:
    return samples.draw(servers.database_url(backing.database.port, database_name(rows)))


def _followed(figures: Iterable[Figure]) -> list[Figure]:
    """All figures, each told as it comes: a run takes long."""
    found = []
    for each in figures:
        what = f"round {each.round} {each.endpoint} of {each.contestant}"
        costs = f"server {each.server_cost:.0f} µs, PostgreSQL {each.database_cost:.0f} µs"
        _say(f"{what}: {each.per_second:.0f}/s, {costs}, client {each.client_cost:.0f} µs, errors {each.errors}")
        found.append(each)
    return found


def _errors(found: Iterable[Figure | Reading]) -> int:
    return sum(each.errors for each in found)


def _say(what: object) -> None:
    print(what, file=sys.stderr, flush=True)
