"""`manage.py infer_attributes`."""

import io
import json
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import OperationalError

from products.exchange.inference import Definitions
from products.management.commands import infer_attributes
from products.models import Attribute, Product, ProductType
from tests.factories.products import AttributeFactory, CategoryFactory, ProductFactory, ProductTypeFactory

pytestmark = pytest.mark.django_db
MAPPING = """
[product]
external_id = "id"
name = "name"
product_type = "kind"
attributes = { "*" = { except = ["id", "name", "kind"], flatten = true, skip_empty = true } }
[variants]
sku = "id"
"""
RECORDS: list[dict[str, Any]] = [
    {"id": "1", "name": "A", "kind": "Tea cup", "size": {"ml": 250}, "glaze": "matt"},
    {"id": "2", "name": "B", "kind": "Tea cup", "size": {"ml": 300}, "glaze": "sea blue"},
    {"id": "3", "name": "C", "kind": "Fan", "size": {"ml": "none"}},
]


@pytest.fixture
def cup(db: None) -> Product:
    """A product whose attributes are free."""
    category = CategoryFactory(name="Cups", slug="cups", path="cups")
    made: Product = ProductFactory(slug="cup", attributes={"height": 9, "color": "red"}, categories=[category])
    return made


@pytest.fixture
def shop(tmp_path: Path) -> tuple[Path, Path]:
    """A file of records and its mapping."""
    (tmp_path / "shop.jsonl").write_text("".join(json.dumps(record) + "\n" for record in RECORDS))
    (tmp_path / "shop.toml").write_text(MAPPING)
    return tmp_path / "shop.jsonl", tmp_path / "shop.toml"


def run(*arguments: object, **options: Any) -> str:
    output = io.StringIO()
    call_command("infer_attributes", *map(str, arguments), stdout=output, **options)
    return output.getvalue()


def report(*arguments: object, **options: Any) -> dict[str, Any]:
    result: dict[str, Any] = json.loads(run(*arguments, json=True, **options))
    return result


def test_without_write_it_only_proposes(cup: Product) -> None:
    assert run() == (
        "cups (Cups): 1 products\n"
        "  product color text searchable\n"
        "  product height number filterable\n"
        "1 types, 2 attributes proposed; nothing is written.\n"
    )
    assert not Attribute.objects.exists()
    assert not ProductType.objects.exists()


def test_with_write_products_are_typed(cup: Product) -> None:
    assert run(write=True).endswith("1 types, 2 attributes; 1 products typed.\n")
    cup.refresh_from_db()
    assert (cup.product_type, cup.attributes) == (ProductType.objects.get(), {"height": 9, "color": "red"})
    assert report(write=True)["typed"] == 0


def test_products_that_stay_are_named_and_exit_is_1(cup: Product) -> None:
    ProductFactory(slug="odd", attributes={"a": {"b": 1}}, categories=[*cup.categories.all()])
    output = io.StringIO()
    with pytest.raises(CommandError, match="1 products stay without a type") as error:
        call_command("infer_attributes", write=True, json=True, stdout=output)
    assert error.value.returncode == 1
    told = json.loads(output.getvalue())
    assert told["typed"] == 1
    assert [each["product"] for each in told["untyped"]] == ["odd"]
    assert told["untyped"][0]["errors"][0]["pointer"] == "/attributes/a"
    assert told["left_out"] == [
        {
            "type": "cups",
            "level": "product",
            "key": "a",
            "values": 1,
            "reason": "objects, and lists of them, cannot be typed",
        }
    ]


def test_words_name_what_is_left_out_and_what_stays(cup: Product) -> None:
    ProductFactory(slug="odd", attributes={"a": {"b": 1}}, categories=[*cup.categories.all()])
    ProductFactory(slug="bare")
    output = io.StringIO()
    with pytest.raises(CommandError):
        call_command("infer_attributes", write=True, stdout=output)
    words = output.getvalue()
    assert "left out: 'a' of cups (product, 1 values): objects, and lists of them, cannot be typed\n" in words
    assert "1 products tell no type.\n" in words
    assert "stays without a type: odd: /attributes/a: The product type has no attribute 'a'." in words
    assert "stays without a type: bare: Nothing tells of which type it is." in words


