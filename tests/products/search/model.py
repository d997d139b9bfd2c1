"""A plain model of the catalog: what each filter finds and each facet counts, in a few lines of Python.

`wanted` is a list's parameters by name, with lists where several values may be given and times as seconds.
"""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import count
from typing import Any

from django.utils import timezone
from hypothesis import strategies as st

from products.listings.rows import relist
from products.models import Brand, Category, Price, Product, ProductCategory, ProductType, Variant
from products.models.inserting import insert_rows
from tests.escaping import escaped
from tests.factories.products import (
    AttributeFactory,
    BrandFactory,
    CategoryFactory,
    ProductTypeFactory,
)

START = datetime(2030, 1, 1, tzinfo=UTC)
PATHS = {"bags": "bags", "packs": "bags/packs", "day": "bags/packs/day", "bags-0": "bags-0"}
BRANDS = ["acme", "bolt"]
AMOUNTS = ["0", "1", "5.50", "10", "99.99"]
# Where each type has each attribute. The same one may be on the product here and on variants there.
TYPES = {
    "bag": {"color": "variant", "size": "variant", "weight": "product", "made": "product", "tags": "product"},
    "shoe": {"color": "product", "size": "variant", "weight": "variant", "washable": "variant", "material": "product"},
}
OPTIONS = {"color": ["blue", "green", "red"], "size": ["l", "m"], "tags": ["new", "old", "sale"]}
VALUES: dict[str, list[Any]] = {
    **OPTIONS,
    "weight": [-2, 0.5, 1, 1.5, 7, 400],
    "made": ["1999-12-31", "2024-02-29", "2024-03-01", "2030-07-15"],
    "washable": [True, False],
    "material": ["nylon", "Nylon", "½ 'pure' \\ \"wool\" %s", "wool, new", "wool", "\\,\\"],
}
KINDS = {"weight": "number", "made": "date", "washable": "boolean", "material": "text", "tags": "options"}
WINDOWS = {
    "open": (None, None),
    "opened": (timedelta(days=-1), None),
    "over": (None, timedelta(days=-1)),
    "to come": (timedelta(days=1), None),
}


@dataclass
class Item:
    """A variant."""

    stock: int | None
    prices: dict[str, str]
    attributes: dict[str, Any] = field(default_factory=dict)
    sku: str = ""


@dataclass
class Row:
    """A product. `moment` is when it was made and changed, in seconds from START."""

    brand: str | None
    categories: list[str]
    status: str
    moment: int
    items: list[Item] = field(default_factory=list)
    kind: str | None = None
    attributes: dict[str, Any] = field(default_factory=dict)
    window: str = "open"
    pk: int = 0

    def level(self, code: str) -> str | None:
        """Where its type has an attribute."""
        return TYPES[self.kind].get(code) if self.kind else None

    @property
    def is_visible(self) -> bool:
        """Whether anyone may see it."""
        return self.status == "active" and self.window in {"open", "opened"}


# --- Random catalogs and lists


def values_of(code: str) -> st.SearchStrategy[Any]:
    value = st.sampled_from(VALUES[code])
    return st.lists(value, unique=True, max_size=2) if code == "tags" else value


def attributes_at(kind: str | None, level: str) -> st.SearchStrategy[dict[str, Any]]:
    if kind is None:  # free attributes, which no filter sees
        return st.fixed_dictionaries({}, optional={"color": st.just("red"), "weight": st.just(1)})
    codes = [code for code, place in TYPES[kind].items() if place == level]
    return st.fixed_dictionaries({}, optional={code: values_of(code) for code in codes})


def items_of(kind: str | None) -> st.SearchStrategy[Item]:
    return st.builds(
        Item,
        stock=st.sampled_from([None, 0, 0, 1, 5]),
        prices=st.dictionaries(st.sampled_from(["USD", "EUR"]), st.sampled_from(AMOUNTS)),
        attributes=attributes_at(kind, "variant"),
    )


def rows_of(kind: str | None) -> st.SearchStrategy[Row]:
    return st.builds(
        Row,
        brand=st.sampled_from([None, *BRANDS]),
        categories=st.lists(st.sampled_from(sorted(PATHS)), unique=True, max_size=2),
        status=st.sampled_from(["active", "active", "active", "draft"]),
        moment=st.integers(0, 3),
        items=st.lists(items_of(kind), max_size=3),
        kind=st.just(kind),
        attributes=attributes_at(kind, "product"),
        window=st.sampled_from(["open", "open", *WINDOWS]),
    )


catalogs = st.lists(st.sampled_from(["bag", "shoe", None]).flatmap(rows_of), max_size=6)
moments = st.integers(-1, 4)


def some(values: list[Any]) -> st.SearchStrategy[list[Any]]:
    return st.lists(st.sampled_from(values), min_size=1, max_size=2, unique=True)


