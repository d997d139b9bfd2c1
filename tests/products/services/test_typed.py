"""What a product type makes of attributes, row by row; the API's tests say what comes of it."""

from datetime import date
from typing import Any

import pytest
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from catalog_project.errors import Fault
from products.models import Attribute, Product
from products.models.product_type import Definition
from products.services.typed import Row, TypeRules, lock_rules, rules_for, rules_of
from tests.factories.products import AttributeFactory, ProductFactory, ProductTypeFactory

TYPES = list(Attribute.Type.values)
WRONG: dict[str, list[Any]] = {
    "text": [None, 5, 1.5, True, [], {}],
    "number": [None, "5", True, False, [], {}, float("inf"), float("nan")],
    "boolean": [None, 0, 1, "true", [], {}],
    "date": [None, 5, "", "2030-02-30", "2030-1-1", "20300101", "2030-01-31T00:00:00Z", "0000-01-01", "２０３０-01-01"],
    "option": [None, 5, True, ["red"], {}],
    "options": [None, "red", [1], [None], [["red"]], {"red": True}],
}
RIGHT: dict[str, list[Any]] = {
    "text": ["", "nylon", "x" * 1_000],
    "number": [0, -1, 1.5, 2**62, 1e300],
    "boolean": [True, False],
    "date": ["2030-01-31", "0001-01-01", "9999-12-31"],
    "option": ["red", "blue"],
    "options": [[], ["red"], ["blue", "red"]],
}


def defined(type: str = "text", **given: Any) -> Definition:  # noqa: A002 - the column's name
    values = {
        "code": "it",
        "name": "It",
        "type": type,
        "unit": "",
        "filterable": False,
        "searchable": False,
        "min": None,
        "max": None,
        "level": "product",
        "required": "never",
        "options": {"red": "Red", "blue": "Blue"} if type in {"option", "options"} else {},
    }
    return Definition(**{**values, **given})


def found(definitions: list[Definition], attributes: dict[str, Any], **row: Any) -> list[Fault]:
    rules = TypeRules({1: {definition.code: definition for definition in definitions}})
    return list(rules.faults(1, Row(attributes, **{"codes": None, "level": "product", **row})))


def fault_of(definition: Definition, value: Any) -> Fault:
    [fault] = found([definition], {"it": value})
    return fault


# --- Values


@pytest.mark.parametrize(("kind", "value"), [(kind, value) for kind in TYPES for value in RIGHT[kind]])
def test_such_values_fit(kind, value) -> None:
    assert found([defined(kind)], {"it": value}) == []


@pytest.mark.parametrize(("kind", "value"), [(kind, value) for kind in TYPES for value in WRONG[kind]])
def test_another_json_type_is_invalid(kind, value) -> None:
    fault = fault_of(defined(kind), value)
    assert (fault.code, fault.pointer) == ("invalid", "/attributes/it")


def test_a_text_ends_somewhere() -> None:
    assert fault_of(defined("text"), "x" * 1_001).code == "max_length"


@pytest.mark.parametrize(
    ("value", "code", "sentence"),
    [
        (-0.001, "min_value", "It (it) must be at least 0 kg."),
        (9.6, "max_value", "It (it) must be at most 9.5 kg."),
        (2**62, "max_value", "It (it) must be at most 9.5 kg."),
    ],
)
def test_a_number_lies_in_its_range_and_the_sentence_says_its_unit(value, code, sentence) -> None:
    fault = fault_of(defined("number", min=0.0, max=9.5, unit="kg"), value)
    assert (fault.code, fault.detail) == (code, sentence)


@pytest.mark.parametrize("value", [0, 9.5, 0.0])
def test_the_ends_of_a_range_belong_to_it(value) -> None:
    assert found([defined("number", min=0.0, max=9.5)], {"it": value}) == []


def test_an_unknown_option_gets_a_suggestion() -> None:
    fault = fault_of(defined("option"), "bleu")
    assert (fault.code, fault.suggestion, fault.pointer) == ("unknown_value", "blue", "/attributes/it")


def test_each_wrong_option_of_a_list_is_named() -> None:
    faults = found([defined("options")], {"it": ["red", "bleu", "red", "Red"]})
    assert [(fault.pointer, fault.code) for fault in faults] == [
        ("/attributes/it/1", "unknown_value"),
        ("/attributes/it/2", "duplicate"),
        ("/attributes/it/3", "unknown_value"),
    ]


@given(st.dates())
def test_every_date_fits(day: date) -> None:
    assert found([defined("date")], {"it": day.isoformat()}) == []


@given(
    st.recursive(
        st.none() | st.booleans() | st.floats() | st.integers() | st.text(),
        lambda below: st.lists(below) | st.dictionaries(st.text(), below),
        max_leaves=5,
    ),
    st.sampled_from(TYPES),
)
def test_no_value_breaks_the_check(value, kind) -> None:
    definition = defined(kind, min=0.0 if kind == "number" else None)
    assert all(fault.pointer.startswith("/attributes/it") for fault in found([definition], {"it": value}))


