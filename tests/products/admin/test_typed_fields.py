"""Inputs for attributes: what they show, what they make of what is typed, and what counts as an edit."""

from typing import Any

import pytest
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st

from products.admin.typed_fields import AttributeField, LongTextField, field_for
from products.models.product_type import Definition

OPTIONS = {"red": "Red", "blue": "Blue"}


def defined(kind: str, **values: Any) -> Definition:
    own = {"code": "it", "name": "It", "type": kind, "unit": "", "filterable": False, "searchable": False}
    rule = {"min": None, "max": None, "level": "product", "required": "never"}
    return Definition(**{**own, **rule, "options": OPTIONS if kind.startswith("option") else {}, **values})


def field(kind: str, *, is_active: bool = False, **values: Any) -> AttributeField:
    return field_for(defined(kind, **values), is_active=is_active)


@pytest.mark.parametrize(
    ("kind", "typed", "value"),
    [
        ("text", " nylon ", "nylon"),
        ("number", "5", 5),
        ("number", "-0.50", -0.5),
        ("number", " 1e3 ", 1000.0),
        ("number", "9" * 30, 1e30),
        ("number", "9" * 9_000, None),
        ("boolean", "true", True),
        ("boolean", "false", False),
        ("boolean", "perhaps", "perhaps"),
        ("date", "2030-01-31", "2030-01-31"),
        ("option", "red", "red"),
        ("options", ["blue", "red", "blue"], ["red", "blue"]),
        ("options", ["green", "red"], ["red", "green"]),
    ],
)
def test_what_is_typed_becomes_json(kind: str, typed: Any, value: Any) -> None:
    if value is None:
        with pytest.raises(ValidationError):
            field(kind).clean(typed)
        return
    cleaned = field(kind).clean(typed)
    assert (cleaned, type(cleaned)) == (value, type(value))


@pytest.mark.parametrize("kind", ["text", "number", "boolean", "date", "option", "options"])
@pytest.mark.parametrize("typed", ["", None])
def test_an_empty_input_is_no_value_even_where_one_is_required(kind: str, typed: str | None) -> None:
    assert field(kind, required="always").clean(typed) is None


@pytest.mark.parametrize("typed", ["abc", "nan", "inf", "1e400", "--1", "1,5"])
def test_a_number_that_is_none_is_an_error(typed: str) -> None:
    with pytest.raises(ValidationError):
        field("number").clean(typed)


@pytest.mark.parametrize("kind", ["text", "date", "option", "boolean"])
def test_nul_is_an_error(kind: str) -> None:
    with pytest.raises(ValidationError):
        field(kind).clean("a\x00")


@given(value=st.integers(-(2**63), 2**63 - 1) | st.floats(allow_nan=False, allow_infinity=False))
def test_a_number_survives_its_input(value: float) -> None:
    shown = field("number").prepare_value(value)
    again = field("number").clean(shown)
    assert (again, type(again)) == (value, type(value))
    assert not field("number").has_changed(value, shown)


@given(value=st.text(st.characters(exclude_characters="\x00", exclude_categories=["Cs"])))
def test_a_text_as_a_browser_sends_it_back_is_no_edit(value: str) -> None:
    lines = value.replace("\r\n", "\n").replace("\r", "\n").replace("\n", "\r\n")
    assert not LongTextField().has_changed(value, lines)


@pytest.mark.parametrize(
    ("kind", "stored", "sent", "is_edit"),
    [
        ("text", " a ", " a ", False),
        ("text", "", "", False),
        ("text", "a", None, False),
        ("text", None, "", False),
        ("text", 5, "5", True),
        ("number", 5, "5", False),
        ("number", 5, "5.0", True),
        ("number", "5", "5", True),
        ("boolean", True, "true", False),
        ("boolean", "true", "true", True),
        ("option", "red", "", True),
        ("options", ["blue", "red"], ["red", "blue"], False),
        ("options", [], [], False),
        ("options", "red", ["red"], True),
        ("options", ["red"], [], True),
    ],
)
def test_an_edit_is_what_differs_from_what_is_stored(kind: str, stored: Any, sent: Any, is_edit: bool) -> None:
    assert field(kind).has_changed(stored, sent) is is_edit


@pytest.mark.parametrize(
    ("kind", "value", "can"),
    [
        ("text", "a", True),
        ("text", 5, True),
        ("text", ["a"], False),
        ("number", "5", True),
        ("number", "five", False),
        ("number", True, False),
        ("boolean", True, True),
        ("boolean", "yes", False),
        ("option", "red", True),
        ("option", "green", False),
        ("option", ["red"], False),
        ("options", "red", True),
        ("options", ["red", "green"], False),
        ("options", [["red"]], False),
        ("options", {"red": True}, False),
        ("date", {"a": 1}, False),
    ],
)
def test_an_input_shows_what_it_would_not_spoil(kind: str, value: Any, can: bool) -> None:
    assert field(kind).can_show(value) is can


def test_the_label_has_the_unit_and_the_help_the_limits() -> None:
    shown = field("number", unit="kg", min=0.0, max=2.5, required="to_publish")
    assert (shown.label, shown.help_text) == ("It (kg)", "0 to 2.5. Needed to publish")
    assert shown.widget.attrs == {"step": "any", "min": "0", "max": "2.5"}
    assert field("number", min=1.0).help_text == "At least 1"
    assert field("number", max=1.0).help_text == "At most 1"


@pytest.mark.parametrize(
    ("required", "is_active", "is_marked"),
    [("never", True, False), ("to_publish", False, False), ("to_publish", True, True), ("always", False, True)],
)
def test_what_has_to_be_there_is_marked(required: str, is_active: bool, is_marked: bool) -> None:
    assert field("text", required=required, is_active=is_active).required is is_marked


def test_choices_stand_in_their_order_and_none_comes_first() -> None:
    assert list(field("option").widget.choices) == [("", "---------"), ("red", "Red"), ("blue", "Blue")]
    assert list(field("options").widget.choices) == [("red", "Red"), ("blue", "Blue")]
    assert [value for value, _ in field("boolean").widget.choices] == ["", "true", "false"]
