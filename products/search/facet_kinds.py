"""The kinds of facets: what each asks of a scan, and how it shows the rows that it gets."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from products.models import Attribute
from products.models.attributes import NumbersDecoder, canonical
from products.models.currency import format_money
from products.search.buckets import edges_of_dates, edges_of_numbers, with_counts
from products.search.facet_labels import Value, plain_values
from products.search.facet_scan import Row, Scan
from products.search.filterable import Filterable

TRUTH = {"true": True, "false": False, 1: True, 0: False}
NO_LABELS: Mapping[Any, str] = {}
DECODER = NumbersDecoder()


@dataclass
class RowFacet:
    """Values that are rows of their own, counted by a column of the listing: brands, categories, product types."""

    name: str
    column: str
    selected: Collection[Any]
    label: Callable[[Mapping[Any, int], Collection[Any]], list[Value]]

    def count(self, scan: Scan) -> None:
        """Count by the column."""
        scan.count_column(self.name, self.column)

    def show(self, rows: Sequence[Row]) -> list[Value]:
        """The values with their labels."""
        return self.label({value: count for _, value, _, count in rows}, self.selected)


@dataclass
class StockFacet:
    """Whether a product is in stock."""

    name: str
    selected: Collection[bool]

    def count(self, scan: Scan) -> None:
        """Count what is and what is not."""
        scan.count_stock()

    def show(self, rows: Sequence[Row]) -> list[Value]:
        """True and false."""
        return plain_values({TRUTH[value]: count for _, value, _, count in rows}, self.selected, NO_LABELS)


@dataclass
class PriceFacet:
    """The range of prices in a currency."""

    name: str
    currency: str

    def count(self, scan: Scan) -> None:
        """Find the bounds."""
        scan.bound_prices(self.currency)

    def show(self, rows: Sequence[Row]) -> dict[str, Any]:
        """The bounds as money, or null where nothing has a price."""
        lowest, highest = _bounds(rows)
        return {"currency": self.currency, "min": self._money(lowest), "max": self._money(highest)}

    def _money(self, amount: Any) -> str | None:
        return None if amount is None else format_money(Decimal(str(amount)), self.currency)


@dataclass
class ValueFacet:
    """The values of an attribute: options, texts, true and false."""

    name: str
    attribute: Filterable
    selected: Collection[Any]

    def count(self, scan: Scan) -> None:
        """Count by value."""
        scan.count_values(self.name, self.attribute, self.selected)

    def show(self, rows: Sequence[Row]) -> list[Value]:
        """The values with the labels of options."""
        is_boolean = self.attribute.type == Attribute.Type.BOOLEAN
        counts = {TRUTH[value] if is_boolean else value: count for _, value, _, count in rows}
        return plain_values(counts, self.selected, self.attribute.options)


@dataclass
class RangeFacet:
    """The range of an attribute's numbers or dates, in buckets. Its edges are known after the first scan."""

    name: str
    attribute: Filterable
    bounds: tuple[Any, Any] = (None, None)
    edges: Sequence[Any] = ()

    def count(self, scan: Scan) -> None:
        """Find the bounds."""
        scan.bound_values(self.name, self.attribute)

    def count_buckets(self, scan: Scan, rows: Sequence[Row]) -> None:
        """Take the bounds that were found, and count between edges around them."""
        least, most = _bounds(rows)
        if least is None:
            return
        if self.attribute.type == Attribute.Type.NUMBER:
            least, most = _number(least), _number(most)
        self.bounds = least, most
        self.edges = (edges_of_numbers if self.attribute.type == Attribute.Type.NUMBER else edges_of_dates)(least, most)
        scan.count_buckets(self.name, self.attribute, self.edges)

    def show(self, rows: Sequence[Row]) -> dict[str, Any]:
        """The bounds, null without values, and the buckets."""
        counts = {int(index): count for _, index, _, count in rows}
        least, most = self.bounds
        return {"min": least, "max": most, "buckets": with_counts(self.edges, counts)}


Facet = RowFacet | StockFacet | PriceFacet | ValueFacet | RangeFacet


def _bounds(rows: Sequence[Row]) -> tuple[Any, Any]:
    return next(((least, most) for _, least, most, _ in rows), (None, None))


def _number(value: Any) -> Any:
    """A number as documents show it: PostgreSQL sends decimals as text, SQLite integers and floats."""
    return DECODER.decode(value) if isinstance(value, str) else canonical(value)
