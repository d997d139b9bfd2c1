"""GET /products/?facets=: what is shown of each facet, what is refused, and what it costs."""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from products.models import Product, ProductType
from products.search.facet_scan import MOST_VALUES
from tests.answers import names
from tests.escaping import escaped
from tests.factories.products import (
    AttributeFactory,
    BrandFactory,
    CategoryFactory,
    ProductFactory,
    ProductTypeFactory,
    VariantFactory,
)

URL = "/api/v1/products/"


@pytest.fixture
def shirt(db: None) -> ProductType:
    """A type whose variants have a colour and a size, and whose products have a weight and a material."""
    return ProductTypeFactory(
        code="shirt",
        name="Shirt",
        attributes=[
            (
                AttributeFactory(code="color", type="option", options=["red", "blue"], filterable=True),
                "variant",
                "never",
            ),
            (AttributeFactory(code="size", type="option", options=["m", "l"], filterable=True), "variant", "never"),
            (AttributeFactory(code="weight", type="number", filterable=True), "product", "never"),
            (AttributeFactory(code="material", type="text", filterable=True), "product", "never"),
            (AttributeFactory(code="secret", type="text"), "product", "never"),
        ],
    )


def product(kind: ProductType | None, *variants: dict[str, Any], **fields: Any) -> Product:
    """A product whose variants have these attributes."""
    made = ProductFactory(product_type=kind, variants=0, **fields)
    for attributes in variants:
        VariantFactory(product=made, attributes=attributes)
    return made


def facets(client: Any, names: str, **parameters: str) -> dict[str, Any]:
    response = client.get(URL, {"facets": names, **parameters})
    assert response.status_code == 200, response.content
    return response.json()["facets"]


def counts(client: Any, name: str, **parameters: str) -> dict[Any, int]:
    return {value["value"]: value["count"] for value in facets(client, name, **parameters)[name]}


# --- What they show


def test_a_list_has_facets_only_when_asked(anyone) -> None:
    assert "facets" not in anyone.get(URL).json()
    assert list(facets(anyone, "price,brand")) == ["price", "brand"]


def test_each_value_says_its_label_count_and_whether_it_is_selected(anyone) -> None:
    acme, bolt = BrandFactory(slug="acme", name="Acme"), BrandFactory(slug="bolt", name="Bolt")
    for brand in (acme, bolt, bolt):
        ProductFactory(brand=brand)
    assert facets(anyone, "brand", brand="acme")["brand"] == [
        {"value": "bolt", "label": "Bolt", "count": 2, "selected": False},
        {"value": "acme", "label": "Acme", "count": 1, "selected": True},
    ]


def test_a_category_counts_its_subtree_and_each_product_once(anyone) -> None:
    bags = CategoryFactory(slug="bags", name="Bags")
    packs, totes = (CategoryFactory(slug=slug, name=slug, parent=bags) for slug in ("packs", "totes"))
    ProductFactory(categories=[packs, totes])
    ProductFactory(categories=[bags])
    [first, *others] = facets(anyone, "category", category="totes")["category"]
    assert first == {"value": "bags", "label": "Bags", "path": "bags", "count": 2, "selected": False}
    assert [(value["path"], value["count"], value["selected"]) for value in others] == [
        ("bags/packs", 1, False),
        ("bags/totes", 1, True),
    ]


def test_what_is_selected_is_shown_even_when_nothing_is_left(anyone) -> None:
    BrandFactory(slug="empty", name="Empty")
    shown = facets(anyone, "brand,in_stock", brand="empty", in_stock="false")
    assert shown["brand"] == [{"value": "empty", "label": "Empty", "count": 0, "selected": True}]
    assert shown["in_stock"] == [{"value": False, "label": "false", "count": 0, "selected": True}]


def test_at_most_a_hundred_values_and_those_selected(anyone, shirt) -> None:
    for index in range(MOST_VALUES + 5):
        product(
            shirt, attributes={"material": f"m{index:03}"}, brand=BrandFactory(name=f"b{index:03}", slug=f"b{index:03}")
        )
    product(shirt, attributes={"material": "m104"})
    shown = facets(anyone, "brand,attr.material", **{"attr.material": "m103"})
    values = [value["value"] for value in shown["attr.material"]]
    assert values[:2] == ["m104", "m000"]
    assert values[-1] == "m103"
    assert len(values) == MOST_VALUES + 1
    assert len(facets(anyone, "brand")["brand"]) == MOST_VALUES


