"""Words that a misspelled one may have meant: the same on every database, since the choice is made here."""

from collections.abc import Iterable

from django.db.models import Q

FIRST, LAST = "\x01", "\U0010ffff"  # the ends of all code points that a database takes; no word holds either
MAX_MEANT = 5
LONGEST_GUESS = 40


def edits_allowed(word: str) -> int:
    """How many slips are forgiven: none in a word of one or two characters, one up to five, else two."""
    if not 3 <= len(word) <= LONGEST_GUESS:
        return 0
    return 1 if len(word) <= 5 else 2


def near(word: str) -> Q:
    """Candidates: of about the length, and like the word in their first two, last two, or first and last characters."""
    allowed = edits_allowed(word)
    about = Q(length__gte=len(word) - allowed, length__lte=len(word) + allowed)
    ends = Q(word__endswith=word[-2:]) | beginning(word[0]) & Q(word__endswith=word[-1])
    return about & (beginning(word[:2]) | ends)


def beginning(prefix: str) -> Q:
    """Words that begin so, as a range of code points, which a plain index answers."""
    return Q(word__gte=prefix, word__lt=f"{prefix}{LAST}")


def meant(word: str, candidates: Iterable[str]) -> list[str]:
    """The most similar of the candidates, best first, at most five. Other digits are another thing, and no slip."""
    allowed = edits_allowed(word)
    ranked = (
        (slips, other[0] != word[0], other)
        for other in set(candidates)
        if _is_near(word, other)
        and (slips := edits(word, other, allowed)) <= allowed
        and _digits(word) == _digits(other)
    )
    return [other for _, _, other in sorted(ranked)[:MAX_MEANT]]


def edits(left: str, right: str, limit: int) -> int:
    """How many characters must be put in, taken out, replaced or swapped with the next; `limit` + 1 if more."""
    left, right = _without_common_start(left, right)
    if not left or not right:
        return min(len(left) + len(right), limit + 1)
    if limit == 0:
        return 1
    rests = [(left[1:], right), (left, right[1:]), (left[1:], right[1:])]
    if len(right) > 1 and left[:2] == right[1] + right[0]:
        rests.append((left[2:], right[2:]))
    return 1 + min(edits(*rest, limit - 1) for rest in rests)


def _is_near(word: str, other: str) -> bool:
    """The rule of `near`."""
    if abs(len(word) - len(other)) > edits_allowed(word):
        return False
    return word[:2] == other[:2] or word[-2:] == other[-2:] or (word[0], word[-1]) == (other[0], other[-1])


def _without_common_start(left: str, right: str) -> tuple[str, str]:
    start = 0
    for one, other in zip(left, right, strict=False):
        if one != other:
            break
        start += 1
    return left[start:], right[start:]


def _digits(word: str) -> list[str]:
    return [char for char in word if char.isdigit()]
