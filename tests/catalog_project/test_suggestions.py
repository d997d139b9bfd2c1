import pytest

from catalog_project.suggestions import closest


@pytest.mark.parametrize(
    ("word", "expected"),
    [("acm", "acme"), ("ACMEE", "acme"), ("zzz", None), ("", None), ("a" * 10_000, None), (5, None)],
)
def test_only_what_is_close_is_suggested(word, expected) -> None:
    assert closest(word, ["acme", "bolt"]) == expected


@pytest.mark.parametrize(("word", "expected"), [("usd", "Usd"), ("Usd", "Usd"), ("USD", "USD"), ("eur", "EUR")])
def test_case_counts_only_where_it_tells_words_apart(word, expected) -> None:
    assert closest(word, ["Usd", "USD", "EUR"]) == expected
