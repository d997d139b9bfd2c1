"""The expressions of a mapping."""

from typing import Any

import pytest

from products.exchange.expressions import MappingError, compile_expression, compile_path, is_empty

RECORD = {
    "name": " Cup ",
    "brand": {"name": "Acme"},
    "sizes": [{"ml": 250}, {"ml": 330}],
    "price": 12.5,
    "grams": "320",
    "full": 5.0,
    "on": True,
    "blank": "  ",
    "none": None,
    "a.b": "dotted",
    "colors": ["Red ", None, "Blue", 5],
    "slots": [{"size": 22, "key": "M"}, {"size": "", "key": "E", "id": 1}, "bare"],
    "traits": {"silk": True, "matt": False, "glow": None},
}


def value(rule: Any, record: Any = RECORD, kind: str = "") -> Any:
    return compile_expression(rule, loops=(), place="product.name", kind=kind)([record])


def fault(rule: Any) -> str:
    with pytest.raises(MappingError) as error:
        compile_expression(rule, loops=(), place="product.name")
    return str(error.value)


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ("name", "Cup"),
        ("brand.name", "Acme"),
        ("sizes.1.ml", 330),
        ("sizes.2.ml", None),
        ("sizes.*.ml", [250, 330]),
        ("sizes.*.cl", None),
        ("colors.*", ["Red ", "Blue", 5]),
        ("name.*", None),
        ({"path": "colors", "glue": "; "}, "Red; Blue; 5"),
        ({"path": "name", "glue": "; "}, "Cup"),
        ({"path": "slots", "keys": ["key", "size"], "glue": "; "}, "key M, size 22; key E; bare"),
        ({"path": "slots.*.key", "glue": "+"}, "M+E"),
        ({"path": "name", "keys": ["a"]}, "Cup"),
        ({"path": "traits", "flags": True}, ["silk"]),
        ({"path": "name", "flags": True}, "Cup"),
        ({"value": "Jet BLACK", "find": ["White", "Black"]}, "Black"),
        ({"value": "Blackberry", "find": ["Black"], "default": "Other"}, "Other"),
        ({"value": "gray", "find": ["Gray"], "map": {"Gray": "Grey"}}, "Grey"),
        ("name.first", None),
        ("blank", None),
        ("none", None),
        ({"path": ["a.b"]}, "dotted"),
        ({"value": 5}, 5),
        ({"first": ["none", "blank", "brand.name"]}, "Acme"),
        ({"first": ["none", "blank"]}, None),
        ({"join": ["brand.name", "none", "name"]}, "Acme Cup"),
        ({"join": ["brand.name", "full"], "with": "-"}, "Acme-5"),
        ({"template": "{brand.name}: {name} ({full} g)"}, "Acme: Cup (5 g)"),
        ({"template": "{brand.name} {none}"}, None),
        ({"path": "blank", "default": "Mug"}, "Mug"),
        ({"path": "name", "map": {"Cup": "Mug"}}, "Mug"),
        ({"path": "name", "map": {"Mug": "Cup"}}, "Cup"),
        ({"path": "on", "map": {"true": "active"}}, "active"),
        ({"path": "name", "split": "u"}, ["C", "p"]),
    ],
)
def test_an_expression_finds_its_value(rule: Any, expected: Any) -> None:
    assert value(rule) == expected


@pytest.mark.parametrize(
    ("path", "kind", "expected"),
    [
        ("full", "text", "5"),
        ("price", "text", "12.5"),
        ("on", "text", "true"),
        ("sizes", "text", RECORD["sizes"]),
        ("grams", "integer", 320),
        ("full", "integer", 5),
        ("price", "integer", 12.5),
        ("name", "integer", "Cup"),
        ("grams", "number", 320),
        ("on", "boolean", True),
        ("name", "boolean", "Cup"),
    ],
)
def test_a_value_is_converted_where_that_is_possible_and_else_stays(path: str, kind: str, expected: Any) -> None:
    found = value({"path": path, "as": kind})
    assert found == expected
    assert type(found) is type(expected)


def test_numbers_are_read_as_they_are_written() -> None:
    assert value({"value": "2.50", "as": "number"}) == 2.5
    assert value({"value": "2.0", "as": "integer"}) == 2
    assert value({"value": "1,5", "as": "number"}) == "1,5"
    assert value({"value": "No", "as": "boolean"}) is False


def test_a_field_converts_by_its_kind_unless_the_rule_says_otherwise() -> None:
    assert value("grams", kind="integer") == 320
    assert value({"path": "grams", "as": "text"}, kind="integer") == "320"


def test_a_path_may_begin_at_a_loop() -> None:
    path = compile_path("size.ml", loops=("color", "size"), place="")
    assert path([{"size": {"ml": 0}}, {"ml": 1}, {"ml": 2}]) == 2


@pytest.mark.parametrize("empty", [None, "", "  ", [], {}])
def test_what_says_nothing_is_empty(empty: Any) -> None:
    assert is_empty(empty)


@pytest.mark.parametrize("said", [0, False, "0", [None], {"a": None}])
def test_what_says_no_is_not_empty(said: Any) -> None:
    assert not is_empty(said)


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        (5, "product.name: give a path, or a table"),
        ({}, "product.name: give exactly one of path, value, first, join, template"),
        ({"path": "a", "value": 1}, "product.name: give exactly one of"),
        ({"pth": "a"}, "product.name.pth: not known here; is it path?"),
        ({"path": "a..b"}, "product.name: 'a..b' is no path"),
        ({"path": []}, "product.name: [] is no path"),
        ({"path": ["a", 1]}, "is no path"),
        ({"first": []}, "product.name.first: give a list"),
        ({"first": ["a", {"first": "b"}]}, "product.name.first[1].first: give a list"),
        ({"join": "a"}, "product.name.join: give a list"),
        ({"template": "no braces"}, "product.name.template: give a text with paths in braces"),
        ({"template": "{a..b}"}, "'a..b' is no path"),
        ({"path": "a", "as": "money"}, "product.name.as: 'money' is none of text, integer, number, boolean"),
        ({"path": "a", "split": ""}, "product.name.split: give the text that stands between"),
        ({"path": "a", "map": ["b"]}, "product.name.map: give a table"),
        ({"path": "a", "glue": ""}, "product.name.glue: give the text that goes between"),
        ({"path": "a", "keys": "b"}, "product.name.keys: give a list of words"),
        ({"path": "a", "find": [" "]}, "product.name.find: give a list of words"),
        ({"path": "a", "flags": "yes"}, "product.name.flags: it is true, or left out"),
    ],
)
def test_a_fault_names_its_place_and_reason(rule: Any, expected: str) -> None:
    assert expected in fault(rule)
