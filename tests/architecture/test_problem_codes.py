"""Every code that the code can raise is registered, and explained at /problems/."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.apps import apps
from django.db.models import UniqueConstraint
from django.urls import get_resolver

from catalog_project.api.exceptions import DRF_CODES
from catalog_project.api.problems import PROBLEMS

ROOT = Path(__file__).resolve().parents[2]
SOURCE = sorted(
    path for package in ("accounts", "catalog_project", "products") for path in (ROOT / package).rglob("*.py")
)
# Callables, and where in their arguments the code of a problem stands.
RAISES = {"Conflict": "code", "Missing": "code", "Gone": "code", "DomainError": "code", "TooLarge": "code"}
ANSWERS = {"problem_response": 1, "Failure": 0, "_always": 0, "refuse_at": 0}


@pytest.fixture(autouse=True)
def _urls() -> None:
    """An app registers its codes when its URLs are loaded."""
    assert get_resolver().url_patterns


def calls() -> Iterator[ast.Call]:
    for path in SOURCE:
        yield from (node for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Call))


def name_of(call: ast.Call) -> str:
    return getattr(call.func, "id", "") or getattr(call.func, "attr", "")


def constant(node: ast.expr | None) -> str | None:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None


def raised() -> set[str]:
    codes = set()
    for call in calls():
        keyword = RAISES.get(name_of(call))
        codes |= {constant(given.value) for given in call.keywords if keyword and given.arg == keyword}
        place = ANSWERS.get(name_of(call))
        codes |= {constant(call.args[place])} if place is not None and len(call.args) > place else set()
    return {code for code in codes if code}


def declared() -> set[str]:
    """The codes that views announce to the documentation."""
    codes: set[str] = set()
    for pattern in get_resolver().url_patterns:
        for route in getattr(pattern, "url_patterns", [pattern]):
            view = getattr(getattr(route, "callback", None), "cls", None)
            codes |= {code for listed in getattr(view, "problems", {}).values() for code in listed}
    return codes


def test_what_is_raised_is_registered() -> None:
    assert {"duplicate", "last_variant", "not_publishable", "server_error", "payload_too_large"} <= raised()
    assert raised() <= PROBLEMS.keys()


def test_what_is_announced_is_registered_and_raised_somewhere() -> None:
    assert {"insufficient_stock", "category_cycle"} <= declared()
    assert declared() <= PROBLEMS.keys()
    assert declared() <= raised() | set(DRF_CODES.values()) | unique_rules()


def unique_rules() -> set[str]:
    rules = [rule for model in apps.get_models() for rule in model._meta.constraints]
    return {str(rule.violation_error_code) for rule in rules if isinstance(rule, UniqueConstraint)}


def test_the_code_of_every_unique_rule_is_registered() -> None:
    ours = {rule for rule in unique_rules() if rule != "None"}
    assert ours <= PROBLEMS.keys()


def test_every_code_of_drf_is_registered() -> None:
    assert set(DRF_CODES.values()) <= PROBLEMS.keys()