def test_a_value_counts_products_of_which_one_variant_meets_everything(anyone, shirt) -> None:
    product(shirt, {"color": "red", "size": "m"}, {"color": "blue", "size": "l"})
    product(shirt, {"color": "red", "size": "l"}, {"color": "red", "size": "m"})
    assert counts(anyone, "attr.color") == {"red": 2, "blue": 1}
    assert counts(anyone, "attr.color", **{"attr.size": "l"}) == {"blue": 1, "red": 1}
    assert anyone.get(URL, {"attr.color": "red", "attr.size": "l", "count": "exact"}).json()["count"] == 1


def test_prices_are_those_that_the_other_conditions_leave(anyone, shirt) -> None:
    made = ProductFactory(product_type=shirt, variants=0)
    for color, amount in (("red", "10"), ("blue", "99")):
        VariantFactory(product=made, attributes={"color": color}, prices={"USD": amount, "JPY": amount})
    assert facets(anyone, "price")["price"] == {"currency": "USD", "min": "10.00", "max": "99.00"}
    narrowed = facets(anyone, "price", price__lte="5", currency="JPY", **{"attr.color": "blue"})
    assert narrowed["price"] == {"currency": "JPY", "min": "99", "max": "99"}
    assert facets(anyone, "price", currency="EUR")["price"] == {"currency": "EUR", "min": None, "max": None}


def test_every_value_is_a_filter_once_its_commas_are_escaped(anyone, shirt) -> None:
    texts = ["wool", "wool, new", "new", "C:\\x", "a\\", "\\,"]
    for text in texts:
        product(shirt, name=text, attributes={"material": text})
    shown = facets(anyone, "attr.material")["attr.material"]
    assert {value["value"] for value in shown} == set(texts)
    for value in shown:
        assert names(anyone.get(URL, {"attr.material": escaped(value["value"])})) == [value["value"]]
    chosen = ",".join(escaped(value["value"]) for value in shown[:4])
    again = facets(anyone, "attr.material", **{"attr.material": chosen})["attr.material"]
    assert [value["selected"] for value in again] == [True] * 4 + [False] * 2


def test_numbers_show_their_range_in_round_buckets(anyone, shirt) -> None:
    for weight in (1, 4.5, 9):
        product(shirt, attributes={"weight": weight})
    shown = facets(anyone, "attr.weight", **{"attr.weight__gte": "4", "attr.weight__lte": "5"})["attr.weight"]
    assert (shown["min"], shown["max"]) == (1, 9)
    assert [bucket for bucket in shown["buckets"] if bucket["count"]] == [
        {"gte": 1, "lt": 2, "count": 1},
        {"gte": 4, "lt": 5, "count": 1},
        {"gte": 9, "lt": 10, "count": 1},
    ]


def test_numbers_beyond_integers_show_their_range(anyone, shirt) -> None:
    for weight in (-1e300, 0.5, 1e300):
        product(shirt, {"size": "m"}, attributes={"weight": weight})
    for conditions in ({}, {"attr.size": "m"}):
        shown = facets(anyone, "attr.weight", **conditions)["attr.weight"]
        assert (shown["min"], shown["max"]) == (-1e300, 1e300)
        assert sum(bucket["count"] for bucket in shown["buckets"]) == 3


def test_nobody_sees_drafts_counted_without_the_right(anyone, viewer) -> None:
    brand = BrandFactory(slug="acme")
    ProductFactory(status="draft", brand=brand)
    assert counts(anyone, "brand") == {}
    assert counts(viewer, "brand") == {"acme": 1}


def test_free_attributes_are_not_counted(anyone, shirt) -> None:
    product(None, {"color": "red"}, attributes={"weight": 3})
    assert facets(anyone, "attr.color,attr.weight", in_stock="true") == {
        "attr.color": [],
        "attr.weight": {"min": None, "max": None, "buckets": []},
    }


