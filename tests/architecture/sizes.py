"""Reports how long functions, files and tests are: `make sizes`. A compass, not a gate.

A function's length is its lines without its docstring, decorators and blank lines.
"""

from __future__ import annotations

import ast
import statistics
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[2]
SOURCE = ("catalog_project", "products", "accounts", "deploy", "requirements")
LONG_FUNCTION = 40
LONG_FILE = 300

FunctionNode = ast.FunctionDef | ast.AsyncFunctionDef


class Function(NamedTuple):
    lines: int
    name: str
    place: str


def main() -> None:
    source = [function for path in files(*SOURCE) for function in functions(path)]
    tests = [function for path in files("tests") for function in functions(path) if function.name.startswith("test_")]
    print("functions  " + summary(source))
    print("tests      " + summary(tests))
    report(f"functions over {LONG_FUNCTION} lines", [f for f in source if f.lines > LONG_FUNCTION])
    report(f"files over {LONG_FILE} lines", long_files())


def files(*folders: str) -> list[Path]:
    found = (path for folder in folders for path in (ROOT / folder).rglob("*.py"))
    return sorted(path for path in found if "migrations" not in path.parts)


def functions(path: Path) -> Iterator[Function]:
    text = path.read_text()
    lines = text.splitlines()
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, FunctionNode):
            yield Function(length(node, lines), node.name, f"{path.relative_to(ROOT)}:{node.lineno}")


def length(node: FunctionNode, lines: list[str]) -> int:
    docstring = node.body[0] if ast.get_docstring(node) is not None else None
    first = docstring.lineno if docstring else 0
    last = (docstring.end_lineno or first) if docstring else -1
    numbers = range(node.lineno, (node.end_lineno or node.lineno) + 1)
    return sum(1 for number in numbers if not first <= number <= last and lines[number - 1].strip())


def summary(found: list[Function]) -> str:
    sizes = sorted(function.lines for function in found)
    if len(sizes) < 2:
        return f"{len(sizes)} found"
    p95 = statistics.quantiles(sizes, n=20)[-1]
    return f"{len(sizes)} found, median {statistics.median(sizes):g}, p95 {p95:g}, max {sizes[-1]} lines"


def long_files() -> list[Function]:
    counted = [(len(path.read_text().splitlines()), path) for path in files(*SOURCE, "tests")]
    return [Function(lines, path.name, str(path.relative_to(ROOT))) for lines, path in counted if lines > LONG_FILE]


def report(title: str, found: list[Function]) -> None:
    print(f"\n{title}: {len(found) or 'none'}")
    for item in sorted(found, reverse=True):
        print(f"  {item.lines:4} {item.name}  {item.place}")


if __name__ == "__main__":
    main()
