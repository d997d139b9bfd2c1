"""Rules of the house that import-linter cannot tell, since it sees packages of others only as a whole."""

import ast
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("accounts", "catalog_project", "products")
INSIDE = ("models", "services", "search")
SOURCE = sorted(path for package in PACKAGES for path in (ROOT / package).rglob("*.py"))


def test_models_and_services_never_reach_http() -> None:
    inside = [path for path in SOURCE if is_inside(path.relative_to(ROOT))]
    assert inside
    assert not [found for path in inside for found in imports(path, "django.http", "rest_framework")]


def test_nothing_listens_to_signals() -> None:
    assert not [found for path in SOURCE for found in imports(path, "django.dispatch", "django.db.models.signals")]


def test_the_api_asks_for_rights_where_api_keys_limit_them() -> None:
    unlimited = {"is_superuser", "user_permissions", "get_user_permissions", "get_group_permissions"}
    doors = [path for package in PACKAGES for path in (ROOT / package / "api").rglob("*.py")]
    assert doors
    assert not [path for path in doors if unlimited & set(attributes(path))]


def test_no_module_is_named_for_nothing_in_particular() -> None:
    assert not [path for path in SOURCE if path.stem in {"utils", "helpers", "common", "misc"}]


@pytest.mark.parametrize("command", ["deploy/as-production", "deploy/venv", ".ci/run"])
def test_what_is_started_by_name_can_be_executed(command: str) -> None:
    assert os.access(ROOT / command, os.X_OK)


def is_inside(path: Path) -> bool:
    """In products/models/, accounts/services.py, catalog_project/models.py and the like."""
    return path.parts[1].removesuffix(".py") in INSIDE


def attributes(path: Path) -> Iterator[str]:
    """The names of all attributes that a module looks at."""
    nodes = ast.walk(ast.parse(path.read_text()))
    return (node.attr for node in nodes if isinstance(node, ast.Attribute))


def imports(path: Path, *modules: str) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text())):
        for name in imported_names(node):
            if name.startswith(tuple(f"{module}." for module in modules)):
                yield f"{path.relative_to(ROOT)}:{node.lineno} imports {name}"  # type: ignore[attr-defined]


def imported_names(node: ast.AST) -> list[str]:
    match node:
        case ast.Import(names=names):
            return [f"{alias.name}." for alias in names]
        case ast.ImportFrom(module=str(module), names=names):
            return [f"{module}.{alias.name}." for alias in names]
    return []
