"""Each variable that the settings read stands in .env.example and in the README's table, and no other does."""

import ast
import re
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
NAME = re.compile(r"[A-Z][A-Z0-9_]{3,}")


def test_each_variable_that_is_read_stands_in_the_example() -> None:
    example = (ROOT / ".env.example").read_text()
    assert set(re.findall(r"^(?:# )?([A-Z][A-Z0-9_]+)=", example, re.MULTILINE)) == variables_read()


def test_each_variable_in_the_example_has_its_explanation_above_it() -> None:
    lines = (ROOT / ".env.example").read_text().splitlines()
    bare = [line for above, line in pairwise(lines) if is_setting(line) and not is_comment(above)]
    assert not bare


def test_each_variable_that_is_read_stands_in_the_table_of_the_readme() -> None:
    readme = (ROOT / "README.md").read_text()
    assert set(re.findall(r"^\| `([A-Z][A-Z0-9_]+)`", readme, re.MULTILINE)) == variables_read()


def variables_read() -> set[str]:
    """What the readers of `settings.env` are called with."""
    return {name for path in (ROOT / "catalog_project" / "settings").glob("*.py") for name in names_in(path)}


def names_in(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text())):
        match node:
            case ast.Call(
                func=ast.Name() | ast.Attribute(value=ast.Name(id="env")), args=[ast.Constant(value=str(name)), *_]
            ) if NAME.fullmatch(name):
                yield name


def is_setting(line: str) -> bool:
    return re.match(r"(?:# )?[A-Z][A-Z0-9_]+=", line) is not None


def is_comment(line: str) -> bool:
    return line.startswith("# ") and not is_setting(line)
