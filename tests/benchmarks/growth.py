"""What the same requests cost at two sizes of the catalog, and what a page costs far down the list."""

import json
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from urllib.parse import parse_qs, urlsplit

from tests.benchmarks.contestants import CATALOG, COLD, Backing, serving
from tests.benchmarks.endpoints import Endpoint, listed, served
from tests.benchmarks.load import fetch, get
from tests.benchmarks.rounds import Figure, Plan, Task, measure_rounds
from tests.benchmarks.samples import Sample
from tests.benchmarks.servers import Server, await_all

LARGEST_PAGE = 100
DEEP_ROW = 900_000
DEEP_SHARE = 0.9
DEEP_PAGES = 20
DEEP = "deep page"


def at(contestant: str, rows: int) -> str:
    """How a contestant is called that serves a catalog of this size."""
    return f"{contestant}, {rows:,}"


def measure_growth(
    samples: dict[int, Sample], endpoints: Sequence[Endpoint], backing: Backing, plan: Plan
) -> Iterator[Figure]:
    """Rounds over the endpoints, small and large catalog side by side, warm and cold, then the deep pages."""
    with ExitStack() as stack:
        serve = {
            (contestant.name, rows): stack.enter_context(serving(contestant, backing, rows=rows))
            for contestant in (CATALOG, COLD)
            for rows in sorted(samples)
        }
        await_all(serve.values())
        smallest, largest = min(samples), max(samples)
        tasks = [
            Task(endpoint.name, at(name, rows), server, [get(path) for path in endpoint.paths(samples[rows])])
            for endpoint in served(endpoints, serve[CATALOG.name, smallest], samples[smallest])
            for (name, rows), server in serve.items()
        ]
        pages = [get(path) for path in deep_pages(serve[COLD.name, largest], deep_row(samples[largest].visible))]
        tasks += [
            Task(DEEP, at(name, rows), server, pages) for (name, rows), server in serve.items() if rows == largest
        ]
        yield from measure_rounds(tasks, backing, plan)


def deep_row(visible: int) -> int:
    """Row 900,000 where there are so many, else the one after nine tenths."""
    enough = DEEP_ROW + LARGEST_PAGE * (DEEP_PAGES + 1)
    return DEEP_ROW if visible >= enough else int(visible * DEEP_SHARE) // LARGEST_PAGE * LARGEST_PAGE


def deep_pages(server: Server, row: int) -> list[str]:
    """Addresses of pages of 20 behind this row of the list, found by walking there: a cursor cannot be made up."""
    path, found = listed(page_size=LARGEST_PAGE, fields="id"), []
    for passed in range(LARGEST_PAGE, row + LARGEST_PAGE * DEEP_PAGES, LARGEST_PAGE):
        following = json.loads(fetch(server.port, path))["next"]
        if following is None:
            break
        [cursor] = parse_qs(urlsplit(following).query)["cursor"]
        path = listed(page_size=LARGEST_PAGE, fields="id", cursor=cursor)
        if passed >= row:
            found.append(listed(cursor=cursor))
    return found