PARAMETERS: dict[str, st.SearchStrategy[Any]] = {
    "brand": some(BRANDS),
    "category": some(sorted(PATHS)),
    "product_type": some(sorted(TYPES)),
    "status": some(["draft", "active", "archived"]),
    "sku": some(["s0", "S1", "s2", "S3", "nope"]),
    "price__gte": st.sampled_from(AMOUNTS),
    "price__lte": st.sampled_from(AMOUNTS),
    "currency": st.sampled_from(["USD", "EUR"]),
    "in_stock": st.booleans(),
    "created_at__gte": moments,
    "created_at__lt": moments,
    "updated_at__gte": moments,
    "updated_at__lt": moments,
    **{f"attr.{code}": some(values) for code, values in VALUES.items()},
    **{f"attr.{code}__{sign}": st.sampled_from(VALUES[code]) for code in ("weight", "made") for sign in ("gte", "lte")},
}
# A few at a time: of many, nothing is ever found.
filters: st.SearchStrategy[dict[str, Any]] = st.lists(
    st.sampled_from(sorted(PARAMETERS)), unique=True, max_size=4
).flatmap(lambda names: st.fixed_dictionaries({name: PARAMETERS[name] for name in names}))


# --- What is found


def fits(held: Any, wanted: dict[str, Any], code: str) -> bool:
    """Whether one of the values that somebody has of an attribute is what is wanted of it."""
    return any(is_between(value, wanted, f"attr.{code}") for value in as_list(held))


def as_list(held: Any) -> list[Any]:
    return held if isinstance(held, list) else [] if held is None else [held]


def is_between(value: Any, wanted: dict[str, Any], name: str) -> bool:
    return all(
        [
            value in wanted.get(name, [value]),
            value >= wanted.get(f"{name}__gte", value),
            value <= wanted.get(f"{name}__lte", value),
            wanted.get(f"{name}__lt") is None or value < wanted[f"{name}__lt"],
        ]
    )


def codes_in(wanted: dict[str, Any]) -> set[str]:
    return {name.removeprefix("attr.").partition("__")[0] for name in wanted if name.startswith("attr.")}


def codes_at(row: Row, level: str | None, wanted: dict[str, Any]) -> set[str]:
    return {code for code in codes_in(wanted) if row.level(code) == level}


def fits_item(row: Row, item: Item, wanted: dict[str, Any]) -> bool:
    """Whether a variant meets every condition that is about variants."""
    price = item.prices.get(wanted.get("currency", "USD"))
    if "sku" in wanted and item.sku.casefold() not in map(str.casefold, wanted["sku"]):
        return False
    if wanted.get("in_stock") is True and item.stock == 0:
        return False
    if {"price__gte", "price__lte"} & wanted.keys() and price is None:
        return False
    above = "price__gte" not in wanted or Decimal(price) >= Decimal(wanted["price__gte"])
    below = "price__lte" not in wanted or Decimal(price) <= Decimal(wanted["price__lte"])
    return above and below and all(fits(item.attributes.get(c), wanted, c) for c in codes_at(row, "variant", wanted))


def fits_row(row: Row, wanted: dict[str, Any]) -> bool:
    """Whether a product meets every condition that is about itself."""
    within = {PATHS[slug] for slug in wanted.get("category", [])}
    places = [PATHS[slug] for slug in row.categories]
    return all(
        [
            "brand" not in wanted or row.brand in wanted["brand"],
            "status" not in wanted or row.status in wanted["status"],
            "product_type" not in wanted or row.kind in wanted["product_type"],
            not within or any(f"{place}/".startswith(f"{path}/") for place in places for path in within),
            *(row.moment >= wanted[name] for name in ("created_at__gte", "updated_at__gte") if name in wanted),
            *(row.moment < wanted[name] for name in ("created_at__lt", "updated_at__lt") if name in wanted),
            wanted.get("in_stock") is not False or all(item.stock == 0 for item in row.items),
            not codes_at(row, None, wanted),
            all(fits(row.attributes.get(code), wanted, code) for code in codes_at(row, "product", wanted)),
        ]
    )


def is_found(row: Row, wanted: dict[str, Any]) -> bool:
    """Whether a list with these parameters holds a product."""
    about_items = {"sku", "price__gte", "price__lte"} & wanted.keys() or wanted.get("in_stock") is True
    about_items = about_items or codes_at(row, "variant", wanted)
    return fits_row(row, wanted) and (not about_items or any(fits_item(row, item, wanted) for item in row.items))


# --- What is counted


def facet_of(rows: list[Row], wanted: dict[str, Any], name: str) -> Any:
    """A facet: a value's count is what the list would hold with it in the place of the facet's own filter."""
    own = {name, f"{name}__gte", f"{name}__lte"}
    others = {key: value for key, value in wanted.items() if key not in own}
    if name == "price":
        return price_facet(rows, others)
    if name in {"attr.weight", "attr.made"}:
        return range_facet(rows, others, name)
    found = [
        {
            "value": value,
            "count": count_of(rows, {**others, name: value if name == "in_stock" else [value]}),
            "selected": value == wanted.get(name) if name == "in_stock" else value in wanted.get(name, []),
        }
        for value in CHOICES[name]
    ]
    shown = [value for value in found if value["count"] or value["selected"]]
    return sorted(shown, key=lambda value: (-value["count"], label_of(value["value"])))


