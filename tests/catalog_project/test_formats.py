from datetime import UTC, datetime, timedelta, timezone

import pytest

from catalog_project.formats import format_time


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (datetime(2030, 1, 31, 12, tzinfo=UTC), "2030-01-31T12:00:00.000000Z"),
        (datetime(2030, 1, 31, 12, 0, 0, 1, tzinfo=UTC), "2030-01-31T12:00:00.000001Z"),
        (datetime(2030, 1, 1, 0, 30, tzinfo=timezone(timedelta(hours=1))), "2029-12-31T23:30:00.000000Z"),
        (datetime(1, 1, 1, tzinfo=UTC), "0001-01-01T00:00:00.000000Z"),
    ],
)
def test_a_time_is_written_in_utc_with_microseconds(value, text) -> None:
    assert format_time(value) == text
