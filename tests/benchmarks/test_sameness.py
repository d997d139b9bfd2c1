"""Nothing is timed before the rivals are proven to serve the same."""

import pytest

from tests.benchmarks.sameness import differences


@pytest.mark.parametrize(
    ("wanted", "found", "place"),
    [
        ({"a": [1, 2]}, {"a": [1, 3]}, "/a/1 is 3 and not 2"),
        ({"a": 1}, {"a": 1, "b": 2}, '/ is {"a": 1, "b": 2} and not {"a": 1}'),
        ({"a": [1]}, {"a": [1, 1]}, "/a is [1, 1] and not [1]"),
        ({"a": True}, {"a": 1}, "/a is 1 and not true"),
        ({"a": "1.0"}, {"a": "1.00"}, '/a is "1.00" and not "1.0"'),
    ],
)
def test_the_first_difference_is_named(wanted: object, found: object, place: str) -> None:
    assert next(differences(wanted, found)) == place


def test_the_order_of_keys_is_none() -> None:
    assert not list(differences({"a": 1, "b": [{"c": None}]}, {"b": [{"c": None}], "a": 1}))
