"""Which attribute suits what values."""

from typing import Any

import pytest

from products.exchange.guessing import document, guess, widened
from products.exchange.json_schemas import NO_HINT, Hint
from products.exchange.observing import Seen

FEW = ["red", "blue", "green"] * 4


def met(*values: Any) -> Seen:
    seen = Seen()
    for value in values:
        seen.note(value)
    return seen


def guessed(*values: Any, code: str = "a", hint: Hint = NO_HINT) -> str:
    found = guess(met(*values), code, hint)
    return found if isinstance(found, str) else f"{found.type} {found.unit} {','.join(found.labels)}".strip()


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([True, False], "boolean"),
        ([1, 2.5, None], "number"),
        (["16 GB", "8 GB"], "number GB"),
        (["16 GB", "8 TB"], "text"),
        (["16 GB", "8"], "text"),
        (["16", "8"], "text"),
        (["2030-01-31", "2029-02-28"], "date"),
        (["2030-01-31", "2030-02-30"], "text"),
        (["20300131"], "text"),
        ([*FEW, ""], "option  blue,green,red"),
        (["red", "blue"], "text"),
        ([f"{n}" for n in range(51)] * 9, "text"),
        (["x" * 1_000], "text"),
        ([["x", "y"], ["x"], []], "options  x,y"),
        ([["x", "y"], "z"], "options  x,y,z"),
    ],
)
def test_the_narrowest_that_takes_all_is_guessed(values: list[Any], expected: str) -> None:
    assert guessed(*values) == expected


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        ([{"a": 1}], "objects, and lists of them, cannot be typed"),
        ([[{"a": 1}]], "objects, and lists of them, cannot be typed"),
        ([[1, 2]], "a list of what is no text cannot be typed"),
        ([1, "x"], r"values of several kinds (number, text) cannot share one type"),
        ([True, 1], r"values of several kinds (boolean, number) cannot share one type"),
        (["x" * 1_001], "a text of 1001 characters is too long"),
        ([[f"{n}" for n in range(501)]], "a list of so many or so long texts is no choice of options"),
    ],
)
def test_what_suits_no_attribute_is_told_with_the_reason(values: list[Any], reason: str) -> None:
    assert guessed(*values) == reason


def test_a_schema_names_choices_and_units_and_is_widened_to_what_was_met() -> None:
    assert guessed("b", "c", hint=Hint(choices=("a", "b"))) == "option  a,b,c"
    assert guessed(5, hint=Hint(unit="mm")) == "number mm"
    made = document(guess(met(5), "a", NO_HINT), "a", met(5, 99), Hint(min=10, max=50))  # type: ignore[arg-type]
    assert (made["min"], made["max"]) == (5, 99)


def test_a_range_is_not_guessed() -> None:
    made = document(guess(met(5), "a"), "a", met(5))  # type: ignore[arg-type]
    assert (made["min"], made["max"]) == (None, None)


@pytest.mark.parametrize(
    ("values", "filterable", "searchable"),
    [(["x"], False, True), (FEW, True, True), ([["x"]], True, False), ([True], True, False), ([5], True, False)],
)
def test_choices_and_numbers_filter_and_texts_are_searched(values, filterable, searchable) -> None:
    made = document(guess(met(*values), "a"), "a", met(*values))  # type: ignore[arg-type]
    assert (made["filterable"], made["searchable"]) == (filterable, searchable)


@pytest.mark.parametrize(
    ("code", "name"),
    [("capacity_gb", "Capacity"), ("coreFamily", "Core family"), ("PCCase_size", "PC case size"), ("a_3d", "A 3d")],
)
def test_a_name_is_made_of_the_code(code: str, name: str) -> None:
    assert document(guess(met(5), code), code, met(5))["name"] == name  # type: ignore[arg-type]


def attribute(**values: Any) -> dict[str, Any]:
    return {"code": "a", "unit": "", "min": None, "max": None, "options": [], **values}


def test_an_attribute_that_is_there_takes_new_values_in() -> None:
    ranged = widened(attribute(type="number", min=3, max=9), met(1, 5), "a")
    assert ranged is not None
    assert (ranged["min"], ranged["max"]) == (1, 9)
    options = [{"code": "r", "label": "Red", "position": 0}]
    chosen = widened(attribute(type="option", options=options), met("Red", "Blue"), "a")
    assert chosen is not None
    assert [option["code"] for option in chosen["options"]] == ["r", "Blue"]


@pytest.mark.parametrize(
    ("present", "values", "fits"),
    [
        ({"type": "text"}, FEW, True),
        ({"type": "text"}, [5], False),
        ({"type": "number", "unit": "GB"}, ["16 GB"], True),
        ({"type": "number", "unit": "GB"}, ["16 TB"], False),
        ({"type": "number"}, ["16 TB"], False),
        ({"type": "boolean"}, [True], True),
        ({"type": "boolean"}, ["yes"], False),
        ({"type": "date"}, ["2030-01-31"], True),
        ({"type": "date"}, ["soon"], False),
        ({"type": "option"}, [["x"]], False),
        ({"type": "options"}, ["x"], True),
    ],
)
def test_an_attribute_that_is_there_is_kept_where_it_takes_the_values(present, values, fits) -> None:
    assert (widened(attribute(**present), met(*values), "a") is not None) == fits
