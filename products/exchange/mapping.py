"""Mappings: TOML files that say where in a foreign record each field of a product is found.

`docs/imports.md` describes them. A fault in one is found when it is loaded, before anything is imported.
"""

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from products.exchange.attribute_rules import Document, compile_attributes
from products.exchange.expressions import (
    Expression,
    MappingError,
    Scope,
    as_text,
    compile_expression,
    compile_path,
    is_empty,
    refuse_unknown,
)
from products.exchange.reading import SourceError
from products.models import Product
from products.models.currency import DECIMALS

# Stands between the names of a category path. Shopify's and Google's taxonomies write theirs so.
LEVEL = " > "
ROWS = "rows"
PRODUCT_FIELDS = {
    "external_id": "text",
    "name": "text",
    "slug": "text",
    "description": "text",
    "published_from": "text",
    "published_until": "text",
    "product_type": "text",
    "brand": "text",
}
VARIANT_FIELDS = {
    "sku": "text",
    "external_id": "text",
    "name": "text",
    "barcode": "text",
    "weight_g": "integer",
    "position": "integer",
    "stock": "integer",
}
Table = Mapping[str, Any]


@dataclass(frozen=True)
class SourceMapping:
    """A compiled mapping. `format` is None where the file's name decides."""

    format: str | None
    delimiter: str
    group: str | None
    starts: str | None
    product: Expression
    loops: tuple[Expression, ...]
    variant: Expression | None
    without_variants: str | None

    def document(self, source: Any) -> Any:
        """A source record in the write shape, brand and categories by their names; what is no object stays as it is."""
        record = regrouped(source)
        if not isinstance(record, dict):
            return record
        document: Document = self.product([record])
        if self.variant is not None:
            document["variants"] = [self.variant(scope) for scope in _each([record], self.loops)]
        if self.without_variants and not document.get("variants"):
            document["status"] = self.without_variants
        return document


# For documents that another process has mapped.
AS_THEY_ARE = SourceMapping(
    format=None,
    delimiter=",",
    group=None,
    starts=None,
    product=lambda scope: scope[0],
    loops=(),
    variant=None,
    without_variants=None,
)


def load_mapping(name: str) -> SourceMapping:
    """Read and compile a mapping. Raises SourceError naming file, place and reason."""
    try:
        return compile_mapping(tomllib.loads(Path(name).read_text("utf-8")))
    except OSError as error:
        raise SourceError(f"{name}: {error.strerror}.") from error
    except UnicodeDecodeError as error:
        raise SourceError(f"{name}: it is not UTF-8.") from error
    except (tomllib.TOMLDecodeError, MappingError) as error:
        raise SourceError(f"{name}: {error}") from error


def compile_mapping(tables: Table) -> SourceMapping:
    """Compile the tables `source`, `product` and `variants`. Raises MappingError."""
    refuse_unknown(tables, ("source", "product", "variants"), "")
    source, product = _table(tables, "source", ""), dict(_table(tables, "product", ""))
    variants = dict(_table(tables, "variants", ""))
    if "external_id" not in product and "sku" not in variants:
        raise MappingError("product.external_id", "give it, or variants.sku: products are matched by them.")
    if "group" in source:
        product, variants = _hide_rows(product), _hide_rows(variants)
    loops = _loops(variants.pop("each", {}), "variants.each")
    product["status"], without_variants = _split_status(product.get("status", {"value": None}))
    return SourceMapping(
        **_source(source),
        product=_compile_product(product),
        loops=tuple(loops.values()),
        variant=_compile_variant(variants, tuple(loops)) if variants else None,
        without_variants=without_variants,
    )


def regrouped(source: Any) -> Any:
    """The rows of one product as one record: the columns of the first, and all of them under `rows`."""
    if isinstance(source, list) and source and all(isinstance(row, dict) for row in source):
        return {**source[0], ROWS: source}
    return source


def _source(table: Table) -> dict[str, Any]:
    refuse_unknown(table, ("format", "delimiter", "group", "starts"), "source")
    for key, value in table.items():
        if not isinstance(value, str) or not value:
            raise MappingError(f"source.{key}", "give a text.")
    if table.get("format", "csv") not in {"csv", "ndjson"}:
        raise MappingError("source.format", "it is csv or ndjson.")
    if len(table.get("delimiter", ",")) != 1:
        raise MappingError("source.delimiter", "give one character.")
    if "starts" in table and "group" not in table:
        raise MappingError("source.starts", "it needs source.group.")
    return {"delimiter": ",", **{key: table.get(key) for key in ("format", "group", "starts")}, **table}


