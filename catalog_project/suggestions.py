"""What somebody may have meant."""

import difflib
from collections.abc import Iterable


def closest(word: object, known: Iterable[str]) -> str | None:
    """The known word that is most like the given one, if any is close; whatever their case where none is as written."""
    text, words = str(word)[:100], list(known)
    if found := _closest(text, words):
        return found
    by_key = {each.casefold(): each for each in reversed(words)}  # of words that differ in case alone, the first
    key = _closest(text.casefold(), list(by_key))
    return by_key[key] if key else None


def _closest(text: str, words: list[str]) -> str | None:
    return next(iter(difflib.get_close_matches(text, words, n=1, cutoff=0.6)), None)
