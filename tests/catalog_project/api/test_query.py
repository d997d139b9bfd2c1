import pytest
from rest_framework import serializers
from rest_framework.exceptions import ParseError
from rest_framework.request import Request
from rest_framework.test import APIRequestFactory

from catalog_project.api.query import (
    BooleanParameter,
    ChoiceParameter,
    IntegerParameter,
    ListParameter,
    ListQuery,
    Query,
)
from catalog_project.errors import Invalid


class Wanted(Query):
    number = IntegerParameter(required=False, min_value=-5)
    choice = ChoiceParameter(choices=["red", "blue"], required=False)
    flag = BooleanParameter(required=False)
    several = ListParameter(child=serializers.CharField(max_length=5), required=False)
    colours = ListParameter(child=ChoiceParameter(choices=["red", "blue"]), required=False)


def read(text: str, query: type[Query] = Wanted) -> Query:
    return query.read(Request(APIRequestFactory().get(f"/?{text}")))


def refused(text: str, query: type[Query] = Wanted) -> dict[str, str]:
    with pytest.raises(Invalid) as caught:
        read(text, query)
    assert all(fault.pointer is None for fault in caught.value.faults)
    return {str(fault.parameter): fault.code for fault in caught.value.faults}


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("", {}),
        ("number=007&choice=red&flag=true", {"number": 7, "choice": "red", "flag": True}),
        ("number=-5&flag=false", {"number": -5, "flag": False}),
        ("several=a,b&several=c", {"several": ["a", "b", "c"]}),
        ("several=a,a&several=a", {"several": ["a"]}),
        ("several=%20a%20,b", {"several": ["a", "b"]}),
        ("colours=blue,red", {"colours": ["blue", "red"]}),
    ],
)
def test_parameters_are_read_as_what_they_are(text, values) -> None:
    assert read(text).values == values


@pytest.mark.parametrize(
    ("text", "faults"),
    [
        ("number=", {"number": "invalid"}),
        ("number=1.0", {"number": "invalid"}),
        ("number=1e3", {"number": "invalid"}),
        ("number=%D9%A3", {"number": "invalid"}),
        ("number=+1", {"number": "invalid"}),
        ("number=" + "1" * 19, {"number": "invalid"}),
        ("number=-6", {"number": "min_value"}),
        ("number=1&number=1", {"number": "repeated"}),
        ("choice=", {"choice": "unknown_value"}),
        ("choice=RED", {"choice": "unknown_value"}),
        ("choice=red,blue", {"choice": "unknown_value"}),
        ("flag=1", {"flag": "unknown_value"}),
        ("flag", {"flag": "unknown_value"}),
        ("several=", {"several": "blank"}),
        ("several=a,,b", {"several": "blank"}),
        ("several=toolong", {"several": "max_length"}),
        ("several=a%00b", {"several": "null_characters_not_allowed"}),
        ("several=" + ",".join(map(str, range(101))), {"several": "max_length"}),
        ("colours=red,green", {"colours": "unknown_value"}),
        ("nope=1", {"nope": "unknown_parameter"}),
        ("nope", {"nope": "unknown_parameter"}),
        ("=1", {"": "unknown_parameter"}),
        ("a/b~c=1", {"a/b~c": "unknown_parameter"}),
        ("non_field_errors=1", {"non_field_errors": "unknown_parameter"}),
        ("number=x&choice=x&nope=1", {"number": "invalid", "choice": "unknown_value", "nope": "unknown_parameter"}),
        ("choice=" + "a" * 4_001, {"choice": "max_length"}),
        (
            "number=1&number=2&nope=1&choice=x",
            {"number": "repeated", "nope": "unknown_parameter", "choice": "unknown_value"},
        ),
    ],
)
def test_what_is_wrong_is_named_all_at_once(text, faults) -> None:
    assert refused(text) == faults


def test_a_query_of_nothing_knows_nothing() -> None:
    assert read("", Query).values == {}
    assert refused("page_size=1", Query) == {"page_size": "unknown_parameter"}


@pytest.mark.parametrize(
    ("text", "suggestion"), [("numbr=1", "number"), ("choice=blu", "blue"), ("colours=read", "red"), ("zzzz=1", None)]
)
def test_near_misses_get_a_suggestion(text, suggestion) -> None:
    with pytest.raises(Invalid) as caught:
        read(text)
    assert [fault.suggestion for fault in caught.value.faults] == [suggestion]


# --- Lists


class Things(ListQuery):
    orderings = ("name", "size")
    default_ordering = "size"


@pytest.mark.parametrize(
    ("text", "ordering"),
    [("", "size"), ("ordering=-name", "-name"), ("ordering=name", "name"), ("ordering=-size", "-size")],
)
def test_an_ordering_is_one_of_the_list_in_either_direction(text, ordering) -> None:
    assert read(text, Things).ordering == ordering


@pytest.mark.parametrize("wrong", ["created_at", "--name", "name,size", "", "-", "NAME", "?"])
def test_any_other_ordering_is_refused(wrong) -> None:
    assert refused(f"ordering={wrong}", Things) == {"ordering": "unknown_value"}


@pytest.mark.parametrize(("text", "size"), [("", 20), ("page_size=1", 1), ("page_size=100", 100)])
def test_a_page_has_twenty_rows_or_as_many_as_are_asked_for(text, size) -> None:
    assert read(text, Things).page_size_wanted == size


@pytest.mark.parametrize(
    ("size", "code"), [("0", "min_value"), ("101", "max_value"), ("-1", "min_value"), ("x", "invalid")]
)
def test_other_sizes_are_refused(size, code) -> None:
    assert refused(f"page_size={size}", Things) == {"page_size": code}


@pytest.mark.parametrize("wrong", ["true", "", "1", "EXACT"])
def test_a_count_is_exact_or_not_asked_for(wrong) -> None:
    assert refused(f"count={wrong}", Things) == {"count": "unknown_value"}


def test_a_cursor_is_bound_to_what_narrows_the_list_alone() -> None:
    query = read("page_size=5&count=exact&cursor=x&ordering=name", Things)
    assert query.narrowing() == {"ordering": "name"}


def test_too_many_parameters_are_refused_without_naming_each() -> None:
    with pytest.raises(ParseError, match="more than 100"):
        read("&".join(f"p{number}=1" for number in range(101)))


def test_many_values_of_one_parameter_are_one_parameter() -> None:
    assert len(read("&".join(f"several=a{number}" for number in range(100))).values["several"]) == 100
