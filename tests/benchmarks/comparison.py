"""The contestants side by side, on one catalog."""

import pickle
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from pathlib import Path

from tests.benchmarks.contestants import CATALOG, CEILING, COLD, DRF, FASTAPI, Backing, serving
from tests.benchmarks.endpoints import Endpoint, served
from tests.benchmarks.load import fetch, get
from tests.benchmarks.rounds import Figure, Plan, Task, measure_rounds
from tests.benchmarks.sameness import require_same_products
from tests.benchmarks.samples import Sample
from tests.benchmarks.servers import Server, await_all


def measure_comparison(
    endpoints: Iterable[Endpoint], of: Sample, backing: Backing, plan: Plan, *, rows: int
) -> Iterator[Figure]:
    """Rounds over the endpoints, all contestants in turn. Raises DifferentBodiesError where they do not agree."""
    with ExitStack() as stack:
        running = {
            contestant: stack.enter_context(serving(contestant, backing, rows=rows))
            for contestant in (CATALOG, COLD, FASTAPI, DRF)
        }
        service, *others = running.values()
        await_all(running.values())
        chosen = served(endpoints, service, of)
        require_same_products(service, others, chosen, of)
        bodies = _collect_bodies(service, chosen, of, backing.folder)
        ceiling = serving(CEILING, backing, rows=rows, BENCHMARK_BODIES=str(bodies))
        running[CEILING] = stack.enter_context(ceiling)
        await_all([running[CEILING]])
        tasks = [
            Task(endpoint.name, contestant.name, server, [get(path) for path in endpoint.paths(of)])
            for endpoint in chosen
            for contestant, server in running.items()
            if endpoint.rivals or contestant not in {FASTAPI, DRF}
        ]
        yield from measure_rounds(tasks, backing, plan)


def _collect_bodies(service: Server, endpoints: Iterable[Endpoint], of: Sample, folder: Path) -> Path:
    paths = {path for endpoint in endpoints for path in endpoint.paths(of)}
    file = folder / "bodies.pickle"
    file.write_bytes(pickle.dumps({path: fetch(service.port, path) for path in paths}))
    return file
