"""From the object that staff edit to the merge patch that the services take."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from products.admin.attributes import can_patch, patch_between
from products.services.merge_patch import merge_patch
from products.services.staging import same_json

SCALARS = st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text()
WITHOUT_NULLS = st.dictionaries(
    st.text(max_size=3),
    st.recursive(SCALARS, lambda below: st.lists(below) | st.dictionaries(st.text(max_size=3), below), max_leaves=8),
)


@given(stored=WITHOUT_NULLS, wanted=WITHOUT_NULLS)
def test_a_patch_leads_from_any_object_to_any_other(stored: dict[str, Any], wanted: dict[str, Any]) -> None:
    assert same_json(merge_patch(stored, patch_between(stored, wanted)), wanted)
    assert can_patch(stored, wanted)


@given(stored=WITHOUT_NULLS)
def test_what_is_the_same_needs_no_patch(stored: dict[str, Any]) -> None:
    assert patch_between(stored, stored) == {}


@pytest.mark.parametrize(
    ("stored", "wanted", "patch"),
    [
        ({"a": 1}, {"a": 1.0}, {"a": 1.0}),
        ({"a": True}, {"a": 1}, {"a": 1}),
        ({"a": {"b": 1, "c": 2}}, {"a": {"c": 2}}, {"a": {"b": None}}),
        ({"a": None, "b": 1}, {"a": None, "b": 2}, {"b": 2}),
        ({"a": None}, {}, {"a": None}),
        ({"a": {"b": 1}}, {"a": [1]}, {"a": [1]}),
    ],
)
def test_a_patch_is_as_small_as_it_can_be(
    stored: dict[str, Any], wanted: dict[str, Any], patch: dict[str, Any]
) -> None:
    assert patch_between(stored, wanted) == patch
    assert can_patch(stored, wanted)


@pytest.mark.parametrize(("stored", "wanted"), [({}, {"a": None}), ({"a": 1}, {"a": {"b": None}})])
def test_a_null_that_was_not_there_cannot_be_set(stored: dict[str, Any], wanted: dict[str, Any]) -> None:
    assert not can_patch(stored, wanted)