def _hide_rows(table: Table) -> Document:
    """Keep the rows of a group out of "everything else": they are variants."""
    attributes = table.get("attributes")
    rest = attributes.get("*") if isinstance(attributes, dict) else None
    if not attributes or not isinstance(rest, dict) or "of" in rest or not isinstance(rest.get("except", []), list):
        return dict(table)
    return {**table, "attributes": {**attributes, "*": {**rest, "except": [*rest.get("except", []), ROWS]}}}


def _split_status(rule: Any) -> tuple[Any, str | None]:
    """The rule for the status, and the status of products without variants."""
    if not isinstance(rule, dict):
        return rule, None
    mapped = rule["map"].values() if isinstance(rule.get("map"), dict) else ()
    for status in (rule.get("value"), rule.get("default"), rule.get("without_variants"), *mapped):
        if status is not None and status not in Product.Status.values:
            raise MappingError("product.status", f"{status!r} is none of {', '.join(Product.Status.values)}.")
    return {key: value for key, value in rule.items() if key != "without_variants"}, rule.get("without_variants")


def _loops(table: Any, place: str) -> dict[str, Expression]:
    if not isinstance(table, dict):
        raise MappingError(place, 'give a table of names and paths, such as { size = "sizes" }.')
    loops: dict[str, Expression] = {}
    for name, path in table.items():
        loops[name] = compile_path(path, loops=tuple(loops), place=f"{place}.{name}")
    return loops


def _each(scope: Scope, loops: Sequence[Expression]) -> Iterator[Scope]:
    if not loops:
        yield scope
        return
    items = loops[0](scope)
    for item in items if isinstance(items, list) else [] if items is None else [items]:
        yield from _each([*scope, item], loops[1:])


def _compile_product(table: Table) -> Expression:
    refuse_unknown(table, (*PRODUCT_FIELDS, "status", "categories", "attributes"), "product")
    fields = _compile_fields(table, {**PRODUCT_FIELDS, "status": "text"}, (), "product")
    if "categories" in table:
        fields["categories"] = _compile_categories(table["categories"], "product.categories")
    if "attributes" in table:
        fields["attributes"] = compile_attributes(_table(table, "attributes", "product"), (), "product.attributes")
    return _object(fields)


def _compile_variant(table: Table, loops: Sequence[str]) -> Expression:
    refuse_unknown(table, (*VARIANT_FIELDS, "prices", "attributes"), "variants")
    fields = _compile_fields(table, VARIANT_FIELDS, loops, "variants")
    if "prices" in table:
        fields["prices"] = _compile_prices(_table(table, "prices", "variants"), loops)
    if "attributes" in table:
        attributes = _table(table, "attributes", "variants")
        fields["attributes"] = compile_attributes(attributes, loops, "variants.attributes")
    return _object(fields)


def _compile_fields(table: Table, kinds: Table, loops: Sequence[str], place: str) -> dict[str, Expression]:
    return {
        name: compile_expression(table[name], loops=loops, place=f"{place}.{name}", kind=kind)
        for name, kind in kinds.items()
        if name in table
    }


def _object(fields: Mapping[str, Expression]) -> Expression:
    """An object of the fields that are not empty."""

    def build(scope: Scope) -> Document:
        found = ((name, expression(scope)) for name, expression in fields.items())
        return {name: value for name, value in found if not is_empty(value)}

    return build


def _compile_categories(rules: Any, place: str) -> Expression:
    if not isinstance(rules, list) or not all(isinstance(rule, list) and rule for rule in rules):
        raise MappingError(place, 'give a list of paths, each a list of levels: [["department", "style"]].')
    paths = [
        [compile_expression(level, loops=(), place=f"{place}[{i}][{j}]") for j, level in enumerate(rule)]
        for i, rule in enumerate(rules)
    ]
    return lambda scope: list(dict.fromkeys(filter(None, (_category(path, scope) for path in paths))))


def _category(levels: Sequence[Expression], scope: Scope) -> str:
    """The names of a category path down to the first level that says nothing."""
    names: list[str] = []
    for level in levels:
        value = level(scope)
        if is_empty(value):
            break
        names += [str(as_text(name)) for name in (value if isinstance(value, list) else [value])]
    return LEVEL.join(names)


def _compile_prices(table: Table, loops: Sequence[str]) -> Expression:
    prices = {}
    for currency, rule in table.items():
        place = f"variants.prices.{currency}"
        if currency not in DECIMALS:
            raise MappingError(place, "this is not a currency code of ISO 4217.")
        price = rule if isinstance(rule, dict) and "amount" in rule else {"amount": rule}
        refuse_unknown(price, ("amount", "compare_at"), place)
        prices[currency] = _object(_compile_fields(price, {"amount": "", "compare_at": ""}, loops, place))
    return _object(prices)


def _table(tables: Table, name: str, place: str) -> Table:
    table = tables.get(name, {})
    if not isinstance(table, dict):
        raise MappingError(f"{place}.{name}".lstrip("."), "give a table.")
    return table
