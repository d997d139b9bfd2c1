"""Products that get the types that were proposed."""

from typing import Any

import pytest

from products.exchange.free_products import Reading, observe_catalog
from products.exchange.inference import Inference, present_definitions
from products.exchange.retyping import Stayed, define, retype
from products.models import Attribute, Category, Product, ProductType
from tests.factories.products import (
    AttributeFactory,
    CategoryFactory,
    ProductFactory,
    ProductTypeFactory,
    VariantFactory,
)

pytestmark = pytest.mark.django_db


def infer(reading: Reading | None = None) -> tuple[int, list[Stayed]]:
    """Everything from looking to writing: how many products were typed, and those that stay."""
    reading = reading or Reading()
    proposal = Inference(observe_catalog(reading), hints={}, present=present_definitions()).propose()
    assert not define(proposal, by=None)
    batches = list(retype(proposal, reading, by=None))
    return sum(count for count, _ in batches), [each for _, others in batches for each in others]


def product(slug: str, attributes: dict[str, Any], *variants: dict[str, Any], category: Any = None) -> Product:
    made: Product = ProductFactory(slug=slug, attributes=attributes, variants=0, categories=[category or mugs()])
    for index, values in enumerate(variants):
        VariantFactory(product=made, sku=f"{slug}-{index}", attributes=values)
    return made


def mugs() -> Category:
    return Category.objects.filter(slug="mugs").first() or CategoryFactory(name="Mugs", slug="mugs", path="mugs")


def reread(slug: str) -> tuple[Any, ...]:
    found = Product.objects.get(slug=slug)
    kind = found.product_type.code if found.product_type else None
    return kind, found.attributes, [variant.attributes for variant in found.variants.order_by("pk")]


def test_products_get_the_type_of_their_category_and_values_in_its_spelling() -> None:
    for n in range(6):
        product(f"m{n}", {"Glaze Color": "Sea blue", "volume": "250 ml", "gone": None}, {"tags": ["a b", "c"]})
    assert infer() == (6, [])
    assert reread("m0") == ("mugs", {"Glaze_Color": "Sea-blue", "volume": 250}, [{"tags": ["a-b", "c"]}])
    assert {option.label for option in Attribute.objects.get(code="Glaze_Color").options.all()} == {"Sea blue"}
    assert ProductType.objects.get().name == "Mugs"


def test_versions_rise_as_with_any_edit_and_documents_show_the_type(anyone) -> None:
    product("m", {"height": 5}, {})
    infer()
    shown = anyone.get("/api/v1/products/m/").json()
    assert (shown["version"], shown["product_type"]["code"], shown["attributes"]) == (2, "mugs", {"height": 5})


def test_a_second_run_changes_nothing() -> None:
    product("m", {"height": 5, "color": "red"}, {"size": "L"})
    product("n", {"nested": {"a": 1}}, {})
    first = infer()
    before = list(Product.objects.order_by("pk").values("version", "updated_at", "attributes"))
    assert (infer(), first[0]) == ((0, first[1]), 1)
    assert list(Product.objects.order_by("pk").values("version", "updated_at", "attributes")) == before


def test_what_cannot_be_typed_keeps_its_product_as_it_is() -> None:
    product("m", {"height": 5}, {})
    product("n", {"height": 5, "size": {"ml": 250}}, {"deep": [{"a": 1}]})
    typed, [stayed] = infer()
    assert (typed, stayed.slug) == (1, "n")
    assert [(fault.pointer, fault.code) for fault in stayed.faults] == [
        ("/attributes/size", "unknown_attribute"),
        ("/variants/0/attributes/deep", "unknown_attribute"),
    ]
    assert reread("n") == (None, {"height": 5, "size": {"ml": 250}}, [{"deep": [{"a": 1}]}])


def test_nested_objects_are_typed_when_they_are_flattened() -> None:
    product("n", {"size": {"ml": 250, "box": {"cm": 12}}}, {})
    assert infer(Reading(is_flat=True)) == (1, [])
    assert reread("n")[1] == {"size_ml": 250, "size_box_cm": 12}


def test_a_product_without_a_category_stays() -> None:
    ProductFactory(slug="m", attributes={"height": 5})
    typed, [stayed] = infer()
    assert (typed, stayed.slug, stayed.faults[0].code) == (0, "m", "no_kind")


def test_an_attribute_may_tell_types_apart() -> None:
    product("m", {"kind": "Mug"}, {})
    product("c", {"kind": "Cup"}, {})
    assert infer(Reading(type_by="kind")) == (2, [])
    assert (reread("m")[0], reread("c")[0]) == ("Mug", "Cup")
    assert reread("m")[1] == {"kind": "Mug"}


def test_what_a_type_demands_already_keeps_products_without_it_apart() -> None:
    ProductTypeFactory(code="mugs", attributes=[(AttributeFactory(code="origin"), "product", "always")])
    product("m", {"height": 5}, {})
    product("n", {"height": 5, "origin": "Delft"}, {})
    typed, [stayed] = infer()
    assert (typed, stayed.slug, [fault.pointer for fault in stayed.faults]) == (1, "m", ["/attributes/origin"])


def test_typed_products_are_left_alone() -> None:
    other = ProductTypeFactory(code="other", attributes=[AttributeFactory(code="height", type="text")])
    typed = ProductFactory(product_type=other, attributes={"height": "tall"}, categories=[mugs()])
    product("m", {"height": 5}, {})
    assert infer() == (1, [])
    assert reread("m")[1] == {"mugs_height": 5}
    typed.refresh_from_db()
    assert (typed.product_type, typed.attributes, typed.version) == (other, {"height": "tall"}, 1)


def test_nothing_that_was_said_is_lost() -> None:
    values: list[Any] = [True, 5, 2.5, "x", "16 GB", "2030-01-31", ["a", "b"], {"a": 1}, [1], [{"a": 1}], None, "", []]
    for n, value in enumerate(values):
        product(f"p{n}", {"k": value}, {"v": value}, category=CategoryFactory(slug=f"c{n}", path=f"c{n}"))
    before = [reread(f"p{n}")[1] for n in range(len(values))]
    _, stayed = infer()
    assert {each.slug for each in stayed} == {"p7", "p8", "p9"}
    for n, given in enumerate(before):
        kind, attributes, [own] = reread(f"p{n}")
        expected = {"p10": [], "p11": [], "p12": []}.get(f"p{n}", list(given.values()))
        assert (list(attributes.values()), list(own.values())) == (expected, expected)
        assert (kind is None) == (n in {7, 8, 9})
