import copy
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from products.services.merge_patch import merge_patch

# RFC 7396, appendix A: original, patch, result
RFC_7396 = [
    ({"a": "b"}, {"a": "c"}, {"a": "c"}),
    ({"a": "b"}, {"b": "c"}, {"a": "b", "b": "c"}),
    ({"a": "b"}, {"a": None}, {}),
    ({"a": "b", "b": "c"}, {"a": None}, {"b": "c"}),
    ({"a": ["b"]}, {"a": "c"}, {"a": "c"}),
    ({"a": "c"}, {"a": ["b"]}, {"a": ["b"]}),
    ({"a": {"b": "c"}}, {"a": {"b": "d", "c": None}}, {"a": {"b": "d"}}),
    ({"a": [{"b": "c"}]}, {"a": [1]}, {"a": [1]}),
    (["a", "b"], ["c", "d"], ["c", "d"]),
    ({"a": "b"}, ["c"], ["c"]),
    ({"a": "foo"}, None, None),
    ({"a": "foo"}, "bar", "bar"),
    ({"e": None}, {"a": 1}, {"e": None, "a": 1}),
    ([1, 2], {"a": "b", "c": None}, {"a": "b"}),
    ({}, {"a": {"bb": {"ccc": None}}}, {"a": {"bb": {}}}),
]
# the example of its section 3
ARTICLE = {
    "title": "Goodbye!",
    "author": {"givenName": "John", "familyName": "Doe"},
    "tags": ["example", "sample"],
    "content": "This will be unchanged",
}
ARTICLE_PATCH = {
    "title": "Hello!",
    "phoneNumber": "+01-123-456-7890",
    "author": {"familyName": None},
    "tags": ["example"],
}

values = st.recursive(
    st.none() | st.booleans() | st.integers(0, 3) | st.sampled_from(["x", "y"]),
    lambda below: st.lists(below, max_size=2) | st.dictionaries(st.sampled_from("abc"), below, max_size=3),
    max_leaves=6,
)


@pytest.mark.parametrize(("target", "patch", "result"), RFC_7396)
def test_the_rfcs_own_examples(target, patch, result) -> None:
    assert merge_patch(target, patch) == result


def test_the_rfcs_article() -> None:
    assert merge_patch(ARTICLE, ARTICLE_PATCH) == {
        "title": "Hello!",
        "author": {"givenName": "John"},
        "tags": ["example"],
        "content": "This will be unchanged",
        "phoneNumber": "+01-123-456-7890",
    }


def without_nulls(value: Any) -> bool:
    if isinstance(value, dict):
        return all(below is not None and without_nulls(below) for below in value.values())
    return True


@settings(max_examples=100)
@given(values, values)
def test_neither_argument_is_changed(target, patch) -> None:
    before = copy.deepcopy((target, patch))
    merge_patch(target, patch)
    assert (target, patch) == before


@settings(max_examples=100)
@given(values, values)
def test_a_patch_applied_again_changes_nothing(target, patch) -> None:
    once = merge_patch(target, patch)
    assert merge_patch(once, patch) == once


@settings(max_examples=100)
@given(values, values)
def test_what_a_patch_says_stands_there_afterwards(target, patch) -> None:
    result = merge_patch(target, patch)
    if not isinstance(patch, dict):
        assert result == patch
        return
    untouched = target if isinstance(target, dict) else {}
    assert result.keys() == (untouched.keys() | patch.keys()) - {key for key in patch if patch[key] is None}
    assert all(result[key] == untouched[key] for key in untouched.keys() - patch.keys())


@settings(max_examples=100)
@given(values.filter(lambda value: isinstance(value, dict)))
def test_a_document_without_nulls_patches_itself_into_being(document) -> None:
    if without_nulls(document):
        assert merge_patch({}, document) == document


# --- Nulls that are kept


@pytest.mark.parametrize(
    ("target", "patch", "result"),
    [
        ({"a": None}, {"a": None}, {"a": None}),
        ({"a": 1}, {"a": None}, {}),
        ({}, {"a": None}, {}),
        ({"a": {"b": None, "c": 1}}, {"a": {"b": None, "c": None}}, {"a": {"b": None}}),
    ],
)
def test_a_null_that_stands_there_may_be_kept(target, patch, result) -> None:
    assert merge_patch(target, patch, keep_nulls=True) == result


@settings(max_examples=100)
@given(values.filter(lambda value: isinstance(value, dict)))
def test_a_document_written_over_itself_stays_as_it_is(document) -> None:
    assert merge_patch(document, document, keep_nulls=True) == document
