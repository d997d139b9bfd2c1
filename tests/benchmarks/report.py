"""The report: what was measured as Markdown, on the terminal or between the marks of docs/benchmarks.md."""

import platform
import statistics
import subprocess
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from tests.benchmarks.contestants import CATALOG
from tests.benchmarks.filling import Filling
from tests.benchmarks.memory import Reading
from tests.benchmarks.rounds import Figure, Plan, median, same_round_ratios
from tests.benchmarks.servers import ROOT
from tests.benchmarks.targets import Verdict

BEGIN, END = "<!-- results: begin -->", "<!-- results: end -->"
PACKAGES = (
    "Django", "djangorestframework", "psycopg", "orjson", "redis", "gunicorn",
    "fastapi", "pydantic", "sqlalchemy", "asyncpg", "uvicorn", "uvloop", "httptools",
)  # fmt: skip
# What stands over a column, which attribute of a figure stands in it, and with how many decimals.
COLUMNS = {
    "server + PostgreSQL µs": ("cost", 0),
    "server µs": ("server_cost", 0),
    "PostgreSQL µs": ("database_cost", 0),
    "Redis µs": ("cache_cost", 0),
    "client µs": ("client_cost", 0),
    "requests/s": ("per_second", 0),
    "p50 ms": ("p50", 1),
    "p95 ms": ("p95", 1),
    "p99 ms": ("p99", 1),
    "KB": ("size", 1),
}


@dataclass(frozen=True)
class Part:
    """What a part of a run found: its heading and tables, what was to be reached, and how many answers were wrong."""

    heading: str
    body: str
    verdicts: list[Verdict] = field(default_factory=list)
    errors: int = 0


def has_place(path: Path) -> bool:
    """Whether results can be put into the file: it is new or has the marks."""
    return not path.exists() or {BEGIN, END} <= set(path.read_text().splitlines())


def write(path: Path, results: str) -> None:
    """Put the results between the marks of the file, which keeps the rest; a file without marks becomes the results."""
    text = path.read_text() if path.exists() else f"{BEGIN}\n{END}\n"
    before, _, rest = text.partition(BEGIN)
    path.write_text(f"{before}{BEGIN}\n{results.strip()}\n{END}{rest.partition(END)[2]}")


def tell(parts: Sequence[Part]) -> str:
    """A run as Markdown: where and how, what was to be reached, then every part."""
    about, *measured = parts
    verdicts = [verdict for part in parts for verdict in part.verdicts]
    sections = [(about.heading, about.body), ("What must be reached", _verdicts(verdicts))]
    sections += [(part.heading, part.body) for part in measured]
    return "\n\n".join(f"## {heading}\n\n{body}" for heading, body in sections if body)


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A Markdown table, numbers to the right of the first column."""
    lines = [head, ["---", *["--:"] * (len(head) - 1)], *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def machine(database_version: str, cache_version: str) -> str:
    """Where and with what it was measured."""
    packages = ", ".join(f"{name} {version(name)}" for name in PACKAGES)
    lines = [
        f"- machine: {_cpu_count()} × {_cpu_model()}, {_memory_gb():.0f} GB, Linux {platform.release()}",
        f"- servers: PostgreSQL {database_version}, Redis {cache_version}, Python {platform.python_version()}",
        f"- packages: {packages}",
        f"- catalog at {_commit()}, on {datetime.now(UTC):%Y-%m-%d}",
    ]
    return "\n".join(lines)


def plan(of: Plan, rows: int) -> str:
    """How it was measured, in one line."""
    rounds = f"{of.rounds} rounds of {of.seconds:g} s for each contestant and endpoint"
    return f"- {rows:,} products where nothing else is said; {rounds}, {of.connections} connections"


def comparison(figures: Sequence[Figure], endpoint: str, what: str, ours: str = CATALOG.name) -> str:
    """One endpoint: a line for each contestant, with ratios to ours in the same rounds; empty where not measured."""
    names = dict.fromkeys(each.contestant for each in figures if each.endpoint == endpoint)
    if not names:
        return ""
    rows = [
        [name, _spread(same_round_ratios(figures, endpoint, name, ours)), *_numbers(figures, endpoint, name)]
        for name in names
    ]
    head = ["", "× ours, same round", *COLUMNS, "errors"]
    return f"### `{endpoint}`: {what}\n\n{table(head, rows)}"


def growth(figures: Sequence[Figure]) -> str:
    """All requests of the growth run."""
    keys = dict.fromkeys((each.endpoint, each.contestant) for each in figures)
    rows = [[f"`{endpoint}` of {name}", *_numbers(figures, endpoint, name)] for endpoint, name in keys]
    return table(["request", *COLUMNS, "errors"], rows)


def memory(readings: Sequence[Reading]) -> str:
    """A worker's memory as its requests go by."""
    rows = [
        [f"{each.requests:,}", f"{each.resident:.1f}", f"{each.proportional:.1f}", str(each.errors)]
        for each in readings
    ]
    return table(["requests", "resident MB", "proportional MB", "errors"], rows)


def filling(fillings: Iterable[Filling]) -> str:
    """What filling took, where it was done in this run."""
    lines = [
        f"- `seed_catalog --products {each.rows}`: {each.seconds:.0f} s, at most {each.megabytes:.0f} MB"
        for each in fillings
        if each.seconds is not None and each.megabytes is not None
    ]
    return "\n".join(lines)


def _verdicts(found: Sequence[Verdict]) -> str:
    rows = [[each.bound, each.measured, "yes" if each.reached else "**no**"] for each in found]
    return table(["must reach", "measured", "reached"], rows) if rows else ""


def _numbers(figures: Sequence[Figure], endpoint: str, name: str) -> list[str]:
    """The medians under `COLUMNS`, and the sum of the errors."""
    medians = [f"{median(figures, endpoint, name, what) or 0:,.{decimals}f}" for what, decimals in COLUMNS.values()]
    errors = sum(each.errors for each in figures if (each.endpoint, each.contestant) == (endpoint, name))
    return [*medians, str(errors)]


def _spread(ratios: Sequence[float]) -> str:
    return f"{statistics.median(ratios):.3g} ({min(ratios):.3g}–{max(ratios):.3g})" if ratios else ""


def _cpu_count() -> int:
    return Path("/proc/cpuinfo").read_text().count("processor\t:")


def _cpu_model() -> str:
    return _field("/proc/cpuinfo", "model name")


def _memory_gb() -> float:
    return int(_field("/proc/meminfo", "MemTotal").split()[0]) * 1024 / 1e9


def _field(path: str, name: str) -> str:
    lines = Path(path).read_text().splitlines()
    return next((line.partition(":")[2].strip() for line in lines if line.startswith(name)), "unknown")


def _commit() -> str:
    done = subprocess.run(
        ["git", "describe", "--always", "--dirty"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    return done.stdout.strip() or "an unknown commit"
