"""Summaries of free values."""

from typing import Any

from products.exchange.observing import MAX_DISTINCT, Kind, Observations, Place, Seen, kind_named


def met(*values: Any) -> Seen:
    seen = Seen()
    for value in values:
        seen.note(value)
    return seen


def test_what_is_empty_says_nothing() -> None:
    assert met(None, "", "  ", [], {}).rows == 0


def test_what_was_met_in_two_places_is_what_was_met_in_both() -> None:
    one, other, both = met("a", 5, "3 GB"), met("b", 9, ["c"]), met("a", 5, "3 GB", "b", 9, ["c"])
    one.add(other)
    assert one == both


def test_memory_stays_small_however_many_texts_there_are() -> None:
    seen = met(*(f"{n}" for n in range(5 * MAX_DISTINCT)))
    assert seen.has_too_many
    assert (seen.rows, len(seen.texts)) == (5 * MAX_DISTINCT, MAX_DISTINCT + 1)


def test_products_and_variants_are_counted_by_kind() -> None:
    found = Observations()
    found.note(Kind("mug", "Mug"), {"a": 1}, [{"a": "x"}, {"a": "y"}])
    found.note(None, {"a": 1}, [])
    assert (found.products["mug"], found.without_kind) == (1, 1)
    assert {place: seen.rows for place, seen in found.seen.items()} == {
        Place("mug", "product", "a"): 1,
        Place("mug", "variant", "a"): 2,
    }


def test_a_kind_is_named_by_a_value_that_a_code_can_be_made_of() -> None:
    assert kind_named(" Tea cup ") == Kind("Tea_cup", "Tea cup")
    assert kind_named(5) == Kind("a_5", "5")
    assert [kind_named(value) for value in (None, "", "?", ["x"])] == [None] * 4
