"""Text that is no Unicode, or Unicode at its edges."""

from urllib.parse import quote

from tests.contract.hostile.cases import Case, case, get, post

PRODUCTS = "/api/v1/products/"
NOT_UTF8 = {
    "latin-1": b"Caf\xe9",
    "lone-continuation": b"\x80",
    "overlong-slash": b"\xc0\xaf",
    "overlong-nul": b"\xc0\x80",
    "encoded-surrogate": b"\xed\xa0\x80",
    "beyond-unicode": b"\xf4\x90\x80\x80",
    "five-bytes": b"\xf8\x88\x80\x80\x80",
    "cut-short": b"\xe2\x82",
    "ff": b"\xff\xfe",
}
UNSTORABLE = {
    "nul": b"\\u0000",
    "nul-within": b"Ac\\u0000me",
    "high-surrogate": b"\\ud800",
    "low-surrogate": b"\\udc00",
    "swapped-pair": b"\\udc00\\ud800",
    "two-high": b"\\ud800\\ud800",
    "high-before-text": b"\\ud83dx",
}
# Stored or refused, both will do: what matters is that nothing breaks.
ODD = {
    "emoji": "\N{GRINNING FACE} shop",
    "family": "\N{MAN}\u200d\N{WOMAN}\u200d\N{GIRL} shop",
    "right-to-left-override": "abc\u202edef",
    "zero-width": "a\u200bb\u200cc\ufeff",
    "combining-1000": "a" + "\u0301" * 150,
    "line-separator": "a\u2028b\u2029c",
    "noncharacter": "a\ufffe\uffff",
    "private-use": "\ue000\U0010ffff x",
    "ligature": "\ufdfa" * 20,
    "full-width": "Ａｃｍｅ",
    "dotless-i": "ıİ Acme",
    "sharp-s": "ß" * 100,
    "hangul": "각" * 50,
    "tags": "x\U000e0041\U000e0042",
    "c1-controls": "a\x85b\x9b31m",
    "script-tag": "<script>alert(1)</script>",
    "template": "{{7*7}} ${7*7} %s %(x)s {0.__class__}",
    "sql": "'; DROP TABLE brands; --",
    "formula": '=HYPERLINK("http://example.org")',
    "path": "../../../../etc/passwd",
    "log4j": "${jndi:ldap://127.0.0.1/a}",
    "only-combining": "\u0301\u0302",
    "only-spaces": "\u2003\u2003",
    "only-zero-width": "\u200b",
}
SEARCHES = {
    "nul": b"%00",
    "nul-within": b"a%00b",
    "latin-1": b"caf%e9",
    "overlong": b"%c0%af",
    "surrogate": b"%ed%a0%80",
    "percent-alone": b"%",
    "percent-half": b"%4",
    "percent-letters": b"%zz",
    "u-escape": b"%u0041",
    "ff": b"%ff%fe",
    "emoji": quote("\N{GRINNING FACE}").encode(),
    "override": quote("\u202e").encode(),
    "combining": quote("a" + "\u0301" * 100).encode(),
    "operators": quote("a & | ! ( ) : * <-> 'b' \"c\"").encode(),
    "like": quote("%_%_%\\").encode(),
    "near": quote("NEAR(a b, 5) OR AND NOT -x ^a").encode(),
    "quotes": quote('""""""').encode(),
    "sql": quote("x' OR 1=1 --").encode(),
    "brackets": quote("[]{}()<>").encode(),
    "stars": quote("*" * 150).encode(),
    "commas": b"," * 150,
    "words": b"a+" * 90,
    "blank": b"+++",
    "empty": b"",
    "newline": b"a%0d%0ab",
}

CASES: list[Case] = [
    *(
        case(f"not-utf8-{name}", post("/api/v1/brands/", b'{"name": "%s"}' % raw), 400)
        for name, raw in NOT_UTF8.items()
    ),
    *(
        case(f"unstorable-{name}", post("/api/v1/brands/", b'{"name": "%s"}' % raw), 400)
        for name, raw in UNSTORABLE.items()
    ),
    *(
        case(f"unstorable-key-{name}", post(PRODUCTS, b'{"name": "P", "attributes": {"%s": 1}}' % raw), 400)
        for name, raw in UNSTORABLE.items()
    ),
    *(
        case(
            f"unstorable-attribute-{name}",
            post(PRODUCTS, b'{"name": "P", "attributes": {"a": [{"b": "%s"}]}}' % raw),
            400,
        )
        for name, raw in UNSTORABLE.items()
    ),
    *(case(f"brand-{name}", post("/api/v1/brands/", {"name": text}), 201, 400, 409) for name, text in ODD.items()),
    *(case(f"search-{name}", get(b"/api/v1/products/?search=" + text), 200, 400) for name, text in SEARCHES.items()),
    *(
        case(f"brand-search-{name}", get(b"/api/v1/brands/?search=" + text), 200, 400)
        for name, text in SEARCHES.items()
    ),
    case("search-long", get(b"/api/v1/products/?search=" + b"a" * 4001), 400),
    case("search-longer", get(b"/api/v1/products/?search=" + b"ab+" * 1000), 400),
    case("not-utf8-parameter", get(b"/api/v1/products/?%ff=1"), 400),
    case("nul-parameter", get(b"/api/v1/products/?a%00b=1"), 400),
]