# --- Which attributes


def test_an_unknown_attribute_gets_a_suggestion() -> None:
    [fault] = found([defined(code="color"), defined(code="weight")], {"colour": "red"})
    assert (fault.code, fault.pointer, fault.suggestion) == ("unknown_attribute", "/attributes/colour", "color")


@pytest.mark.parametrize(
    ("level", "sentence"), [("variant", "of variants, not of products"), ("product", "of products, not of variants")]
)
def test_one_of_the_other_level_is_said_to_be_so(level, sentence) -> None:
    other = {"product": "variant", "variant": "product"}[level]
    [fault] = found([defined(level=level)], {"it": "x"}, level=other)
    assert fault.code == "unknown_attribute"
    assert sentence in fault.detail
    assert fault.suggestion is None


def test_a_key_is_escaped_in_its_pointer() -> None:
    [fault] = found([], {"a/b~c": 1}, pointer="/variants/2")
    assert fault.pointer == "/variants/2/attributes/a~1b~0c"


def test_faults_and_suggestions_have_an_end() -> None:
    faults = found([defined(code="color")], {f"colo{number}": 1 for number in range(1_000)})
    assert len(faults) == 100
    assert sum(fault.suggestion == "color" for fault in faults) == 20


def test_only_the_codes_asked_for_are_checked() -> None:
    definitions = [defined("number", code="a"), defined("number", code="b")]
    faults = found(definitions, {"a": "x", "b": "x", "c": "x"}, codes={"a"})
    assert [fault.pointer for fault in faults] == ["/attributes/a"]
    assert found(definitions, {"a": "x"}, codes=set()) == []


def test_what_is_removed_need_not_be_known() -> None:
    assert found([defined(code="color")], {}, codes={"stray"}) == []


# --- Which are required


@pytest.mark.parametrize("value", [{}, {"it": ""}, {"it": None}])
def test_what_is_always_required_is_named_where_a_row_is_touched(value) -> None:
    [fault] = [fault for fault in found([defined(required="always")], value) if fault.code != "invalid"]
    assert (fault.code, fault.pointer) == ("required", "/attributes/it")


def test_no_option_is_no_value() -> None:
    [fault] = found([defined("options", required="always")], {"it": []})
    assert fault.code == "required"


def test_what_publishing_needs_may_be_missing_before() -> None:
    assert found([defined(required="to_publish")], {}) == []
    assert found([defined(required="to_publish")], {}, codes={"it"}) == []


@pytest.mark.parametrize(("codes", "expected"), [(None, 1), ({"it"}, 1), ({"other"}, 0)])
def test_what_publishing_needs_is_not_taken_from_what_is_active(codes, expected) -> None:
    definitions = [defined(required="to_publish"), defined(code="other")]
    assert len(found(definitions, {}, codes=codes, is_active=True)) == expected


def test_publishing_needs_what_is_required_at_its_level() -> None:
    definitions = [
        defined(code="a", required="always"),
        defined(code="b", required="to_publish"),
        defined(code="c"),
        defined(code="d", level="variant", required="always"),
    ]
    rules = TypeRules({1: {definition.code: definition for definition in definitions}})
    missing = rules.missing(1, Row({}, None, "product"), to_publish=True)
    assert [fault.pointer for fault in missing] == ["/attributes/a", "/attributes/b"]


# --- Reading the rules


@pytest.mark.django_db
@pytest.mark.parametrize("count", [1, 5])
def test_rules_cost_the_same_for_one_type_and_for_five(count, django_assert_num_queries) -> None:
    color = AttributeFactory(type="option", options=["red"])
    types = [ProductTypeFactory(attributes=[color]).pk for _ in range(count)]
    with django_assert_num_queries(3 if connection.vendor == "postgresql" else 2):
        rules_for([*types, None, *types])


@pytest.mark.django_db
def test_where_nothing_is_typed_nothing_is_read(django_assert_num_queries) -> None:
    with django_assert_num_queries(0):
        rules_for([None, None])
        rules_of([Product()], [{}, {"product_type": None}])


@pytest.mark.django_db
def test_the_rules_for_edits_are_those_of_old_and_new_types() -> None:
    old, new = ProductTypeFactory.create_batch(2)
    product = ProductFactory(product_type=old)
    rules = rules_of([product], [{"product_type": new}])
    assert rules._types.keys() == {old.pk, new.pk}


@pytest.mark.postgres
@pytest.mark.django_db
def test_rules_are_held_until_the_transaction_ends() -> None:
    lock_rules([3, 2**31 + 5], alone=False)
    lock_rules([7], alone=True)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT objid::int, mode FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid() ORDER BY 1"
        )
        assert cursor.fetchall() == [(3, "ShareLock"), (5, "ShareLock"), (7, "ExclusiveLock")]
