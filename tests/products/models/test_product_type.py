import pytest
from django.db import IntegrityError
from django.db.models import ProtectedError

from catalog_project.api.integrity import translate
from products.models import Attribute, AttributeOption, ProductType, ProductTypeAttribute
from products.models.product_type import definitions, option_labels

pytestmark = pytest.mark.django_db


def attribute(code: str, type: str = "text", **fields) -> Attribute:  # noqa: A002 - the column's name
    return Attribute.objects.create(code=code, name=code.title(), type=type, **fields)


def linked(product_type: ProductType, made: Attribute, **fields) -> ProductTypeAttribute:
    return ProductTypeAttribute.objects.create(product_type=product_type, attribute=made, **fields)


@pytest.fixture
def bag() -> ProductType:
    return ProductType.objects.create(code="bag", name="Bag")


@pytest.mark.parametrize(
    ("values", "code"), [({"level": "shop"}, "invalid_choice"), ({"required": "often"}, "invalid_choice")]
)
def test_a_broken_rule_has_a_code(bag, values, code) -> None:
    with pytest.raises(IntegrityError) as error:
        linked(bag, attribute("color"), **values)
    assert translate(error.value).faults[0].code == code


def test_a_type_has_an_attribute_once(bag) -> None:
    color = attribute("color")
    assert str(linked(bag, color)) == f"{color.pk} of {bag.pk}"
    with pytest.raises(IntegrityError) as error:
        linked(bag, color, level="variant")
    assert translate(error.value).error_code == "duplicate"


@pytest.mark.parametrize("code", ["", "1", "a__b"])
def test_the_code_of_a_type_has_a_form(code) -> None:
    with pytest.raises(IntegrityError) as error:
        ProductType.objects.create(code=code, name="Bag")
    assert translate(error.value).faults[0].code == "invalid_code"


def test_what_a_type_uses_cannot_go(bag) -> None:
    color = attribute("color")
    linked(bag, color)
    with pytest.raises(ProtectedError):
        color.delete()
    bag.delete()
    color.delete()


def test_definitions_come_by_type_and_code_in_their_order(bag) -> None:
    shoe = ProductType.objects.create(code="shoe", name="Shoe")
    color = attribute("color", "option", filterable=True)
    AttributeOption.objects.create(attribute=color, code="red", label="Red", position=1)
    AttributeOption.objects.create(attribute=color, code="blue", label="Blue", position=0)
    weight = attribute("weight", "number", unit="kg", min=0, max=9.5, searchable=True)
    linked(bag, color, position=1, level="variant")
    linked(bag, weight, position=0, required="always")
    linked(shoe, color)
    found = definitions([bag.pk, shoe.pk])
    assert list(found[bag.pk]) == ["weight", "color"]
    first, second = found[bag.pk].values()
    assert (first.unit, first.min, first.max, first.required, first.searchable) == ("kg", 0, 9.5, "always", True)
    assert (second.level, second.filterable, list(second.options.items())) == (
        "variant",
        True,
        [("blue", "Blue"), ("red", "Red")],
    )
    assert found[shoe.pk]["color"].level == "product"
    assert str(bag) == "Bag"


@pytest.mark.parametrize("types", [1, 5])
def test_definitions_cost_two_queries(types, django_assert_num_queries) -> None:
    color = attribute("color", "option")
    made = [ProductType.objects.create(code=f"type-{n}", name="Type") for n in range(types)]
    for product_type in made:
        linked(product_type, color)
    with django_assert_num_queries(2):
        assert len(definitions([row.pk for row in made])) == types


def test_a_type_without_attributes_has_no_definitions(bag, django_assert_num_queries) -> None:
    with django_assert_num_queries(1):
        assert definitions([bag.pk]) == {bag.pk: {}}
    with django_assert_num_queries(0):
        assert option_labels([]) == {}
