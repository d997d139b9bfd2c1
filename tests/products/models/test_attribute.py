import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError

from catalog_project.api.integrity import translate
from products.models import Attribute, AttributeOption
from products.models.attribute import validate_code, validate_option_code

pytestmark = pytest.mark.django_db
CODES = ["color", "Color", "a", "a1", "shoe-size", "max_load", "max_", "a" * 64]
NO_CODES = ["", "1a", "_a", "-a", "a__b", "a__", "a b", "a.b", "é", "a,b", "a\n"]
OPTIONS = ["red", "42", "1.5", "XL", "a-b_c", "a__b"]
NO_OPTIONS = ["", "_a", ".a", "-a", "a b", "a,b", "é"]


def refusal(**values) -> tuple[str, str | None]:
    with pytest.raises(IntegrityError) as error:
        Attribute.objects.create(**{"code": "a", "name": "A", "type": "number", **values})
    [fault] = translate(error.value).faults
    return fault.code, fault.pointer


@pytest.mark.parametrize("code", CODES)
def test_such_codes_are_taken(code) -> None:
    validate_code(code)
    Attribute.objects.create(code=code, name="A", type="text")


@pytest.mark.parametrize("code", NO_CODES)
def test_the_field_and_the_database_refuse_the_same_codes(code) -> None:
    with pytest.raises(ValidationError):
        validate_code(code)
    assert refusal(code=code)[0] == "invalid_code"


@pytest.mark.parametrize("code", OPTIONS)
def test_such_codes_of_options_are_taken(code) -> None:
    validate_option_code(code)
    attribute = Attribute.objects.create(code="a", name="A", type="option")
    assert str(AttributeOption.objects.create(attribute=attribute, code=code, label="B")) == "B"


@pytest.mark.parametrize("code", NO_OPTIONS)
def test_the_field_and_the_database_refuse_the_same_codes_of_options(code) -> None:
    attribute = Attribute.objects.create(code="a", name="A", type="option")
    with pytest.raises(ValidationError):
        validate_option_code(code)
    with pytest.raises(IntegrityError):
        AttributeOption.objects.create(attribute=attribute, code=code, label="B")


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ({"name": ""}, "blank"),
        ({"type": "colour"}, "invalid_choice"),
        ({"type": "text", "min": 1}, "range_of_number"),
        ({"type": "text", "max": 1}, "range_of_number"),
        ({"min": 2, "max": 1}, "range_order"),
    ],
)
def test_a_broken_rule_has_a_code(values, code) -> None:
    assert refusal(**values)[0] == code


def test_a_code_is_taken_once_in_each_case() -> None:
    Attribute.objects.create(code="A", name="A", type="text")
    Attribute.objects.create(code="b", name="A", type="text")
    assert refusal(code="A") == ("duplicate", "/code")


def test_one_end_of_a_range_may_be_open() -> None:
    Attribute.objects.create(code="a", name="A", type="number", min=1)
    Attribute.objects.create(code="b", name="A", type="number", max=1)
    assert str(Attribute.objects.create(code="c", name="Equal", type="number", min=1, max=1)) == "Equal"


def test_options_come_in_their_order() -> None:
    attribute = Attribute.objects.create(code="a", name="A", type="options")
    for code, position in (("c", 2), ("a", 1), ("b", 1)):
        AttributeOption.objects.create(attribute=attribute, code=code, label=code, position=position)
    assert [option.code for option in attribute.ordered_options()] == ["a", "b", "c"]
    assert attribute.has_options
