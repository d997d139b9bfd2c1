"""How values are written outside: times."""

from datetime import UTC, datetime


def format_time(value: datetime) -> str:
    """A time as the API writes it, in UTC with microseconds: `2030-01-31T12:00:00.000000Z` (RFC 3339)."""
    return value.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
