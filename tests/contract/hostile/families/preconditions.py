"""Conditional headers and idempotency keys."""

from tests.contract.hostile.cases import KEYED_ONCE, Case, asked, case, get, post, write

DETAIL = "/api/v1/products/%ID%/"
BRANDS = "/api/v1/brands/"
TAGS = {
    "empty": "",
    "bare": "abc",
    "open": '"abc',
    "closed": 'abc"',
    "weak": 'W/"abc"',
    "weak-lower": 'w/"abc"',
    "unknown": '"abc"',
    "star-quoted": '"*"',
    "stars": "**",
    "list": '"a", "b", W/"c"',
    "list-with-star": '"a", *',
    "list-long": ", ".join(f'"{n}"' for n in range(900)),
    "commas": ",,,,",
    "high-bytes": '"\xff"',
    "version-huge": '"' + "9" * 500 + '-abc"',
    "version-negative": '"-1-abc"',
    "version-words": '"x-y"',
    "quotes": '"""""',
    "quotes-many": '"' * 4001,
    "backslash": '"\\""',
    "long": '"' + "a" * 5000 + '"',
    "sql": '"1\' OR 1=1"',
}
DATES = {
    "words": "yesterday",
    "huge": "Sun, 06 Nov 99999 08:49:37 GMT",
    "year-0": "Sun, 06 Nov 0000 08:49:37 GMT",
    "number": "99999999999999999999",
    "empty": "",
    "high-bytes": "\xff",
}
KEYS = {
    "empty": "",
    "empty-quoted": '""',
    "open": '"abc',
    "256": "a" * 256,
    "5000": "a" * 5000,
    "blank-within": "a b",
    "tab": "a\tb",
    "high-bytes": "\xe9",
    "only-quote": '"',
}

CASES: list[Case] = [
    *(case(f"none-match-{name}", get(DETAIL, If_None_Match=tag), 200, 304, 400) for name, tag in TAGS.items()),
    *(
        case(f"none-match-on-list-{name}", get("/api/v1/products/", If_None_Match=tag), 200, 304, 400)
        for name, tag in TAGS.items()
    ),
    *(case(f"match-{name}", write("PATCH", DETAIL, b"{", If_Match=tag), 400, 412) for name, tag in TAGS.items()),
    *(case(f"since-{name}", get(DETAIL, If_Modified_Since=text), 200, 304, 400) for name, text in DATES.items()),
    *(
        case(f"unmodified-{name}", asked(DETAIL, If_Unmodified_Since=text), 200, 400, 412)
        for name, text in DATES.items()
    ),
    *(case(f"key-{name}", post(BRANDS, {"name": "Keyed"}, Idempotency_Key=key), 400) for name, key in KEYS.items()),
    case("key-twice", post(BRANDS, {"name": "Keyed twice"}, Idempotency_Key="a", idempotency_key="b"), 201, 400, 409),
    case("key-sql", post(BRANDS, b"{", Idempotency_Key="'; DROP TABLE x; --".replace(" ", "_")), 400),
    case("key-anonymous", post(BRANDS, b"{", Idempotency_Key="k", Authorization=None), 401),
    case("key-on-get", get("/api/v1/brands/", Idempotency_Key="\xff" * 300), 200),
    case("key-again", post(BRANDS, KEYED_ONCE, Idempotency_Key="once"), 201),
    case("key-reused", post(BRANDS, {"name": "Other"}, Idempotency_Key="once"), 422),
    case("key-reused-quoted", post(BRANDS, {"name": "Other"}, Idempotency_Key='"once"'), 422),
    case(
        "key-reused-type",
        post(BRANDS, KEYED_ONCE, Idempotency_Key="once", Content_Type="text/plain"),
        422,
        415,
    ),
]
