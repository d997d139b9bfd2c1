"""Real catalogs that nobody here wrote, through the mappings that the documentation shows.

They are not part of this project: CATALOG_DATA_DIR names their folder, or they lie in shared/data beside the checkout.
"""

import gzip
import io
import json
import os
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command

from products.models import AttributeOption, Brand, Category, Product, Variant

ROOT = Path(__file__).resolve().parents[3]
DATA = Path(os.environ.get("CATALOG_DATA_DIR") or ROOT.parent / "shared" / "data")
MAPPINGS = ROOT / "tests" / "data" / "mappings"

pytestmark = pytest.mark.django_db


def source(name: str) -> Path:
    """A file of the real data; skips the test where it is absent."""
    if not (DATA / name).exists():
        pytest.skip(f"{name} is not in {DATA}: CATALOG_DATA_DIR names the folder of the real catalogs")
    return DATA / name


@pytest.fixture
def sample(tmp_path: Path) -> Callable[[str, int], tuple[Path, list[dict[str, Any]]]]:
    """A file of every so-many-th line of a real one, and its records."""

    def take(name: str, step: int) -> tuple[Path, list[dict[str, Any]]]:
        lines = gzip.decompress(source(name).read_bytes()).splitlines(keepends=True)[::step]
        (tmp_path / "sample.jsonl").write_bytes(b"".join(lines))
        return tmp_path / "sample.jsonl", [json.loads(line) for line in lines]

    return take


def run(file: Path, mapping: str) -> dict[str, int]:
    """Import a file; the counts that are not 0."""
    output = io.StringIO()
    options = {"mapping": str(MAPPINGS / f"{mapping}.toml"), "create_missing": True, "json": True}
    call_command("import_catalog", str(file), stdout=output, **options)
    return {name: count for name, count in json.loads(output.getvalue()).items() if count}


def define(folder: str, path: Path, *, schemas: str | None = None) -> dict[str, Any]:
    """Infer the definitions of a real catalog and import them; the report."""
    output, lines = io.StringIO(), str(path / "definitions.jsonl")
    options = {"mapping": str(MAPPINGS / f"{folder}.toml"), "output": lines, "json": True}
    if schemas:
        options["schemas"] = str(source(f"{folder}/{schemas}"))
    call_command("infer_attributes", str(source(f"{folder}/products.jsonl.gz")), stdout=output, **options)
    call_command("import_catalog", lines, stdout=io.StringIO())
    report: dict[str, Any] = json.loads(output.getvalue())
    assert report["left_out"] == []
    return report


def leaves(value: Any) -> Iterator[Any]:
    """What stands in a JSON value and says something."""
    if isinstance(value, dict | list):
        for part in value.values() if isinstance(value, dict) else value:
            yield from leaves(part)
    elif value not in (None, "") and str(value).strip():
        yield value


def test_every_product_of_a_general_shop_lands_active_priced_and_in_stock() -> None:
    file = source("retail-demo-store/products.jsonl.gz")
    assert run(file, "retail-demo-store") == {"created": 2_465}
    assert Product.objects.visible().filter(variants__prices__currency="USD", variants__stock__gt=0).count() == 2_465
    assert Counter(category.depth for category in Category.objects.all()) == {0: 20, 1: 85}
    assert set(Category.objects.filter(name="seafood").values_list("path", flat=True)) == {
        "groceries/seafood",
        "food-service/seafood-2",
    }
    assert run(file, "retail-demo-store") == {"unchanged": 2_465}


def test_a_shopify_export_makes_a_product_of_each_title_and_a_variant_of_each_row() -> None:
    file = source("shopify-csv/gatsby-starter-products.csv")
    assert run(file, "shopify-csv") == {"created": 100}
    assert (Product.objects.visible().count(), Variant.objects.count()) == (100, 300)
    one, other = Product.objects.filter(name="Mediocre Concrete Pants")
    assert {one.slug, other.slug} == {"mediocre-concrete-pants", "mediocre-concrete-pants-2"}
    lamp = Variant.objects.get(sku="fantastic-bronze-lamp-plum")
    assert (lamp.attributes, lamp.weight_g, lamp.stock) == ({"Color": "plum"}, 749, 45)
    assert run(file, "shopify-csv") == {"unchanged": 100}


