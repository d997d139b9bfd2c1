import pytest

from catalog_project.suggestions import closest


@pytest.mark.parametrize(
    ("word", "expected"), [("acm", "acme"), ("ACME", None), ("zzz", None), ("", None), ("a" * 10_000, None), (5, None)]
)
def test_only_what_is_close_is_suggested(word, expected) -> None:
    assert closest(word, ["acme", "bolt"]) == expected
