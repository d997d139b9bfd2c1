"""Codes made of foreign names."""

import re

import hypothesis
import pytest
from hypothesis import strategies as st

from products.exchange.codes import attribute_code, distinct, option_code, option_codes
from products.models.attribute import CODE_PATTERN, OPTION_CODE_PATTERN
from products.models.naming import CODE_LENGTH


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("color", "color"),
        ("coreFamily", "coreFamily"),
        ("Screen Size", "Screen_Size"),
        ("a.b__c", "a_b_c"),
        ("Größe", "Grosse"),
        ("3d_ready", "a_3d_ready"),
        ("_id", "id"),
        ("?!", ""),
        ("x" * 80, "x" * 64),
    ],
)
def test_a_code_keeps_what_it_can_of_a_name(name: str, code: str) -> None:
    assert attribute_code(name) == code


@pytest.mark.parametrize(
    ("label", "code"),
    [("red", "red"), ("Red", "Red"), ("80+ Gold", "80plus-Gold"), ("18 L", "18-L"), ('27"', "27"), ("?", "option")],
)
def test_an_option_keeps_what_it_can_of_its_label(label: str, code: str) -> None:
    assert option_code(label) == code


@hypothesis.given(st.text(max_size=80))
def test_whatever_is_made_is_a_code(text: str) -> None:
    code = attribute_code(text)
    assert not code or (re.match(CODE_PATTERN, code) and len(code) <= CODE_LENGTH)
    assert re.match(OPTION_CODE_PATTERN, option_code(text))
    assert len(option_code(text)) <= CODE_LENGTH


def test_a_code_that_is_taken_gets_a_number() -> None:
    assert [distinct("a", taken) for taken in ({}, {"a": ""}, {"a": "", "a-2": ""})] == ["a", "a-2", "a-3"]
    assert len(distinct("x" * 64, {"x" * 64: ""})) <= CODE_LENGTH


@hypothesis.given(st.lists(st.text(min_size=1, max_size=5).filter(str.strip), unique=True, max_size=20))
def test_every_label_has_an_option_of_its_own(labels: list[str]) -> None:
    assert sorted(option_codes(labels).values()) == sorted(labels)


def test_options_that_are_there_stay_and_come_first() -> None:
    present = {"r": "Red", "blue": "Blue"}
    assert option_codes(["Green", "Red", "blue"], present) == {"r": "Red", "blue": "Blue", "Green": "Green"}
