"""Proves, before anything is timed, that the rivals serve what the service serves."""

import json
from collections.abc import Iterator, Sequence
from typing import Any

from tests.benchmarks.endpoints import Endpoint
from tests.benchmarks.load import fetch
from tests.benchmarks.samples import Sample
from tests.benchmarks.servers import Server

ASKED = 20


class DifferentBodiesError(Exception):
    """A rival shows other products than the service; the message names the first difference."""


def require_same_products(service: Server, rivals: Sequence[Server], endpoints: Sequence[Endpoint], of: Sample) -> int:
    """Compare answers as JSON, deeply; returns how many products were compared. Raises DifferentBodiesError."""
    compared = 0
    for path in [path for endpoint in endpoints if endpoint.rivals for path in endpoint.paths(of)[:ASKED]]:
        wanted = _shown(service, path)
        compared += len(wanted["products"]) * len(rivals)
        for rival in rivals:
            found = _shown(rival, path)
            asked = {name: found.get(name) for name in wanted}
            require_same(wanted, asked, f"{rival.name} differs from {service.name} at {path}")
    return compared


def require_same(wanted: Any, found: Any, sentence: str) -> None:
    """Raise DifferentBodiesError with the sentence and the first difference."""
    for place in differences(wanted, found):
        raise DifferentBodiesError(f"{sentence}: {place}")


def _shown(server: Server, path: str) -> dict[str, Any]:
    """The products of an answer and, where they were asked for, how many there are in all."""
    answer = json.loads(fetch(server.port, path))
    if "results" not in answer:
        return {"products": [answer]}
    counted = {"count": answer["count"]} if "count=exact" in path else {}
    return {"products": answer["results"], **counted}


def differences(wanted: Any, found: Any, place: str = "") -> Iterator[str]:
    """Where two JSON values differ, by pointer, the first first."""
    if isinstance(wanted, dict) and isinstance(found, dict) and wanted.keys() == found.keys():
        for key, value in wanted.items():
            yield from differences(value, found[key], f"{place}/{key}")
    elif isinstance(wanted, list) and isinstance(found, list) and len(wanted) == len(found):
        for index, (left, right) in enumerate(zip(wanted, found, strict=True)):
            yield from differences(left, right, f"{place}/{index}")
    elif wanted != found or type(wanted) is not type(found):
        yield f"{place or '/'} is {_short(found)} and not {_short(wanted)}"


def _short(value: Any) -> str:
    text = json.dumps(value)
    return text if len(text) <= 200 else f"{text[:200]}…"
