import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog_project.comma_lists import split
from tests.escaping import escaped

texts = st.text(st.sampled_from(["a", " ", "\n", ",", "\\"]), max_size=8)


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("", [""]),
        ("a,b", ["a", "b"]),
        (",a,", ["", "a", ""]),
        ("\\,", [","]),
        ("Red\\, dark,Blue", ["Red, dark", "Blue"]),
        ("a\\\\,b", ["a\\", "b"]),
        ("C:\\x,\\", ["C:\\x", "\\"]),
        (",\\\\", ["", "\\"]),
    ],
)
def test_commas_part_and_backslashes_escape(text, parts) -> None:
    assert split(text) == parts


@pytest.mark.parametrize("text", ["", "a b", 'C:\\x "wool"', "a.b"])
def test_what_needs_no_backslash_gets_none(text) -> None:
    assert escaped(text) == text


@given(st.lists(texts, min_size=1, max_size=4))
def test_what_is_written_is_read(parts) -> None:
    assert split(",".join(map(escaped, parts))) == parts
