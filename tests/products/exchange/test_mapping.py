"""Mappings: from foreign records to the write shape."""

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest

from products.exchange.expressions import MappingError
from products.exchange.mapping import compile_mapping, load_mapping
from products.exchange.reading import SourceError

ROOT = Path(__file__).resolve().parents[3]
MAPPINGS = ROOT / "tests" / "data" / "mappings"
KEY = {"external_id": "id"}


def mapped(record: Any, product: dict[str, Any] | None = None, **tables: Any) -> Any:
    return compile_mapping({"product": {**KEY, **(product or {})}, **tables}).document(record)


def fault(**tables: Any) -> str:
    with pytest.raises(MappingError) as error:
        compile_mapping({"product": KEY, **tables})
    return str(error.value)


def test_fields_come_from_their_places_and_empty_ones_are_left_out() -> None:
    record = {"id": 7, "title": "Cup", "text": ""}
    assert mapped(record, {"name": "title", "description": "text"}) == {"external_id": "7", "name": "Cup"}


def test_a_mapping_without_variants_leaves_variants_alone() -> None:
    assert "variants" not in mapped({"id": 7})


def test_a_record_is_one_variant_where_nothing_is_repeated() -> None:
    variants = {"sku": "id", "stock": "left", "weight_g": "g"}
    assert mapped({"id": 7, "left": "3", "g": 20.0}, variants=variants)["variants"] == [
        {"sku": "7", "weight_g": 20, "stock": 3}
    ]


def test_variants_come_from_nested_lists() -> None:
    record = {"id": 7, "colors": [{"name": "red", "sizes": [1, 2]}, {"name": "blue", "sizes": [3]}, {"name": "pink"}]}
    variants = {"each": {"color": "colors", "size": "color.sizes"}, "sku": {"template": "{id}-{color.name}-{size}"}}
    assert [v["sku"] for v in mapped(record, variants=variants)["variants"]] == ["7-red-1", "7-red-2", "7-blue-3"]


def test_a_repeated_part_that_is_no_list_is_repeated_once() -> None:
    variants = {"each": {"size": "sizes"}, "sku": "size.sku"}
    assert mapped({"id": 7, "sizes": {"sku": "A1"}}, variants=variants)["variants"] == [{"sku": "A1"}]


def test_rows_of_one_product_are_its_variants() -> None:
    rows = [{"id": "7", "title": "Cup", "sku": "A1"}, {"id": "7", "title": "", "sku": "A2"}]
    tables = {"source": {"group": "id"}, "variants": {"each": {"row": "rows"}, "sku": "row.sku"}}
    document = mapped(rows, {"name": "title", "attributes": {"*": {"except": ["id", "sku"]}}}, **tables)
    assert document == {
        "external_id": "7",
        "name": "Cup",
        "attributes": {"title": "Cup"},
        "variants": [{"sku": "A1"}, {"sku": "A2"}],
    }


@pytest.mark.parametrize("source", ["text", 5, None, [], [1]])
def test_what_is_no_object_is_left_for_the_write_shape_to_refuse(source: Any) -> None:
    assert mapped(source) == source


def test_categories_are_paths_of_names_down_to_the_first_empty_level() -> None:
    record = {"id": 7, "a": "Home", "b": "Kitchen", "c": "", "path": "Home > Bath", "tags": "Gifts, Home,Gifts"}
    rules = [["a", "b"], ["a", "c", "b"], ["path"], [{"path": "tags", "split": ","}], ["c"], ["a", "b"]]
    assert mapped(record, {"categories": rules})["categories"] == [
        "Home > Kitchen",
        "Home",
        "Home > Bath",
        "Gifts > Home > Gifts",
    ]


def test_prices_are_amounts_or_amounts_with_what_they_compare_with() -> None:
    prices = {"USD": "usd", "EUR": {"amount": "eur", "compare_at": "was"}, "GBP": "gbp"}
    document = mapped({"id": 7, "usd": 1.5, "eur": "2.00", "was": 3}, variants={"sku": "id", "prices": prices})
    assert document["variants"][0]["prices"] == {
        "USD": {"amount": 1.5},
        "EUR": {"amount": "2.00", "compare_at": 3},
    }


def test_attributes_are_named_or_everything_else() -> None:
    record = {"id": 7, "meta": {"name": "Cup", "year": None, "deep": {"a": 1, "b": 2}}, "list": [{"name": 1}]}
    rules = {"*": {"except": ["id", "meta.name", "meta.deep.a"]}, "year": {"value": 2020}, "none": "nothing"}
    assert mapped(record, {"attributes": rules})["attributes"] == {
        "meta": {"year": None, "deep": {"b": 2}},
        "list": [{"name": 1}],
        "year": 2020,
    }


def test_everything_else_may_be_of_a_part_and_without_what_is_empty() -> None:
    record = {"id": 7, "specs": {"a": "", "b": {"c": None, "d": 0}, "e": []}}
    rule = {"*": {"of": "specs", "skip_empty": True}}
    assert mapped(record, {"attributes": rule})["attributes"] == {"b": {"d": 0}}
    assert "attributes" not in mapped({"id": 7, "specs": 5}, {"attributes": rule})


def test_everything_else_may_be_flat_under_codes() -> None:
    record = {"id": 7, "Socket": {"type": "AM5", "pins": {"n": 1}}, "a b": 1, "none": {}, "list": [{"x": 1}]}
    flat = mapped(record, {"attributes": {"*": {"except": ["id"], "flatten": True, "skip_empty": True}}})
    assert flat["attributes"] == {"Socket_type": "AM5", "Socket_pins_n": 1, "a_b": 1, "list": [{"x": 1}]}


