"""Asks OSV (osv.dev), which gathers the advisories for PyPI, for known faults in the locked packages.

Exits with 0 where there are none, 1 where there are, and 2 where OSV could not be asked: then nothing is known.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from urllib.error import URLError
from urllib.request import Request, urlopen

HERE = Path(__file__).parent
LOCKED = ("base.txt", "dev.txt", "bench.txt")
PIN = re.compile(r"^([A-Za-z0-9._-]+)(?:\[[^]]*\])?==([^\s;\\]+)", re.MULTILINE)
SERVICE = "https://api.osv.dev/v1/querybatch"
PATIENCE_SECONDS = 20

Pin = tuple[str, str]


def main() -> int:
    pins = sorted({pin for name in LOCKED for pin in pins_of((HERE / name).read_text())})
    queries = [{"package": {"ecosystem": "PyPI", "name": name}, "version": version} for name, version in pins]
    try:
        found = list(advisories(pins, ask(queries)))
    except (URLError, TimeoutError, ValueError) as error:
        print(f"not audited: {SERVICE} could not be asked ({error})", file=sys.stderr)
        return 2
    for name, version, advisory in found:
        print(f"{name} {version}: https://osv.dev/vulnerability/{advisory}")
    print(f"{len(pins)} locked packages, {len(found)} known faults")
    return 1 if found else 0


def pins_of(locked: str) -> list[Pin]:
    """The packages of a lock file with their versions."""
    return PIN.findall(locked)


def ask(queries: Sequence[Mapping[str, object]]) -> dict[str, list[dict[str, list[dict[str, str]]]]]:
    """OSV's answer: one result for each query, in order."""
    body = json.dumps({"queries": queries}).encode()
    request = Request(SERVICE, body, {"Content-Type": "application/json"})  # it is https
    with urlopen(request, timeout=PATIENCE_SECONDS) as response:  # noqa: S310  # it is https
        return dict(json.load(response))


def advisories(
    pins: list[Pin], answer: dict[str, list[dict[str, list[dict[str, str]]]]]
) -> Iterator[tuple[str, str, str]]:
    """Each package with each advisory about it. Raises ValueError for an answer to something else."""
    for (name, version), result in zip(pins, answer.get("results", []), strict=True):
        for advisory in result.get("vulns", []):
            yield name, version, advisory["id"]


if __name__ == "__main__":
    sys.exit(main())
