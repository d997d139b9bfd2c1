"""What a run is asked to do."""

import argparse
from collections.abc import Iterable, Sequence
from pathlib import Path

from tests.benchmarks import report
from tests.benchmarks.endpoints import COMPARED, GROWING, Endpoint
from tests.benchmarks.rounds import Plan

PARTS = ("growth", "writes", "memory")
NAMES = tuple(dict.fromkeys([*(endpoint.name for endpoint in (*COMPARED, *GROWING)), *PARTS]))
LEAST_PRODUCTS = 100
SMOKE = ["--products=100", "--growth=200", "--rounds=1", "--seconds=0.1", "--memory=100"]


class Options(argparse.Namespace):
    """The command line, read."""

    products: int
    growth: int
    rounds: int
    seconds: float
    connections: int
    memory: int
    only: tuple[str, ...]
    data: Path | None
    write: Path | None

    @property
    def plan(self) -> Plan:
        """How long and how hard."""
        return Plan(self.rounds, self.seconds, self.connections)

    def compares(self) -> bool:
        """Whether the contestants are set side by side: always, unless only other parts were named."""
        return (not self.only or bool(self._named())) and bool(self.chosen(COMPARED))

    def grows(self) -> bool:
        """Whether a second size is measured."""
        return bool(self.growth) and (not self.only or "growth" in self.only)

    def writes(self) -> bool:
        """Whether writes are measured."""
        return not self.only or "writes" in self.only

    def weighs(self) -> bool:
        """Whether a worker's memory is watched."""
        return bool(self.memory) and (not self.only or "memory" in self.only)

    def chosen(self, endpoints: Iterable[Endpoint]) -> list[Endpoint]:
        """Those of the endpoints that were named, or all where none was."""
        named = self._named()
        return [endpoint for endpoint in endpoints if not named or endpoint.name in named]

    def _named(self) -> set[str]:
        return set(self.only) - set(PARTS)


def read(words: Sequence[str]) -> Options:
    """Options from the command line; exits with a sentence where they make no sense."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.benchmarks", description="Measures the catalog beside what else one might have taken."
    )
    add = parser.add_argument
    add("--products", type=positive, default=10_000, metavar="N", help="size of the catalog (10000)")
    add("--growth", type=natural, default=0, metavar="N", help="measure a catalog of N products beside it")
    add("--rounds", type=positive, default=5, metavar="N", help="interleaved rounds (5)")
    add("--seconds", type=float, default=5.0, metavar="S", help="length of each measurement (5)")
    add("--connections", type=positive, default=8, metavar="N", help="connections of the client (8)")
    add("--memory", type=natural, default=100_000, metavar="N", help="requests of the memory run (100000)")
    add("--only", type=names, default=(), metavar="NAME,NAME", help=f"of {', '.join(NAMES)}")
    add("--data", type=Path, metavar="DIR", help="keep the catalogs in this folder for the next run")
    add("--write", type=Path, metavar="FILE", help="put the results into this file too")
    add("--smoke", action="store_true", help="tiny and short: shows that all of it works, and nothing else")
    options = parser.parse_args([*SMOKE, *words] if "--smoke" in words else words, namespace=Options())
    if options.products < LEAST_PRODUCTS:
        parser.error(f"--products must be at least {LEAST_PRODUCTS}: of fewer there is too little to ask for")
    if options.growth and options.growth <= options.products:
        parser.error("--growth must be more than --products")
    if options.seconds <= 0:
        parser.error("--seconds must be more than 0")
    if options.write and not report.has_place(options.write):
        parser.error(f"{options.write} has no place for results: the lines {report.BEGIN} and {report.END}")
    return options


def positive(text: str) -> int:
    """A whole number, at least 1."""
    if not natural(text):
        raise argparse.ArgumentTypeError(f"{text!r} is not at least 1")
    return int(text)


def natural(text: str) -> int:
    """A whole number, at least 0."""
    if not text.isdecimal():
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number")
    return int(text)


def names(text: str) -> tuple[str, ...]:
    """Names of endpoints and parts."""
    found = tuple(text.split(","))
    if unknown := [name for name in found if name not in NAMES]:
        raise argparse.ArgumentTypeError(f"{', '.join(unknown)}: not among {', '.join(NAMES)}")
    return found
