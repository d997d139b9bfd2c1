"""A shop's products, drawn: the same seed always gives the same, whatever their number."""

import random
from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from itertools import islice, product

from products.exchange.seed_types import choice, define_attributes, define_type, labels_by_attribute
from products.exchange.seed_words import BRANDS, CLOSINGS, COLORS, DETAILS, OPENINGS, SERIES, TREE, Family
from products.models import Brand, Category, Product
from products.services.brands import create_brand
from products.services.categories import create_category
from products.services.inputs import PriceInput, ProductInput, VariantInput
from products.services.slugs import derive_slug

MAX_VARIANTS = 4
EUR_PER_USD = Decimal("0.93")
WARRANTIES = (2, 2, 2, 3, 5, 10)  # years
FULL_PRICE = Decimal("1.25")
# Fixed moments, so that a seed gives the same catalog in any year: sales that are over, and some still to come.
OVER = datetime(2024, 12, 31, 23, tzinfo=UTC)
TO_COME = datetime(2039, 3, 1, 8, tzinfo=UTC)
# GS1 leaves the prefixes 200 to 299 to whoever sells: no such barcode belongs to a product of anybody.
IN_STORE_PREFIX = "2"


class Shop:
    """Draws products of one seed; the brands, categories, attributes and types that the catalog lacks are created."""

    def __init__(self, seed: int) -> None:
        self.seed = seed
        self._brands = [_brand(name) for name in BRANDS]
        self._shelves = list(_shelves())
        attributes = define_attributes()
        self._types = {family.category: define_type(family, attributes) for family, _ in self._shelves}
        self._codes = {label: choice(label) for labels in labels_by_attribute().values() for label in labels}

    def product(self, index: int) -> ProductInput:
        """The product with this number: it depends on nothing but the seed and the number."""
        draw = random.Random(f"{self.seed}:{index}")  # noqa: S311 - a demo, no secret
        family, category = draw.choice(self._shelves)
        brand = draw.choice(self._brands)
        words = {
            "brand": brand.name,
            "material": draw.choice(family.materials),
            "noun": draw.choice(family.nouns),
            "promise": family.promise,
            "series": draw.choice(SERIES),
        }
        words["name"] = f"{words['series']} {words['noun']}"
        return {
            "name": words["name"],
            "slug": f"{derive_slug(words['name'], kind='product')}-{self.seed}-{index}",
            "description": _description(draw, words),
            "brand": brand,
            "categories": [category],
            "product_type": self._types[family.category],
            "external_id": external_id(self.seed, index),
            "variants": self._variants(draw, family, f"{brand.slug[:3].upper()}-{self.seed}-{index:06}"),
            **_publication(draw),
            "attributes": {
                "material": self._codes[words["material"]],
                "series": words["series"],
                "warranty": draw.choice(WARRANTIES),
                "repairable": draw.random() < 0.7,
            },
        }

    def _variants(self, draw: random.Random, family: Family, sku: str) -> list[VariantInput]:
        codes, price = self._codes, draw.randint(*family.prices)
        is_reduced, is_sold_out = draw.random() < 0.15, draw.random() < 0.06
        first = draw.randrange(max(len(family.sizes) - 2, 1))
        kinds = product(draw.sample(COLORS, draw.randint(1, 2)), family.sizes[first : first + 3])
        return [
            {
                "sku": f"{sku}-{number:02}",
                "name": " / ".join(filter(None, (color, size))),
                "barcode": _barcode(draw),
                "attributes": {"color": codes[color], "size": codes[size]} if size else {"color": codes[color]},
                "weight_g": draw.randint(*family.weights),
                "stock": 0 if is_sold_out else _stock(draw),
                "prices": _prices(price + family.sizes.index(size), is_reduced=is_reduced),
            }
            for number, (color, size) in enumerate(islice(kinds, MAX_VARIANTS), start=1)
        ]


def _shelves() -> Iterator[tuple[Family, Category]]:
    for department, groups in TREE.items():
        root = _category(department, None)
        for group, families in groups.items():
            shelf = _category(group, root)
            for family in families:
                yield family, _category(family.category, shelf)


def _brand(name: str) -> Brand:
    found = Brand.objects.filter(slug=derive_slug(name, kind="brand")).first()
    return found or create_brand(by=None, values={"name": name})


def _category(name: str, parent: Category | None) -> Category:
    found = Category.objects.filter(name=name, parent=parent).order_by("pk").first()
    return found or create_category(by=None, values={"name": name, "parent": parent})


def _description(draw: random.Random, words: dict[str, str]) -> str:
    parts = [draw.choice(OPENINGS), *draw.sample(DETAILS, draw.randint(1, 3)), draw.choice(CLOSINGS)]
    return " ".join(parts).format(**words)


def _publication(draw: random.Random) -> ProductInput:
    """Most are active, and most of those without a window."""
    [status] = draw.choices(list(Product.Status.values), weights=(8, 88, 4))
    chance = draw.random()
    if chance < 0.03:
        return {"status": status, "published_until": OVER}
    if chance < 0.06:
        return {"status": status, "published_from": TO_COME}
    return {"status": status}


def _stock(draw: random.Random) -> int | None:
    chance = draw.random()
    return 0 if chance < 0.1 else None if chance < 0.15 else draw.randint(1, 120)


def _prices(dollars: int, *, is_reduced: bool) -> dict[str, PriceInput | None]:
    usd = Decimal(dollars) - Decimal("0.05")
    eur = Decimal(int(dollars * EUR_PER_USD)) + Decimal("0.95")
    return {
        currency: {"amount": amount, "compare_at": Decimal(int(amount * FULL_PRICE)) if is_reduced else None}
        for currency, amount in (("USD", usd), ("EUR", eur))
    }


def _barcode(draw: random.Random) -> str:
    """An EAN-13 with its check digit (GS1 General Specifications, 7.9)."""
    digits = f"{IN_STORE_PREFIX}{draw.randrange(10**11):011}"
    weighted = sum(int(digit) * (3 if place % 2 else 1) for place, digit in enumerate(digits))
    return f"{digits}{-weighted % 10}"


def external_id(seed: int, index: int) -> str:
    return f"seed-{seed}-{index}"
