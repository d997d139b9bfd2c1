import io
import json
from types import SimpleNamespace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rest_framework.exceptions import ParseError

from catalog_project.api.parsers import MAX_DEPTH, MergePatchParser, StrictJSONParser, loads

values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**63 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00")),
    lambda below: (
        st.lists(below, max_size=3)
        | st.dictionaries(
            st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00")), below, max_size=3
        )
    ),
    max_leaves=8,
)


@settings(max_examples=100)
@given(values, st.booleans())
def test_whatever_json_can_say_is_read_as_it_was_written(value, is_escaped) -> None:
    assert repr(loads(json.dumps(value, ensure_ascii=is_escaped).encode())) == repr(value)


@settings(max_examples=100)
@given(st.binary(max_size=20))
def test_whatever_is_not_json_is_a_value_error(raw) -> None:
    try:
        json.loads(raw.decode())
    except (ValueError, RecursionError):
        with pytest.raises(ValueError, match=r".+"):
            loads(raw)


@pytest.mark.parametrize(
    ("raw", "sentence"),
    [
        (b"", "expecting value at line 1 column 1"),
        (b"{\n,", "expecting property name enclosed in double quotes at line 2 column 1"),
        (b'{"a": 1,}', "at line 1 column"),
        (b"[1] 2", "extra data at line 1 column 5"),
        (b"\xff", "it is not UTF-8"),
        (b'"\xed\xa0\x80"', "it is not UTF-8"),
        ('"ä"'.encode("utf-16"), "it is not UTF-8"),
        (b"\xef\xbb\xbf1", "expecting value"),
        (b"NaN", "NaN is not a JSON number"),
        (b"[-Infinity]", "-Infinity is not a JSON number"),
        (b"1e400", "a number is too large"),
        (b"-1E999999999", "a number is too large"),
        (b"9223372036854775808", "an integer does not fit into 64 bits"),
        (b"-9223372036854775809", "an integer does not fit into 64 bits"),
        (b"1" * 100_000, "an integer does not fit into 64 bits"),
        (b'{"a": 1, "b": 2, "a": 3}', "the key 'a' stands twice in one object"),
        (b'{"a": 1, "\\u0061": 3}', "the key 'a' stands twice in one object"),
        (b'[{"b": {"\\n": 1, "\\n": 1}}]', "the key '\\\\n' stands twice in one object"),
        (b'"\\u0000"', "a text holds the NUL character, which cannot be stored"),
        (b'{"\\u0000": 1}', "a text holds the NUL character"),
        (b'[{"a": ["\\u0000"]}]', "a text holds the NUL character"),
        (b'"\\ud800"', "a text holds half of a surrogate pair"),
        (b'{"a": {"\\udc00": 1}}', "a text holds half of a surrogate pair"),
        (b'"\\ud83d\\ud83d"', "a text holds half of a surrogate pair"),
        (b'"a\x00"', "invalid control character"),
        (b'"a\nb"', "invalid control character"),
        (b"[" * 33 + b"]" * 33, "it is nested more than 32 levels deep"),
        (b'{"a":' * 33 + b"1" + b"}" * 33, "it is nested more than 32 levels deep"),
        (b"[" * 1_000_000, "it is nested more than 32 levels deep"),
    ],
)
def test_what_is_wrong_is_said_in_a_sentence(raw, sentence) -> None:
    with pytest.raises(ValueError, match=sentence):
        loads(raw)


def test_the_deepest_nesting_that_is_read() -> None:
    value = loads(b"[" * MAX_DEPTH + b"]" * MAX_DEPTH)
    for _ in range(MAX_DEPTH - 1):
        [value] = value
    assert value == []


@pytest.mark.parametrize("text", ["[" * 50, "{]" * 50, '\\"[' * 50, "\\\\" * 50 + "[[" * 50])
def test_brackets_inside_a_text_nest_nothing(text) -> None:
    assert loads(json.dumps({"a": text, text: [[]]})) == {"a": text, text: [[]]}


def test_many_brackets_side_by_side_are_not_deep() -> None:
    assert loads(b"[" + b"[],{}," * 50 + b"1]")[-1] == 1


def test_a_whole_surrogate_pair_is_a_character() -> None:
    assert loads(b'"\\ud83d\\udc5c"') == "👜"


@pytest.mark.parametrize("parser", [StrictJSONParser(), MergePatchParser()])
def test_a_parser_tells_the_client_what_is_wrong(parser) -> None:
    with pytest.raises(ParseError, match=r"The body is not valid JSON: expecting value at line 1 column 1\."):
        parser.parse(io.BytesIO(b"x"))


def test_a_body_that_ends_before_its_length_is_refused() -> None:
    request = SimpleNamespace(META={"CONTENT_LENGTH": "4"})
    assert StrictJSONParser().parse(io.BytesIO(b"[1] "), None, {"request": request}) == [1]
    with pytest.raises(ParseError, match="ended before"):
        StrictJSONParser().parse(io.BytesIO(b"[1]"), None, {"request": request})