def test_filaments_come_in_colours_and_sizes_and_wait_as_drafts_without(sample, tmp_path: Path) -> None:
    report = define("open-filament-database", tmp_path)
    assert [(each["code"], each["products"]) for each in report["types"]] == [("filament", 2_049)]
    file, filaments = sample("open-filament-database/products.jsonl.gz", 4)
    sizes = [size for filament in filaments for color in filament["variants"] for size in color["sizes"]]
    assert run(file, "open-filament-database") == {"created": len(filaments)}
    assert Variant.objects.count() == len(sizes)
    bare = sum(not filament["variants"] for filament in filaments)
    assert Product.objects.filter(status="draft", variants=None).count() == bare > 0
    assert Product.objects.visible().count() == len(filaments) - bare
    levels = {link["attribute"]: link["level"] for link in report["types"][0]["attributes"]}
    assert {levels[code] for code in ("color", "diameter", "weight_g", "traits", "shop")} == {"variant"}
    assert (levels["material"], levels["density"]) == ("product", "product")
    kinds = {each["code"]: each["type"] for each in report["attributes"] if each["filterable"]}
    assert [kinds[code] for code in ("color", "diameter", "traits", "material")] == [
        "option",
        "number",
        "options",
        "option",
    ]
    diameters = Variant.objects.values_list("attributes__diameter", flat=True)
    assert Counter(diameters) == Counter(size["diameter"] for size in sizes)
    assert run(file, "open-filament-database") == {"unchanged": len(filaments)}


def test_parts_keep_everything_that_is_known_of_them(sample, tmp_path: Path) -> None:
    report = define("buildcores-opendb", tmp_path, schemas="schemas.json.gz")
    assert (len(report["types"]), sum(each["products"] for each in report["types"])) == (30, 47_551)
    file, parts = sample("buildcores-opendb/products.jsonl.gz", 20)
    assert run(file, "buildcores-opendb") == {"created": len(parts)}
    for part in parts[::50]:
        product = Product.objects.get(external_id=part["opendb_id"])
        assert product.name == part["metadata"].pop("name").strip()
        assert product.product_type.name == part.pop("_category")
        part["metadata"].pop("manufacturer", None)
        shown = shown_words(product)
        assert [leaf for leaf in leaves(without_ids(part)) if str(leaf).strip() not in shown] == []
    assert run(file, "buildcores-opendb") == {"unchanged": len(parts)}


def without_ids(part: Any) -> Any:
    """A part without its own id and those of the database that it comes from."""
    if isinstance(part, dict):
        return {key: without_ids(value) for key, value in part.items() if key not in {"_id", "opendb_id"}}
    return [without_ids(each) for each in part] if isinstance(part, list) else part


def shown_words(product: Product) -> str:
    """All that a product's attributes say, options by their labels, as one text."""
    labels: dict[tuple[str, str], str] = {}
    for option in AttributeOption.objects.filter(attribute__type_links__product_type=product.product_type):
        labels[option.attribute.code, option.code] = option.label
    words: list[str] = []
    for code, value in product.attributes.items():
        words += (labels.get((code, str(each)), str(each)) for each in leaves(value))
    return "\n".join(words)


@pytest.mark.slow
def test_no_filament_is_lost(tmp_path: Path) -> None:
    define("open-filament-database", tmp_path)
    file = source("open-filament-database/products.jsonl.gz")
    assert run(file, "open-filament-database") == {"created": 2_049}
    assert (Variant.objects.count(), Product.objects.filter(status="draft").count()) == (22_271, 116)
    assert run(file, "open-filament-database") == {"unchanged": 2_049}


@pytest.mark.slow
def test_no_part_is_lost_and_no_brand_comes_twice(tmp_path: Path) -> None:
    define("buildcores-opendb", tmp_path, schemas="schemas.json.gz")
    file = source("buildcores-opendb/products.jsonl.gz")
    assert run(file, "buildcores-opendb") == {"created": 47_551}
    assert Product.objects.visible().count() == Variant.objects.count() == 47_551
    names = [name.casefold() for name in Brand.objects.values_list("name", flat=True)]
    assert len(names) == len(set(names)) == 1_076
    assert Category.objects.count() == 30
    assert Product.objects.exclude(product_type=None).values("product_type").distinct().count() == 30
    assert not Product.objects.filter(product_type=None).exists()
    assert run(file, "buildcores-opendb") == {"unchanged": 47_551}
