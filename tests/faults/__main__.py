"""Breaks what the service stands on, under load, and tells what its clients noticed: `make faults`.

`python -m tests.faults --help` lists the options; docs/reliability.md has the last results.
"""

import argparse
import signal
import sys
from collections.abc import Iterator, Sequence
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules

from tests.faults import report
from tests.faults.findings import FULL, SHORT, Finding, Pace
from tests.faults.stand import stand

SCENARIOS = tuple(sorted(module.name for module in iter_modules([str(Path(__file__).parent / "scenarios")])))


def main(words: Sequence[str]) -> int:
    """Run the scenarios; the exit status is 1 where a fault did more than it may."""
    options = _read(words)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("faults: stopped"))  # unwinds, so that no server stays behind
    findings = []
    for finding in run(options.only or SCENARIOS, SHORT if options.short else FULL):
        print(report.row(finding), flush=True)
        findings.append(finding)
    if options.write:
        report.write(options.write, report.tell(findings, "make faults"))
    return 0 if all(finding.is_reached for finding in findings) else 1


def run(names: Sequence[str], pace: Pace) -> Iterator[Finding]:
    """What the scenarios of these names find, one after the other."""
    with stand() as made:
        for name in names:
            made.settled()
            yield from import_module(f"tests.faults.scenarios.{name}").run(made, pace)


def _read(words: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.faults", description="Breaks things and counts.")
    parser.add_argument("--only", type=_names, default=(), metavar="NAME,NAME", help=f"of {', '.join(SCENARIOS)}")
    parser.add_argument("--short", action="store_true", help="seconds instead of minutes: shows that all of it works")
    parser.add_argument("--write", type=Path, metavar="FILE", help="put the results into this document too")
    return parser.parse_args(words)


def _names(text: str) -> tuple[str, ...]:
    names = tuple(text.split(","))
    if unknown := [name for name in names if name not in SCENARIOS]:
        raise argparse.ArgumentTypeError(f"{', '.join(unknown)}: not among {', '.join(SCENARIOS)}")
    return names


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
