"""What somebody may have meant."""

import difflib
from collections.abc import Iterable


def closest(word: object, known: Iterable[str]) -> str | None:
    """The known word that is most like the given one, if any is close."""
    found = difflib.get_close_matches(str(word)[:100], list(known), n=1, cutoff=0.6)
    return found[0] if found else None
