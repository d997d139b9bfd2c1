import json

import pytest

from products.models.attributes import MAX_BYTES, MAX_DEPTH, NumbersDecoder, attributes_fault, depth


@pytest.mark.parametrize(
    ("value", "levels"),
    [
        (None, 0),
        ("a", 0),
        (5, 0),
        ({}, 1),
        ([], 1),
        ({"a": 1}, 1),
        ({"a": {}}, 2),
        ({"a": [{"b": [1]}], "c": 1}, 4),
        ([[], [[]]], 3),
    ],
)
def test_depth_counts_objects_and_lists(value, levels) -> None:
    assert depth(value) == levels


def nested(levels: int) -> dict:
    return {"a": nested(levels - 1)} if levels > 1 else {"a": 1}


def test_attributes_may_be_so_deep_and_no_deeper() -> None:
    assert attributes_fault(nested(MAX_DEPTH)) is None
    assert attributes_fault(nested(MAX_DEPTH + 1)).code == "max_depth"


def test_attributes_may_be_so_large_and_no_larger() -> None:
    room = MAX_BYTES - len('{"a":""}')
    assert attributes_fault({"a": "x" * room}) is None
    fault = attributes_fault({"a": "x" * (room + 1)})
    assert (fault.code, fault.pointer) == ("max_size", "/attributes")


def test_their_size_is_counted_in_bytes() -> None:
    assert attributes_fault({"a": "ä" * (MAX_BYTES // 2)}).code == "max_size"


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1", 1),
        ("-9223372036854775808", -(2**63)),
        ("9223372036854775807", 2**63 - 1),
        ("9223372036854775808", float(2**63)),
        ("10000000000000000000000", 1e22),
        ("-" + "9" * 20, -1e20),
        ("1" + "0" * 300, 1e300),
        ("1.0", 1.0),
    ],
)
def test_integers_beyond_64_bits_are_the_floats_that_were_written(text, value) -> None:
    found = json.loads(text, cls=NumbersDecoder)
    assert (found, type(found)) == (value, type(value))
