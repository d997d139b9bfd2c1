"""Ranges for people: a handful of buckets with round edges over numbers or dates."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from itertools import pairwise
from typing import Any

MOST = 10
LAST_DAY = date.max.toordinal()
LAST_MONTH = 12 * date.max.year + 11
# The lengths of buckets of dates: so many days, months, years.
DAYS = (1, 2, 7, 14)
MONTHS = (1, 3, 6)


def edges_of_numbers(least: float, most: float) -> list[Any]:
    """Multiples of 1, 2 or 5 times a power of ten, from at or below `least` to above `most`; at least two.

    The last is None where no float is above `most`.
    """
    low, high = Decimal(repr(least)), Decimal(repr(most))
    step = _step(low, high)
    first, last = (int((bound / step).to_integral_value("ROUND_FLOOR")) for bound in (low, high))
    edges = list(dict.fromkeys(_number(index * step) for index in range(first, last + 1)))
    edges[0] = min(edges[0], least)
    end = _number((last + 1) * step)
    return [*edges, end if most < end < float("inf") else None]


def edges_of_dates(least: str, most: str) -> list[Any]:
    """First days of days, weeks, months or years, from at or before `least` to after `most`; as text, at least two.

    The last is None where the calendar ends.
    """
    first, last = date.fromisoformat(least), date.fromisoformat(most)
    days = (last - first).days + 1
    if days <= MOST * DAYS[-1]:
        return _days(first.toordinal(), last.toordinal(), next(step for step in DAYS if days <= MOST * step))
    months = _month(last) - _month(first) + 1
    step = next((step for step in MONTHS if months <= MOST * step), None) or 12 * _round(-(-months // (12 * MOST)))
    return _months(_month(first), _month(last), step)


def with_counts(edges: Sequence[Any], counts: Mapping[int, int]) -> list[dict[str, Any]]:
    """Buckets between edges, each with its count; empty ones too, so that what is shown has no gaps."""
    return [{"gte": gte, "lt": lt, "count": counts.get(index, 0)} for index, (gte, lt) in enumerate(pairwise(edges))]


def _step(low: Decimal, high: Decimal) -> Decimal:
    if low == high:
        return Decimal(1).scaleb(low.adjusted()) if low else Decimal(1)
    least = (high - low) / MOST
    power = Decimal(1).scaleb(least.adjusted())
    step = next(step * power for step in (1, 2, 5, 10) if step * power >= least)
    return max(step, Decimal(1)) if _are_whole((low, high)) else step


def _are_whole(numbers: Iterable[Decimal]) -> bool:
    return all(number == number.to_integral_value() for number in numbers)


def _number(value: Decimal) -> int | float:
    return int(value) if _are_whole([value]) and -(2**63) <= value < 2**64 else float(value)


def _round(number: int) -> int:
    power = int(10.0 ** (len(str(number)) - 1))
    return next(step * power for step in (1, 2, 5, 10) if step * power >= number)


def _days(first: int, last: int, step: int) -> list[Any]:
    edges = list(range(first, last + 1, step))
    end = edges[-1] + step
    return [*(date.fromordinal(edge).isoformat() for edge in edges), _day(end)]


def _day(ordinal: int) -> str | None:
    return date.fromordinal(ordinal).isoformat() if ordinal <= LAST_DAY else None


def _months(first: int, last: int, step: int) -> list[Any]:
    start, end = first - first % step, last - last % step + step
    return [_first_day(max(start, 12)), *map(_first_day, range(start + step, end + 1, step))]


def _month(day: date) -> int:
    return day.year * 12 + day.month - 1


def _first_day(month: int) -> str | None:
    return date(month // 12, month % 12 + 1, 1).isoformat() if month <= LAST_MONTH else None
