from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest
from rest_framework.exceptions import ValidationError

from catalog_project.api.exceptions import faults_of
from catalog_project.api.serializers import (
    IntegerField,
    MoneyField,
    StrictSerializer,
    TextField,
    TimeField,
    unknown_value,
)

NOT_TEXT = [0, 1.5, True, [], {}, ["a"], b"a"]


class Inner(StrictSerializer):
    read_only_names = frozenset({"made"})

    size = IntegerField(required=False)


class Outer(StrictSerializer):
    name = TextField(max_length=5)
    inner = Inner(required=False)
    many = Inner(many=True, required=False)


def refused(serializer: Any, data: Any) -> dict[str, str]:
    checked = serializer(data=data)
    assert not checked.is_valid()
    return {str(fault.pointer): fault.code for fault in faults_of(checked.errors)}


def codes(field: Any, value: Any) -> list[str]:
    with pytest.raises(ValidationError) as caught:
        field.run_validation(value)
    return [detail.code for detail in caught.value.detail]


# --- StrictSerializer


def test_what_is_known_and_right_is_taken() -> None:
    data = {"name": "a", "inner": {"size": 1}, "many": [{}, {"size": 2}]}
    checked = Outer(data=data)
    assert checked.is_valid()
    assert checked.validated_data == data


def test_unknown_keys_are_told_with_all_other_faults() -> None:
    data = {"nme": "a", "inner": {"size": "1", "szie": 1}, "many": [{"size": 1}, {"made": 1}, 5]}
    assert refused(Outer, data) == {
        "/name": "required",
        "/nme": "unknown_field",
        "/inner/size": "invalid",
        "/inner/szie": "unknown_field",
        "/many/1/made": "read_only",
        "/many/2": "invalid",
    }


def test_unknown_keys_are_faults_when_nothing_else_is() -> None:
    assert refused(Outer, {"name": "a", "x": 1}) == {"/x": "unknown_field"}


@pytest.mark.parametrize("name", ["non_field_errors", "__all__", "", "errors", "detail"])
def test_no_name_of_a_key_passes_for_the_whole(name) -> None:
    assert refused(Outer, {"name": "a", name: 1}) == {f"/{name}": "unknown_field"}


@pytest.mark.parametrize("data", [None, 5, "a", [], True])
def test_what_is_no_object_is_one_fault(data) -> None:
    assert list(refused(Outer, data)) == [""]


def test_near_misses_get_a_suggestion_and_others_none() -> None:
    checked = Outer(data={"nme": "a", "completely different": 1})
    checked.is_valid()
    suggestions = {fault.pointer: fault.suggestion for fault in faults_of(checked.errors)}
    assert suggestions == {"/name": None, "/nme": "name", "/completely different": None}


def test_a_crowd_of_unknown_keys_is_cut_short() -> None:
    checked = Outer(data={"name": "a", **{f"nam{number}": 1 for number in range(1_000)}})
    checked.is_valid()
    found = list(faults_of(checked.errors))
    assert len(found) == 100
    assert [fault.suggestion for fault in found] == ["name"] * 10 + [None] * 90


# --- Suggestions


def test_an_unknown_value_is_shown_short_and_in_ascii() -> None:
    assert str(unknown_value("ä" * 200, [], "The brand")) == "The brand '" + "\\xe4" * 100 + "' is not known."


# --- Fields


@pytest.mark.parametrize("value", NOT_TEXT)
def test_nothing_is_turned_into_text(value) -> None:
    assert codes(TextField(), value) == ["invalid"]


@pytest.mark.parametrize(("value", "expected"), [("a", "a"), (" a\n", "a"), ("\u3000a", "a"), ("a\u200b", "a\u200b")])
def test_text_loses_the_blanks_at_its_ends(value, expected) -> None:
    assert TextField().run_validation(value) == expected


@pytest.mark.parametrize("value", ["", " ", "\t\n"])
def test_a_blank_text_is_refused_unless_it_may_be(value) -> None:
    assert codes(TextField(), value) == ["blank"]
    assert TextField(allow_blank=True).run_validation(value) == ""


@pytest.mark.parametrize("value", ["1", "", 1.0, 1.5, True, False, [], {}, b"1"])
def test_nothing_is_turned_into_an_integer(value) -> None:
    assert codes(IntegerField(), value) == ["invalid"]


