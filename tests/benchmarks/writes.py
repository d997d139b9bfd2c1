"""What writes cost: a PATCH here and on plain DRF, and prices one by one and a thousand in a call.

Each request changes something: no text and no amount is sent to a row twice. The service and DRF write to copies of
the catalog, one each, which go with the run: DRF knows nothing of versions, log and read model, and would leave them
wrong.
"""

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from itertools import count

from tests.benchmarks.contestants import CATALOG, DRF, WORKERS, Backing, serving
from tests.benchmarks.editors import Editor
from tests.benchmarks.endpoints import PRODUCTS
from tests.benchmarks.filling import copied
from tests.benchmarks.load import Request, exchange, request
from tests.benchmarks.rounds import Figure, Plan, Task, measure_rounds
from tests.benchmarks.sameness import require_same
from tests.benchmarks.samples import Sample
from tests.benchmarks.servers import Server, await_all

PATCH, PRICE = "patch", "price"
ONE, MANY = 1, 1_000
MEANING = {
    PATCH: "a product gets another name",
    PRICE: "a variant gets another price, by PATCH or as an item of a bulk call. Costs and rates are an item's, "
    "latencies and sizes a call's",
}
AMOUNTS = 1_000_000
WARM_UP = 1
# What DRF's plain PATCH leaves as it was, and when that was.
UNLIKE = ("version", "updated_at")

Make = Callable[[int, str], Request]


def bulk_of(items: int) -> str:
    """How the service is called where it takes so many items in a call."""
    return f"{CATALOG.name}, bulk of {items:,}"


SCATTERED = f"{bulk_of(MANY)}, each of another product"


@dataclass(frozen=True)
class Changes:
    """Requests made by a number and a token, without end: a warm-up need not wait until all rows are reached."""

    make: Make
    editor: Editor
    server: Server
    numbers: Iterator[int]

    def __len__(self) -> int:
        return WARM_UP

    def __iter__(self) -> Iterator[Request]:
        token = self.editor.token(self.server)
        return (self.make(number, token) for number in self.numbers)


def measure_writes(of: Sample, backing: Backing, plan: Plan, *, rows: int) -> Iterator[Figure]:
    """Rounds of all writes in turn. Raises DifferentBodiesError where DRF does not answer as the service does."""
    editor = Editor(backing, rows)
    with ExitStack() as stack:
        running = []
        for contestant in (CATALOG, DRF):
            copy = stack.enter_context(copied(backing, rows, contestant.name))
            running.append(stack.enter_context(serving(contestant, backing, rows=rows, copy=copy)))
        service, drf = running
        await_all(running)
        _require_same_answers(service, drf, editor, of)
        yield from measure_rounds(_tasks(service, drf, editor, of), backing, plan)


def _tasks(service: Server, drf: Server, editor: Editor, of: Sample) -> list[Task]:
    kinds = [
        (PATCH, CATALOG.name, service, renaming(of), 1),
        (PATCH, DRF.name, drf, renaming(of), 1),
        (PRICE, CATALOG.name, service, pricing(of.priced), 1),
        (PRICE, bulk_of(ONE), service, bulk_pricing(of.priced, ONE), ONE),
        (PRICE, bulk_of(MANY), service, bulk_pricing(of.priced, MANY, step=2 * MANY), MANY),
        (PRICE, SCATTERED, service, bulk_pricing(of.scattered, MANY), MANY),
    ]
    numbers = count()
    # a call for each worker, unless they would wait for each other's products
    bulks_at_once = max(min(len(of.scattered) // MANY, WORKERS), 1)
    return [
        Task(
            endpoint, name, server, Changes(make, editor, server, numbers), items, bulks_at_once if items > 1 else None
        )
        for endpoint, name, server, make, items in kinds
    ]


def _require_same_answers(service: Server, drf: Server, editor: Editor, of: Sample) -> None:
    rename = renaming(of)
    wanted, found = (json.loads(exchange(server.port, rename(0, editor.token(server)))) for server in (service, drf))
    found |= {name: wanted[name] for name in UNLIKE}
    require_same(wanted, found, f"{drf.name} differs from {service.name} after a PATCH")


def renaming(of: Sample) -> Make:
    """PATCHes of products in turn."""

    def make(number: int, token: str) -> Request:
        name = f"{of.words[number % len(of.words)]} {number}"
        return _sent("PATCH", f"{PRODUCTS}{_turn(of.products, number)}/", {"name": name}, token)

    return make


def pricing(variants: Sequence[int]) -> Make:
    """PATCHes of variants in turn."""

    def make(number: int, token: str) -> Request:
        return _sent("PATCH", f"/api/v1/variants/{_turn(variants, number)}/", _prices(number), token)

    return make


def bulk_pricing(variants: Sequence[int], items: int, step: int = 0) -> Make:
    """Calls of so many items, each of another variant as far as there are so many.

    Each call begins `step` variants behind the last, or where that ended: neighbours may have a product in common.
    """

    def make(number: int, token: str) -> Request:
        begin = number * (step or items)
        found = range(begin, begin + items)
        return _sent("POST", "/api/v1/bulk/", [_item(_turn(variants, each), each) for each in found], token)

    return make


def _item(variant: int, number: int) -> dict[str, object]:
    return {"op": "set_price", "resource": "variant", "ref": variant, "data": _prices(number)}


def _prices(number: int) -> dict[str, object]:
    return {"prices": {"USD": {"amount": f"{(number % AMOUNTS + 1) / 100:.2f}"}}}


def _turn(rows: Sequence[int], number: int) -> int:
    return rows[number % len(rows)]


def _sent(method: str, path: str, body: object, token: str) -> Request:
    return request(method, path, token=token, body=json.dumps(body).encode())