def test_a_page_further_on_shows_the_same(anyone) -> None:
    for _ in range(3):
        ProductFactory(brand=BrandFactory())
    first = anyone.get(URL, {"facets": "brand", "page_size": 1}).json()
    assert anyone.get(first["next"]).json()["facets"] == first["facets"]
    assert "facets" not in anyone.get(first["next"].replace("facets=brand&", "")).json()


# --- Right after a write


def test_an_attribute_can_be_made_filterable_and_back(anyone, manager, shirt) -> None:
    product(shirt, attributes={"secret": "x"})
    for is_filterable, status in ((True, 200), (False, 400)):
        manager.patch("/api/v1/attributes/secret/", {"filterable": is_filterable}, format="json")
        response = anyone.get(URL, {"facets": "attr.secret"})
        assert response.status_code == status
        assert list(Product.objects.values_list("listing__facet_values", flat=True)) == [
            {"secret": ["x"]} if is_filterable else {}
        ]


def test_another_value_counts_at_once(anyone, editor, shirt) -> None:
    made = product(shirt, attributes={"material": "wool"})
    editor.patch(f"{URL}{made.pk}/", {"attributes": {"material": "silk"}}, format="json")
    assert counts(anyone, "attr.material") == {"silk": 1}


# --- What is refused


@pytest.mark.parametrize(
    ("parameters", "parameter", "code", "suggestion"),
    [
        ({"facets": "brnd"}, "facets", "unknown_value", "brand"),
        ({"facets": "attr.colour"}, "facets", "unknown_value", "attr.color"),
        ({"facets": "attr.secret"}, "facets", "unknown_value", None),
        ({"facets": "attr."}, "facets", "unknown_value", None),
        ({"facets": ""}, "facets", "unknown_value", None),
        ({"attr.colour": "red"}, "attr.colour", "unknown_parameter", "attr.color"),
        ({"attr.wieght__gte": "1"}, "attr.wieght__gte", "unknown_parameter", "attr.weight__gte"),
        ({"attr.color__gte": "red"}, "attr.color__gte", "unknown_parameter", "attr.color"),
        ({"attr.secret": "x"}, "attr.secret", "unknown_parameter", None),
        ({"attr.\x00": "x"}, "attr.\x00", "unknown_parameter", None),
        ({"attr.color": "rde"}, "attr.color", "unknown_value", "red"),
        ({"attr.weight": "heavy"}, "attr.weight", "invalid", None),
        ({"attr.weight__lte": "1e999"}, "attr.weight__lte", "invalid", None),
        ({"attr.material": "\x00"}, "attr.material", "null_characters", None),
        ({"attr.weight__gte": ["1", "2"]}, "attr.weight__gte", "repeated", None),
    ],
)
def test_what_cannot_be_meant_is_refused(anyone, shirt, parameters, parameter, code, suggestion) -> None:
    response = anyone.get(URL, parameters)
    assert response.status_code == 400
    [fault] = response.json()["errors"]
    assert (fault["parameter"], fault["code"], fault.get("suggestion")) == (parameter, code, suggestion)


def test_a_product_has_no_facets(anyone) -> None:
    made = ProductFactory()
    assert anyone.get(f"{URL}{made.pk}/", {"facets": "brand"}).status_code == 400


def test_numbers_may_be_written_in_any_way(anyone, shirt) -> None:
    product(shirt, attributes={"weight": -0.5})
    for text in ("-0.5", "-0.50", "-00.5", "-5e-1", "1,-5E-1"):
        assert anyone.get(URL, {"attr.weight": text, "count": "exact"}).json()["count"] == 1, text


# --- What it costs


def statements(client: Any, **parameters: str) -> int:
    with CaptureQueriesContext(connection) as captured:
        assert client.get(URL, {"page_size": 1, **parameters}).status_code == 200
    return len(captured)


def test_facets_without_filters_of_their_own_share_one_scan(anyone, shirt) -> None:
    for _ in range(3):
        product(shirt, {"color": "red"}, brand=BrandFactory(), categories=[CategoryFactory()])
    plain = statements(anyone)
    assert statements(anyone, facets="price,in_stock") == plain + 1
    assert statements(anyone, facets="brand,category,product_type,price,in_stock") == plain + 1 + 4
    assert statements(anyone, facets="price,in_stock", in_stock="true") == plain + 2