@pytest.mark.parametrize(("value", "code"), [(2**31, "max_value"), (2**63, "max_value"), (-1, "min_value")])
def test_an_integer_has_bounds(value, code) -> None:
    assert codes(IntegerField(min_value=0), value) == [code]
    assert IntegerField(min_value=0).run_validation(2**31 - 1) == 2**31 - 1


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2030-01-31T12:00:00Z", datetime(2030, 1, 31, 12, tzinfo=UTC)),
        ("2030-01-31t12:00:00z", datetime(2030, 1, 31, 12, tzinfo=UTC)),
        ("2030-01-31T12:00:00.5+05:30", datetime(2030, 1, 31, 6, 30, 0, 500_000, tzinfo=UTC)),
        ("2030-01-31T12:00:00.000001-00:00", datetime(2030, 1, 31, 12, 0, 0, 1, tzinfo=UTC)),
        ("2028-02-29T00:00:00Z", datetime(2028, 2, 29, tzinfo=UTC)),
        ("0001-01-01T00:00:00Z", datetime(1, 1, 1, tzinfo=UTC)),
    ],
)
def test_a_time_with_a_zone_is_read_as_utc(text, expected) -> None:
    found = TimeField().run_validation(text)
    assert (found, found.tzinfo) == (expected, UTC)


@pytest.mark.parametrize(
    "value",
    [
        *NOT_TEXT,
        "",
        "2030-01-31",
        "2030-01-31T12:00Z",
        "2030-01-31T12:00:00",
        "2030-01-31T12:00:00 Z",
        "20300131T120000Z",
        "2030-01-31T12:00:00,5Z",
        "2030-01-31T12:00:00.Z",
        "2030-01-31T12:00:60Z",
        "2030-13-01T12:00:00Z",
        "2029-02-29T00:00:00Z",
        "2030-01-31T12:00:00+0100",
        "2030-01-31T12:00:00+01",
        "2030-01-31T12:00:00+24:00",
        "2030-01-31T12:00:00+00:60",
        "0000-01-01T00:00:00Z",
        "0001-01-01T00:00:00+00:01",
        "9999-12-31T23:59:59-00:01",
        "10000-01-01T00:00:00Z",
        "2030-01-31T12:00:00Z\n",
        " 2030-01-31T12:00:00Z",
        "२०३०-01-31T12:00:00Z",
    ],
)
def test_anything_else_is_no_time(value) -> None:
    assert codes(TimeField(), value) == ["invalid"]


def test_a_time_is_written_in_utc_with_microseconds() -> None:
    there = datetime(2030, 1, 31, 12, tzinfo=timezone(timedelta(hours=2)))
    assert TimeField().to_representation(there) == "2030-01-31T10:00:00.000000Z"


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("0", "0"),
        ("129.90", "129.90"),
        (129.9, "129.9"),
        (5, "5"),
        (1e3, "1000.0"),
        (1e-7, "1E-7"),
        ("9999999999.9999", "9999999999.9999"),
        ("-0", "0"),
        (-0.0, "0.0"),
        ("-0.000", "0.000"),
    ],
)
def test_money_is_a_string_or_a_number(value, expected) -> None:
    found = MoneyField().run_validation(value)
    assert (found, found.is_signed()) == (Decimal(expected), False)


@pytest.mark.parametrize(
    ("value", "code"),
    [
        ("", "invalid"),
        ("x", "invalid"),
        ("1e3", "invalid"),
        ("1E3", "invalid"),
        ("+1", "invalid"),
        (" 1", "invalid"),
        ("1 ", "invalid"),
        ("1\n", "invalid"),
        (".5", "invalid"),
        ("5.", "invalid"),
        ("1,5", "invalid"),
        ("1_000", "invalid"),
        ("NaN", "invalid"),
        ("Infinity", "invalid"),
        ("١", "invalid"),
        ("1" * 41, "invalid"),
        ("0." + "1" * 41, "invalid"),
        (True, "invalid"),
        ([], "invalid"),
        ({}, "invalid"),
        (float("nan"), "invalid"),
        (float("inf"), "invalid"),
        (-1, "min_value"),
        ("-0.01", "min_value"),
        (10**10, "max_value"),
        ("1" * 40, "max_value"),
        (1e300, "max_value"),
    ],
)
def test_anything_else_is_no_money(value, code) -> None:
    assert codes(MoneyField(), value) == [code]