def count_of(rows: list[Row], wanted: dict[str, Any]) -> int:
    return sum(is_found(row, wanted) for row in rows)


def label_of(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else value


def price_facet(rows: list[Row], others: dict[str, Any]) -> dict[str, Any]:
    amounts = [
        amount
        for amount in sorted(AMOUNTS, key=Decimal)
        if count_of(rows, {**others, "price__gte": amount, "price__lte": amount})
    ]
    money = [f"{Decimal(amount):.2f}" for amount in amounts] or [None]
    return {"currency": others.get("currency", "USD"), "min": money[0], "max": money[-1]}


def range_facet(rows: list[Row], others: dict[str, Any], name: str) -> dict[str, Any]:
    """The bounds; what the buckets must count is for `bucket_of` to say."""
    there = [value for value in VALUES[name.removeprefix("attr.")] if count_of(rows, {**others, name: [value]})]
    return {"min": there[0] if there else None, "max": there[-1] if there else None}


def bucket_of(rows: list[Row], wanted: dict[str, Any], name: str, gte: Any, lt: Any) -> int:
    """How many products a bucket holds."""
    others = {key: value for key, value in wanted.items() if key not in {name, f"{name}__gte", f"{name}__lte"}}
    return count_of(rows, {**others, f"{name}__gte": gte, f"{name}__lt": lt})


CHOICES: dict[str, list[Any]] = {
    "brand": BRANDS,
    "category": sorted(PATHS),
    "product_type": sorted(TYPES),
    "in_stock": [True, False],
    **{f"attr.{code}": values for code, values in VALUES.items() if code not in {"weight", "made"}},
}
FACETS = [*CHOICES, "price", "attr.weight", "attr.made"]


# --- In the database


@dataclass
class Shop:
    """What products refer to, made once for many catalogs."""

    brands: dict[str, Brand]
    places: dict[str, Category]
    kinds: dict[str, ProductType]

    @classmethod
    def open(cls) -> "Shop":
        """Put brands, categories and product types into the database."""
        return cls({slug: BrandFactory(slug=slug, name=slug) for slug in BRANDS}, store_places(), store_types())

    def store(self, catalog: list[Row]) -> None:
        """Put products into the database, in few statements; they learn their ids and SKUs."""
        products = [self._product(row, index) for index, row in enumerate(catalog)]
        insert_rows(products)
        numbers = count()
        links: list[ProductCategory] = []
        variants: list[Variant] = []
        prices: list[Price] = []
        for row, product in zip(catalog, products, strict=True):
            row.pk = product.pk
            links += [
                ProductCategory(product=product, category=self.places[slug], position=position)
                for position, slug in enumerate(row.categories)
            ]
            for item in row.items:
                item.sku = f"S{next(numbers)}"
                variants.append(Variant(product=product, sku=item.sku, stock=item.stock, attributes=item.attributes))
                prices += [
                    Price(variant=variants[-1], currency=currency, amount=Decimal(amount))
                    for currency, amount in item.prices.items()
                ]
        for made in (links, variants, prices):
            insert_rows(made)
        relist(Product.objects.all())

    def _product(self, row: Row, index: int) -> Product:
        at = START + timedelta(seconds=row.moment)
        opening, closing = (edge and timezone.now() + edge for edge in WINDOWS[row.window])
        return Product(
            name=f"Product {index}",
            slug=f"product-{index}",
            status=row.status,
            brand=self.brands.get(row.brand or ""),
            product_type=self.kinds.get(row.kind or ""),
            attributes=row.attributes,
            published_from=opening,
            published_until=closing,
            created_at=at,
            updated_at=at,
        )


def store_places() -> dict[str, Category]:
    places: dict[str, Category] = {}
    for slug, path in PATHS.items():
        *_, parent, _ = ["", *path.split("/")]
        places[slug] = CategoryFactory(slug=slug, name=slug, parent=places.get(parent))
    return places


def store_types() -> dict[str, ProductType]:
    attributes = {
        code: AttributeFactory(
            code=code, type=KINDS.get(code, "option"), filterable=True, options=OPTIONS.get(code, ())
        )
        for code in VALUES
    }
    return {
        kind: ProductTypeFactory(
            code=kind, name=kind, attributes=[(attributes[code], level, "never") for code, level in levels.items()]
        )
        for kind, levels in TYPES.items()
    }


def as_parameters(wanted: dict[str, Any]) -> dict[str, str]:
    """Parameters as they are sent."""
    return {name: as_parameter(name, value) for name, value in wanted.items()}


def as_parameter(name: str, value: Any) -> str:
    if name.startswith(("created_at", "updated_at")):
        return (START + timedelta(seconds=value)).isoformat().replace("+00:00", "Z")
    if isinstance(value, list):
        return ",".join(escaped(as_parameter(name, each)) for each in value)
    return label_of(value) if isinstance(value, bool) else str(value)
