"""Numbers that are too large, too long or none."""

from tests.contract.hostile.cases import Case, asked, case, get, post, write

PRODUCTS = "/api/v1/products/"
# Whatever a place takes, none of these is a number that anyone stores.
LITERALS = {
    "nan": b"NaN",
    "infinity": b"Infinity",
    "minus-infinity": b"-Infinity",
    "1e400": b"1e400",
    "minus-1e400": b"-1e400",
    "2-to-63": b"9223372036854775808",
    "below-64-bit": b"-9223372036854775809",
    "2-to-64": b"18446744073709551616",
    "5000-digits": b"9" * 5000,
    "300000-digits": b"9" * 300_000,
    "hex": b"0x10",
    "octal": b"010",
    "plus": b"+1",
    "point-first": b".5",
    "point-last": b"5.",
    "exponent-alone": b"1e",
    "two-points": b"1.2.3",
    "minus-alone": b"-",
    "underscore": b"1_000",
    "comma": b"1,5",
}
AMOUNTS = {
    "negative": "-1",
    "nan": "NaN",
    "signalling-nan": "sNaN",
    "infinity": "Infinity",
    "eleven-digits": "99999999999",
    "5-decimals": "1.12345",
    "3-decimals": "1.123",
    "exponent": "1e3",
    "huge-exponent": "1e999999999",
    "tiny-exponent": "1e-999999999",
    "5000-digits": "9" * 5000,
    "5000-zeros": "0" * 5000 + "1",
    "5000-decimals": "1." + "0" * 5000 + "1",
    "words": "ten",
    "empty": "",
    "blank": " ",
    "comma": "1,50",
    "hex": "0x10",
    "underscore": "1_0",
    "arabic": "١٢",
    "full-width": "１２",
    "superscript": "²",
    "currency-sign": "$10",
    "tail": "10x",
}
STOCKS = {
    "delta-text": b'{"delta": "1"}',
    "delta-fraction": b'{"delta": 1.5}',
    "delta-bool": b'{"delta": true}',
    "delta-null": b'{"delta": null}',
    "delta-2-to-63": b'{"delta": 9223372036854775807}',
    "delta-huge": b'{"delta": 2147483648}',
    "set-negative": b'{"set": -1}',
    "set-huge": b'{"set": 9223372036854775807}',
    "set-array": b'{"set": [1]}',
    "both": b'{"delta": 1, "set": 1}',
    "neither": b"{}",
    "float-zero": b'{"delta": 1e400}',
}


def _priced(amount: object) -> object:
    return {"name": "P", "variants": [{"sku": "numbers", "prices": {"USD": {"amount": amount}}}]}


CASES: list[Case] = [
    *(
        case(f"literal-{name}", post(PRODUCTS, b'{"name": "P", "attributes": {"a": %s}}' % literal), 400)
        for name, literal in LITERALS.items()
    ),
    *(case(f"amount-{name}", post(PRODUCTS, _priced(amount)), 400) for name, amount in AMOUNTS.items()),
    case("amount-bool", post(PRODUCTS, _priced(True)), 400),
    case("amount-array", post(PRODUCTS, _priced([1])), 400),
    case("amount-float-noise", post(PRODUCTS, _priced(0.1 + 0.2)), 400),
    case("amount-1e300", post(PRODUCTS, _priced(1e300)), 400),
    case("amount-1e-300", post(PRODUCTS, _priced(1e-300)), 400),
    *(case(f"stock-{name}", post("/api/v1/variants/1/stock/", body), 400) for name, body in STOCKS.items()),
    *(
        case(f"weight-{name}", post(PRODUCTS, b'{"name": "P", "variants": [{"sku": "w", "weight_g": %s}]}' % text), 400)
        for name, text in {
            "negative": b"-1",
            "huge": b"9223372036854775807",
            "fraction": b"1.5",
            "text": b'"x"',
        }.items()
    ),
    *(
        case(f"page-size-{name}", get(f"{PRODUCTS}?page_size={text}"), 400)
        for name, text in {
            "0": "0",
            "101": "101",
            "negative": "-1",
            "huge": "9" * 30,
            "1000-digits": "9" * 1000,
            "float": "1.0",
            "exponent": "1e1",
            "empty": "",
            "plus": "%2B1",
            "blank": "%201",
            "arabic": "%D9%A1",
            "nan": "NaN",
            "true": "true",
            "list": "1,2",
        }.items()
    ),
    *(
        case(f"price-filter-{name}", get(f"{PRODUCTS}?price__gte={text}"), 400)
        for name, text in {
            "nan": "NaN",
            "infinity": "Infinity",
            "minus-infinity": "-Infinity",
            "signalling": "sNaN",
            "huge-exponent": "1e999999999",
            "1000-digits": "9" * 1000,
            "words": "cheap",
            "empty": "",
            "hex": "0x10",
            "arabic": "%D9%A1",
            "two": "1,2",
            "nul": "1%00",
        }.items()
    ),
    case("position-huge", write("POST", "/api/v1/categories/", b'{"name": "C", "position": 9223372036854775807}'), 400),
    case("position-text", write("POST", "/api/v1/categories/", b'{"name": "C", "position": "first"}'), 400),
    case("position-negative", write("POST", "/api/v1/categories/", b'{"name": "C", "position": -1}'), 400),
    case(
        "attribute-min-over-max",
        post("/api/v1/attributes/", b'{"code": "n", "name": "N", "type": "number", "min": 2, "max": 1}'),
        400,
    ),
    case(
        "attribute-min-nan",
        post("/api/v1/attributes/", b'{"code": "n", "name": "N", "type": "number", "min": "NaN"}'),
        400,
    ),
    case("id-in-huge", asked(f"{PRODUCTS}?id__in={'9' * 30}"), 200, 400),
]
