"""The SQL of facets: one scan over the products that a list matches, and every count taken from it.

Each count is a part of one statement, which answers rows `(part, value, other, count)`. Where conditions are about
variants, a second step takes the variants that meet all of them together.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import QuerySet

from products.models import Attribute, Price, Variant
from products.search import facet_sql
from products.search.facet_sql import Sql, text
from products.search.filterable import Filterable
from products.search.products import matching, on_one_variant

MOST_VALUES = 100
VARIANT_COLUMNS = ("pk", "product_id", "attributes", "stock")
# What `matching` counts.
SUM = "sum(n)"
Row = tuple[str, Any, Any, int]


@dataclass
class Scan:
    """The products of `listings` that meet some conditions, and the counts to be taken from them.

    `keys` and `bounds` are columns of the step `matching`. Where no part looks at variants, it holds one row for each
    combination of keys, with the number `n` of its products: few rows, whatever the number of products.
    """

    columns: ClassVar[Sequence[str]] = (
        "product_id", "brand_id", "product_type_id", "category_ids", "in_stock", "prices", "facet_values",
    )  # fmt: skip
    number: ClassVar[str] = "count(*)"

    listings: QuerySet[Any]
    conditions: Mapping[str, Any]
    by_product: bool = False
    keys: dict[str, Sql] = field(default_factory=dict)
    bounds: dict[str, Sql] = field(default_factory=dict)
    parts: list[Sql] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._on_variant = on_one_variant(self.conditions)
        self._needs_pairs = False
        self._names: dict[str, str] = {}

    def run(self) -> list[Row]:
        """The rows of all parts: one statement."""
        try:
            steps = [self._matching(), *([self._pairs()] if self._needs_pairs else [])]
        except EmptyResultSet:  # Django sees that nothing can match
            return []
        selects = " UNION ALL ".join(part.text for part in self.parts)
        values = [value for each in (*steps, *self.parts) for value in each.values]
        with connection.cursor() as cursor:
            cursor.execute(f"WITH {', '.join(step.text for step in steps)} {selects}", values)
            return [(part, value, other, int(count or 0)) for part, value, other, count in cursor.fetchall()]

    # --- What can be counted --------------------------------------------------------------------------------

    def count_all(self) -> None:
        """All products: the part `all`."""
        self._add(f"SELECT 'all', NULL, NULL, {SUM} FROM matching")

    def count_column(self, part: str, column: str) -> None:
        """Products by the value of one of their own columns, as text."""
        self.keys[column] = Sql(column)
        self._add(
            f"SELECT '{part}', {text(column)}, NULL, {SUM} FROM matching WHERE {column} IS NOT NULL GROUP BY {column}"
        )

    def count_stock(self) -> None:
        """Products with a fitting variant in stock, and products with none in stock: `true` and `false`."""
        self.keys["in_stock"] = Sql("in_stock")
        self._needs_pairs |= self._is_about_variants
        fitting = "count(DISTINCT product_id) FROM pairs" if self._is_about_variants else f"{SUM} FROM matching"
        self._add(f"SELECT 'in_stock', 'true', NULL, {fitting} WHERE in_stock")
        self._add(f"SELECT 'in_stock', 'false', NULL, {SUM} FROM matching WHERE NOT in_stock")

    def bound_prices(self, currency: str) -> None:
        """The lowest and the highest price of what matches, in one row of the part `price`."""
        if self._is_about_variants:
            self._needs_pairs = True
            source = f"pairs JOIN {Price._meta.db_table} price ON price.variant_id = pairs.id AND price.currency = %s"
            self._add(f"SELECT 'price', {text('min(amount)')}, {text('max(amount)')}, 0 FROM {source}", [currency])
        else:
            self._bound("price", *facet_sql.listed_prices(currency))

    def count_values(self, part: str, attribute: Filterable, selected: Iterable[Any]) -> None:
        """Products by each value of an attribute; of texts, which may be many, the most frequent and those selected."""
        found = self._values(attribute)
        count = "count(DISTINCT product_id)" if self._takes_pairs(attribute) else SUM
        counted = f"SELECT value, {count} AS n FROM ({found.text}) found GROUP BY value"
        if attribute.type != Attribute.Type.TEXT:
            self._add(f"SELECT '{part}', {text('value')}, NULL, n FROM ({counted}) counted", found.values)
            return
        wanted = list(selected)
        ranked = f"SELECT value, n, row_number() OVER (ORDER BY n DESC, {facet_sql.by_code_point('value')}) AS place"
        also = f" OR value IN ({', '.join(['%s'] * len(wanted))})" if wanted else ""
        self._add(
            f"SELECT '{part}', value, NULL, n FROM ({ranked} FROM ({counted}) counted) ranked"
            f" WHERE place <= {MOST_VALUES}{also}",
            [*found.values, *wanted],
        )

    def bound_values(self, part: str, attribute: Filterable) -> None:
        """The least and the greatest value of a number or date, in one row."""
        if not self._takes_pairs(attribute):
            self._bound(part, *facet_sql.listed_bounds(attribute))
            return
        found, value = self._values(attribute), facet_sql.ordered(attribute, "value")
        bounds = f"{text(f'min({value})')}, {text(f'max({value})')}"
        self._add(f"SELECT '{part}', {bounds}, 0 FROM ({found.text}) found", found.values)

    def count_buckets(self, part: str, attribute: Filterable, edges: Sequence[Any]) -> None:
        """Products by the index of the bucket between `edges` in which they have a number or date; `by_product`."""
        found, inner = self._values(attribute), edges[1:-1]
        below = f"WHEN {facet_sql.ordered(attribute, 'value')} < {facet_sql.limit(attribute)}"
        cases = " ".join(f"{below} THEN {index}" for index in range(len(inner)))
        bucket = f"CASE {cases} ELSE {len(inner)} END" if inner else "0"
        placed = f"SELECT product_id, {bucket} AS bucket FROM ({found.text}) found"
        self._add(
            f"SELECT '{part}', {text('bucket')}, NULL, count(DISTINCT product_id)"
            f" FROM ({placed}) placed GROUP BY bucket",
            [*inner, *found.values],
        )

    # --- Steps ----------------------------------------------------------------------------------------------

    def _add(self, select: str, values: Sequence[Any] = ()) -> None:
        self.parts.append(Sql(select, values))

    def _bound(self, part: str, least: Sql, most: Sql) -> None:
        low, high = f"bound_{len(self.bounds)}", f"bound_{len(self.bounds) + 1}"
        self.bounds |= {low: least, high: most}
        self._add(f"SELECT '{part}', {text(f'min({low})')}, {text(f'max({high})')}, 0 FROM matching")

    def _matching(self) -> Sql:
        rows = matching(self.listings, self.conditions).order_by().values_list(*self.columns)
        inner, values = rows.query.sql_with_params()
        columns = self._columns()
        named = ", ".join(f"{column.text} AS {name}" for name, column in columns.items())
        places = ", ".join(str(place) for place, name in enumerate(columns, start=1) if name in self.keys)
        grouping = f" GROUP BY {places}" if self._is_grouped and places else ""
        return Sql(
            f"listing ({', '.join(self.columns)}) AS ({inner}), matching AS (SELECT {named} FROM listing{grouping})",
            [*values, *(value for column in columns.values() for value in column.values)],
        )

    @property
    def _is_about_variants(self) -> bool:
        return bool(self._on_variant)

    @property
    def _is_grouped(self) -> bool:
        return not (self._needs_pairs or self.by_product)

    def _takes_pairs(self, attribute: Filterable) -> bool:
        """Whether the values of an attribute are those of fitting variants."""
        return self._is_about_variants and bool(attribute.variant_types)

    def _columns(self) -> dict[str, Sql]:
        if self._is_grouped:
            bounds = {
                name: Sql(f"{'max' if index % 2 else 'min'}({bound.text})", bound.values)
                for index, (name, bound) in enumerate(self.bounds.items())
            }
            return {**self.keys, **bounds, "n": Sql(self.number)}
        own = {"product_id": Sql("product_id"), "product_type_id": Sql("product_type_id")}
        return {**own, **self.keys, **self.bounds, "n": Sql("1")}

    def _pairs(self) -> Sql:
        rows = Variant.objects.filter(self._on_variant).order_by().values_list(*VARIANT_COLUMNS)
        inner, values = rows.query.sql_with_params()
        columns = "id, product_id, product_type_id, attributes, (stock IS NULL OR stock > 0) AS in_stock"
        return Sql(
            f"variant (id, {', '.join(VARIANT_COLUMNS[1:])}) AS ({inner}),"
            f" pairs AS (SELECT {columns} FROM"
            " (SELECT product_id, product_type_id FROM matching) listing JOIN variant USING (product_id))",
            values,
        )

    def _values(self, attribute: Filterable) -> Sql:
        """Products and their values of an attribute; of fitting variants, where conditions are about variants."""
        if not self._takes_pairs(attribute):
            return self._listed_values(attribute, "product_id" if self.by_product else "n")
        self._needs_pairs = True
        found = facet_sql.variant_values(attribute)
        if not attribute.product_types:
            return found
        listed = self._listed_values(attribute, "product_id")
        own = f"{listed.text} WHERE product_type_id IN ({facet_sql.ids(attribute.product_types)})"
        return Sql(f"{own} UNION ALL {found.text}", [*listed.values, *found.values])

    def _listed_values(self, attribute: Filterable, beside: str) -> Sql:
        name = self._names.setdefault(attribute.code, f"values_{len(self._names)}")
        self.keys[name] = facet_sql.listed(attribute)
        return facet_sql.elements(name, beside)
