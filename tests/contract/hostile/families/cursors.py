"""Cursors: forged, cut, flipped, of another list."""

import base64

import orjson

from tests.contract.hostile.cases import Case, asked, case, get

PRODUCTS = "/api/v1/products/"


def _unsigned(value: object) -> str:
    return base64.urlsafe_b64encode(orjson.dumps(value)).decode().rstrip("=")


FORGED = {
    "empty": "",
    "word": "abc",
    "number": "1",
    "colon": ":",
    "colons": "::::::",
    "half-signed": "abc:",
    "signature-alone": ":abc",
    "base64": "AAAA",
    "unsigned": _unsigned(["", ["", "a"], 1, 0]),
    "wrong-signature": _unsigned(["", ["", "a"], 1, 0]) + ":" + "a" * 43,
    "compressed": ".eJyrVkrLz1eyUkpKLFKqBQAdegQ0:" + "a" * 43,
    "json": "%7B%22id%22:1%7D",
    "sql": "1%27%20OR%201=1",
    "nul": "%00",
    "latin-1": "%e9",
    "surrogate": "%ed%a0%80",
    "emoji": "%F0%9F%98%80",
    "long": "a" * 3900,
    "too-long": "a" * 4500,
    "timestamp-form": "abc:1abcde:" + "a" * 27,
    "pickle": "gASVAAAAAAAAAC4:" + "a" * 43,
    "blank": "%20",
    "dots": "../../etc",
}
# What follows a good cursor makes it another list's.
OTHER_LISTS = {
    "ordering": "ordering=name",
    "filter": "in_stock=true",
    "price": "price__gte=1",
    "search": "search=hostile",
    "sku": "sku=a",
}

CASES: list[Case] = [
    *(case(f"forged-{name}", get(f"{PRODUCTS}?cursor={text}"), 400) for name, text in FORGED.items()),
    *(case(f"forged-brands-{name}", get(f"/api/v1/brands/?cursor={text}"), 400) for name, text in FORGED.items()),
    case("good", get(f"{PRODUCTS}?cursor=%CURSOR%&page_size=1"), 200),
    case("good-other-size", get(f"{PRODUCTS}?cursor=%CURSOR%&page_size=100"), 200),
    case("tail", get(f"{PRODUCTS}?cursor=%CURSOR%a"), 400),
    case("head", get(f"{PRODUCTS}?cursor=a%CURSOR%"), 400),
    case("tail-letter", get(f"{PRODUCTS}?cursor=%CURSOR%%C3%A9"), 400),
    case("tail-nul", get(f"{PRODUCTS}?cursor=%CURSOR%%00"), 400),
    case("twice-in-one", get(f"{PRODUCTS}?cursor=%CURSOR%%CURSOR%"), 400),
    case("twice", get(f"{PRODUCTS}?cursor=%CURSOR%&cursor=%CURSOR%"), 400),
    *(case(f"with-{name}", get(f"{PRODUCTS}?{text}&cursor=%CURSOR%"), 400) for name, text in OTHER_LISTS.items()),
    case("of-another-reader", asked(f"{PRODUCTS}?cursor=%CURSOR%"), 400),
    *(
        case(f"on-{name}", get(f"/api/v1/{name}/?cursor=%CURSOR%"), 400)
        for name in ("brands", "categories", "attributes", "product-types", "variants", "products/%ID%/variants")
    ),
    case("on-a-detail", get(f"{PRODUCTS}%ID%/?cursor=%CURSOR%"), 400),
]
