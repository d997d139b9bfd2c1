"""What a worker holds in memory after many requests of all kinds, and whether it stays at that."""

import json
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from tests.benchmarks import contestants
from tests.benchmarks.accounting import descendants, memory
from tests.benchmarks.contestants import Backing, serving
from tests.benchmarks.editors import Editor
from tests.benchmarks.endpoints import PRODUCTS, Endpoint, listed, served
from tests.benchmarks.load import Load, Request, drive, get, request
from tests.benchmarks.samples import Sample
from tests.benchmarks.servers import Server, await_all

STEPS = 10
# One worker that is never replaced: it answers everything, and a leak has nowhere to hide.
ALONE = {"WEB_CONCURRENCY": "1", "GUNICORN_CMD_ARGS": "--max-requests 0"}


@dataclass(frozen=True)
class Reading:
    """A worker's memory in megabytes after so many requests."""

    requests: int
    resident: float
    proportional: float
    errors: int


def watch(backing: Backing, of: Sample, reads: Sequence[Endpoint], *, rows: int, requests: int) -> Iterator[Reading]:
    """Drive one worker with reads, writes and refusals, and weigh it at the start and after each tenth of them."""
    user = Editor(backing, rows)
    with serving(contestants.CATALOG, backing, rows=rows, **ALONE) as server:
        await_all([server])
        offered = served(reads, server, of)
        yield _weigh(server, 0, Load())
        for step in range(1, STEPS + 1):
            mix = _mix(of, offered, token=user.sign_in(server), seed=step)
            load = drive(server.port, mix, connections=8, count=requests // STEPS)
            yield _weigh(server, step * requests // STEPS, load)


def _weigh(server: Server, requests: int, load: Load) -> Reading:
    [worker] = descendants(server.pid)
    held = memory(worker)
    return Reading(requests, held.resident, held.proportional, sum(load.errors.values()))


def _mix(of: Sample, reads: Sequence[Endpoint], *, token: str, seed: int) -> list[Request]:
    """A thousand requests: 90 % reads, 5 % sales, 5 % that are refused."""
    draw = random.Random(seed)
    mixed = [get(draw.choice(draw.choice(reads).paths(of))) for _ in range(900)]
    mixed += [_set_stock(draw.choice(of.variants), draw.randint(1, 1000), token) for _ in range(50)]
    mixed += [get(f"{PRODUCTS}nothing-of-this-name/", status=404) for _ in range(25)]
    mixed += [get(listed(catgory=draw.randint(1, 1000)), status=400) for _ in range(25)]
    draw.shuffle(mixed)
    return mixed


def _set_stock(variant: int, stock: int, token: str) -> Request:
    body = json.dumps({"set": stock}).encode()
    return request("POST", f"/api/v1/variants/{variant}/stock/", token=token, body=body)