def test_keys_that_give_one_code_are_both_kept() -> None:
    record = {"id": 7, "a": {"b": 1}, "a_b": 2}
    flat = mapped(record, {"attributes": {"*": {"except": ["id"], "flatten": True}}})
    assert flat["attributes"] == {"a_b": 1, "a_b-2": 2}


def test_a_mapping_may_name_the_type() -> None:
    assert mapped({"id": 7, "kind": "Mug"}, {"product_type": "kind"})["product_type"] == "Mug"


def test_the_name_of_an_attribute_may_come_from_the_record() -> None:
    record = {"id": 7, "option": "Color", "value": "red", "option2": "", "value2": "x"}
    rules = {"{option}": "value", "{option2}": "value2"}
    assert mapped(record, {"attributes": rules})["attributes"] == {"Color": "red"}


def test_a_product_without_variants_may_have_a_status_of_its_own() -> None:
    product = {"status": {"value": "active", "without_variants": "draft"}}
    variants = {"each": {"size": "sizes"}, "sku": "size"}
    assert mapped({"id": 7, "sizes": []}, product, variants=variants)["status"] == "draft"
    assert mapped({"id": 7, "sizes": ["A1"]}, product, variants=variants)["status"] == "active"


def test_a_status_may_be_mapped_or_found() -> None:
    assert mapped({"id": 7, "on": "TRUE"}, {"status": {"path": "on", "map": {"TRUE": "active"}}})["status"] == "active"
    assert mapped({"id": 7, "state": "archived"}, {"status": "state"})["status"] == "archived"


@pytest.mark.parametrize(
    ("tables", "expected"),
    [
        ({"products": {}}, "products: not known here; is it product?"),
        ({"product": 5}, "product: give a table"),
        ({"product": {"name": "title"}}, "product.external_id: give it, or variants.sku"),
        ({"product": {**KEY, "nmae": "title"}}, "product.nmae: not known here; is it name?"),
        ({"product": {**KEY, "name": {"path": ""}}}, "product.name: '' is no path"),
        ({"product": {**KEY, "status": {"value": "activ"}}}, "product.status: 'activ' is none of draft, active"),
        ({"product": {**KEY, "categories": ["a"]}}, "product.categories: give a list of paths"),
        ({"product": {**KEY, "categories": [["a", 5]]}}, "product.categories[0][1]: give a path"),
        ({"product": {**KEY, "attributes": 5}}, "product.attributes: give a table"),
        ({"product": {**KEY, "attributes": {"*": []}}}, "product.attributes.*: give a table"),
        ({"product": {**KEY, "attributes": {"*": {"except": "a"}}}}, "product.attributes.*.except: give a list"),
        ({"product": {**KEY, "attributes": {"*": {"except": ["a..b"]}}}}, "'a..b' is no path"),
        (
            {"product": {**KEY, "attributes": {"*": {"expect": []}}}},
            "attributes.*.expect: not known here; is it except",
        ),
        ({"variants": {"skus": "a"}}, "variants.skus: not known here; is it sku?"),
        ({"variants": {"each": "sizes"}}, "variants.each: give a table of names and paths"),
        ({"variants": {"prices": {"usd": "a"}}}, "variants.prices.usd: this is not a currency code"),
        ({"variants": {"prices": {"USD": {"amount": "a", "was": "b"}}}}, "variants.prices.USD.was: not known here"),
        ({"source": {"format": "xml"}}, "source.format: it is csv or ndjson"),
        ({"source": {"delimiter": "||"}}, "source.delimiter: give one character"),
        ({"source": {"starts": "a"}}, "source.starts: it needs source.group"),
        ({"source": {"group": 5}}, "source.group: give a text"),
        ({"source": {"group": "a"}, "product": {**KEY, "attributes": {"*": 5}}}, "attributes.*: give a table"),
    ],
)
def test_a_fault_names_its_place_and_reason(tables: dict[str, Any], expected: str) -> None:
    assert expected in fault(**tables)


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"[product", "Expected ']' at the end of a table declaration"),
        (b'[product]\nname = "\xff"', "it is not UTF-8"),
        (b'[product]\nnmae = "a"\nexternal_id = "b"', "product.nmae: not known here"),
    ],
)
def test_a_file_that_cannot_be_used_is_named(tmp_path: Path, content: bytes, expected: str) -> None:
    path = tmp_path / "shop.toml"
    path.write_bytes(content)
    with pytest.raises(SourceError, match=r"shop\.toml: ") as error:
        load_mapping(str(path))
    assert expected in str(error.value)


def test_a_file_that_is_missing_is_named(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=r"shop\.toml: No such file"):
        load_mapping(str(tmp_path / "shop.toml"))


def test_the_mapping_that_the_documentation_shows_can_be_used() -> None:
    [shown] = re.findall(r"```toml\n(.*?)```", (ROOT / "docs" / "imports.md").read_text(), re.DOTALL)
    color = {"name": "red", "sizes": [{"ml": 250, "left": "3", "price": "5", "was": 6}, {"sku": "A2"}]}
    record = {"id": 7, "title": "Cup", "brand": {"name": "Acme"}, "department": "Home", "meta": {"year": "2020"}}
    document = compile_mapping(tomllib.loads(shown)).document({**record, "colors": [color]})
    assert (document["name"], document["categories"], document["attributes"]["year"]) == ("Acme Cup", ["Home"], 2020)
    assert document["variants"][0] == {
        "sku": "7-red-250",
        "stock": 3,
        "prices": {"USD": {"amount": "5", "compare_at": 6}},
        "attributes": {"color": "red"},
    }


@pytest.mark.parametrize("path", sorted(MAPPINGS.glob("*.toml")), ids=lambda path: path.stem)
def test_the_mappings_of_the_documentation_can_be_used(path: Path) -> None:
    assert load_mapping(str(path)).product
