"""Files whose lines meet each other in every way: whoever lands them in another order, or in other batches, is seen."""

import random
from typing import Any

NAMES = ("Cup", "cup", "Cup 2", "Cup 2 3", "Mug", "Mug 3", "42", "Tasse")
SLUGS = ("cup", "cup-2", "cup-3", "mug", "mug-2", "mug-3-2", "not a slug")
WORDS = ("acme", "acme-2", "beta", "gamma", "Acme", "ACME", "no/slug")
PATHS = ("Home", "home > Kitchen", "Home > kitchen", "Garden > Kitchen", "Garden > Tools", "Tools")


def lines(seed: int, count: int, *, products: int, kinds: bool = True) -> list[Any]:
    """So many lines about so many products, of other kinds here and there."""
    draw = random.Random(seed)
    return [_line(draw, products, kinds) for _ in range(count)]


def mapped(seed: int, count: int, *, products: int) -> list[Any]:
    """The same for `MAPPING`, with brands and categories by their names."""
    found = lines(seed, count, products=products, kinds=False)
    draw = random.Random(seed)
    for line in found:
        if isinstance(line, dict) and "categories" in line:
            line["categories"] = draw.choice(PATHS)
    return found


MAPPING: dict[str, Any] = {
    "product": {
        **{name: name for name in ("external_id", "name", "slug", "status", "brand")},
        "categories": [["categories"]],
    },
    "variants": {
        "each": {"variant": "variants"},
        "sku": "variant.sku",
        "external_id": "variant.external_id",
        "stock": "variant.stock",
    },
}


def _line(draw: random.Random, products: int, kinds: bool) -> Any:
    chance = draw.random()
    if chance < 0.02:
        return draw.choice(([1], "text", {}, {"name": 7, "slug": [], "variants": {"sku": 1}, "external_id": 1.5}))
    if kinds and chance < 0.06:
        return _other_kind(draw)
    return _product(draw, products)


def _other_kind(draw: random.Random) -> dict[str, Any]:
    word = draw.choice(WORDS)
    brand = {"kind": "brand", "slug": word, "name": draw.choice(NAMES)}
    category = {"kind": "category", "slug": word, "name": draw.choice(NAMES), "parent": draw.choice((None, "beta"))}
    return draw.choice((brand, category, {"kind": "nothing"}))


def _product(draw: random.Random, products: int) -> dict[str, Any]:
    line: dict[str, Any] = {}
    number = draw.randrange(products)
    if draw.random() < 0.7:
        line["external_id"] = f"p{number}"
    if draw.random() < 0.8:
        line["name"] = draw.choice((*NAMES, f"Thing {number}"))
    if draw.random() < 0.2:
        line["slug"] = draw.choice(SLUGS)
    if draw.random() < 0.7:
        line["variants"] = [_variant(draw, number, products) for _ in range(draw.choice((1, 1, 2)))]
    if draw.random() < 0.4:
        line["brand"] = draw.choice(WORDS)
    if draw.random() < 0.3:
        line["categories"] = draw.sample(WORDS, draw.choice((1, 1, 2)))
    line["status"] = draw.choice(("active", "draft", "draft", "archived", "none")[: 5 if draw.random() < 0.1 else 4])
    return line


def _variant(draw: random.Random, number: int, products: int) -> dict[str, Any]:
    other = number if draw.random() < 0.8 else draw.randrange(products)
    variant: dict[str, Any] = {"stock": draw.randrange(100)}
    if draw.random() < 0.9:
        variant["sku"] = draw.choice((f"s{other}", f"S{other}", f"t{other}", " s0 "))
    if draw.random() < 0.5:
        variant["external_id"] = f"v{other}"
    return variant
