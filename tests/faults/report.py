"""The table of docs/reliability.md."""

import os
import platform
import subprocess
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path

from tests.benchmarks.servers import ROOT
from tests.faults.findings import Finding

BEGIN, END = "<!-- results: begin -->", "<!-- results: end -->"


def tell(findings: Iterable[Finding], command: str) -> str:
    """What was found, as Markdown."""
    lines = [
        f"Of {datetime.now(UTC):%Y-%m-%d}, catalog at {_commit()}, {_machine()}; `{command}`.",
        "",
        "| fault | allowed | measured | reached |",
        "| --- | --- | --- | --- |",
    ]
    lines += [row(finding) for finding in findings]
    return "\n".join(lines)


def row(finding: Finding) -> str:
    """One line of the table."""
    reached = "yes" if finding.is_reached else "**no**"
    return f"| {finding.fault} | {finding.allowed} | {finding.measured} | {reached} |"


def write(path: Path, results: str) -> None:
    """Put the results between the marks of a document."""
    head, _, rest = path.read_text().partition(BEGIN)
    tail = rest.partition(END)[2]
    path.write_text(f"{head}{BEGIN}\n{results}\n{END}{tail}")


def _commit() -> str:
    said = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    return said.stdout.strip() or "an unknown commit"


def _machine() -> str:
    cpu = Path("/proc/cpuinfo").read_text()
    model = next((line.partition(":")[2].strip() for line in cpu.splitlines() if line.startswith("model name")), "?")
    return f"{os.cpu_count()} x {model}, Linux {platform.release()}"