def test_nested_objects_may_be_flattened(cup: Product) -> None:
    Product.objects.update(attributes={"size": {"ml": 5}})
    assert [each["code"] for each in report(flatten=True)["attributes"]] == ["size_ml"]


def test_an_attribute_may_tell_types_apart(cup: Product) -> None:
    assert [each["code"] for each in report(type_by="color")["types"]] == ["red"]


def test_the_definitions_of_a_file_let_the_whole_file_in(shop, tmp_path: Path) -> None:
    file, mapping = shop
    lines = tmp_path / "definitions.jsonl"
    told = report(file, mapping=str(mapping), output=str(lines))
    assert [(each["code"], each["products"]) for each in told["types"]] == [("Fan", 1), ("Tea_cup", 2)]
    assert [each["reason"] for each in told["left_out"]] == [
        "size_ml is a text in Fan; give it a name of its own in the mapping, such as Fan_size_ml"
    ]
    call_command("import_catalog", str(lines), stdout=io.StringIO())
    mapping.write_text(MAPPING.replace('except = ["id"', 'except = ["size", "id"'))
    told = report(file, mapping=str(mapping), output=str(lines))
    assert told["left_out"] == []
    call_command("import_catalog", str(lines), stdout=io.StringIO())
    for counts in ({"created": 3}, {"unchanged": 3}):
        output = io.StringIO()
        call_command("import_catalog", str(file), mapping=str(mapping), json=True, stdout=output)
        assert {name: count for name, count in json.loads(output.getvalue()).items() if count} == counts
    assert Product.objects.exclude(product_type=None).count() == 3


def test_write_with_a_file_makes_its_definitions_and_leaves_products_alone(shop, cup: Product) -> None:
    assert report(shop[0], mapping=str(shop[1]), write=True)["typed"] == 0
    assert set(ProductType.objects.values_list("code", flat=True)) == {"Fan", "Tea_cup"}
    cup.refresh_from_db()
    assert cup.product_type is None


def test_schemas_name_choices(shop, tmp_path: Path) -> None:
    schema = {"Tea cup": {"properties": {"glaze": {"type": "string", "enum": ["glossy", "matt"]}}}}
    (tmp_path / "schemas.json").write_text(json.dumps(schema))
    told = report(shop[0], mapping=str(shop[1]), schemas=str(tmp_path / "schemas.json"))
    [glaze] = [each for each in told["attributes"] if each["code"] == "glaze"]
    assert [option["code"] for option in glaze["options"]] == ["glossy", "matt", "sea-blue"]


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        ({"mapping": "shop.toml"}, "--mapping needs the FILE that it maps"),
        ({"schemas": "/nowhere/schemas.json"}, "schemas.json: No such file"),
        ({"output": "/nowhere/definitions.jsonl"}, "definitions.jsonl: No such file"),
    ],
)
def test_what_cannot_be_used_is_exit_2(options: dict[str, str], reason: str) -> None:
    with pytest.raises(CommandError, match=reason) as error:
        run(**options)
    assert error.value.returncode == 2


def test_a_file_needs_a_mapping(shop) -> None:
    with pytest.raises(CommandError, match=r"shop\.jsonl: give --mapping") as error:
        run(shop[0])
    assert error.value.returncode == 2


def test_definitions_that_somebody_changed_meanwhile_type_nothing(cup: Product, monkeypatch) -> None:
    ProductTypeFactory(attributes=[AttributeFactory(code="height", type="text")])
    monkeypatch.setattr(infer_attributes, "present_definitions", lambda: Definitions({}, {}))
    with pytest.raises(CommandError, match="No product was typed, definitions were refused: height: ") as error:
        run(write=True)
    assert error.value.returncode == 2
    assert Product.objects.get().product_type is None


def test_a_database_that_fails_is_told_in_a_sentence(cup: Product, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*args: Any, **options: Any) -> None:
        raise OperationalError("the server closed the connection\nDETAIL")

    monkeypatch.setattr(infer_attributes, "retype", fail)
    with pytest.raises(CommandError, match=r"^the server closed the connection; 0 products have been typed") as error:
        run(write=True)
    assert error.value.returncode == 2
