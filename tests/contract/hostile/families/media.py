"""Media types, charsets, encodings and what is accepted."""

from tests.contract.hostile.cases import GOOD, JSON, Case, case, get, post, write

BRANDS = "/api/v1/brands/"
TYPES = {
    "text": "text/plain",
    "html": "text/html",
    "xml": "application/xml",
    "form": "application/x-www-form-urlencoded",
    "multipart": "multipart/form-data; boundary=x",
    "multipart-no-boundary": "multipart/form-data",
    "csv": "text/csv",
    "octets": "application/octet-stream",
    "pickle": "application/python-pickle",
    "yaml": "application/yaml",
    "star": "*/*",
    "application-star": "application/*",
    "word": "json",
    "slash": "/",
    "two-slashes": "application//json",
    "comma": "application/json, text/html",
    "semicolon-first": ";application/json",
    "xss": "<script>alert(1)</script>",
    "long": "application/" + "x" * 5000,
    "json-patch": "application/json-patch+json",
    "vendor": "application/vnd.api+json",
    "high-bytes": "application/js\xf6n",
    "quote": 'application/json"',
}
CHARSETS = {
    "latin-1": "iso-8859-1",
    "utf-16": "utf-16",
    "utf-7": "utf-7",
    "unknown": "klingon",
    "empty": "",
    "hex": "hex",
}
ENCODINGS = [
    "gzip",
    "deflate",
    "br",
    "zstd",
    "compress",
    "x-gzip",
    "gzip, gzip",
    "aes128gcm",
    "nonsense",
    "GZIP",
    "gzip, identity",
]
ACCEPTED = {
    "html": "text/html",
    "xml": "application/xml",
    "image": "image/*",
    "nothing": "application/json;q=0",
    "words": "give me anything",
    "long": ",".join(f"a/b{n}" for n in range(700)),
    "bad-quality": "application/json;q=many",
    "negative-quality": "application/json;q=-1",
    "semicolons": ";;;;",
    "commas": ",,,,",
    "slash": "/",
    "quotes": '"application/json"',
    "high-bytes": "\xe9\xff",
    "stars": "*",
    "version": "application/json; version=99",
    "indent": "application/json; indent=999999999",
}
BOMB = bytes.fromhex("1f8b0800000000000003") + b"\x00" * 1000

CASES: list[Case] = [
    *(case(f"type-{name}", post(BRANDS, GOOD, Content_Type=text), 415) for name, text in TYPES.items()),
    case("type-none", post(BRANDS, GOOD, Content_Type=None), 415),
    case("type-empty", post(BRANDS, GOOD, Content_Type=""), 415),
    case("type-twice", post(BRANDS, GOOD, content_Type=JSON), 400),
    case("merge-patch-on-post", post(BRANDS, GOOD, Content_Type="application/merge-patch+json"), 415),
    case("patch-text", write("PATCH", "/api/v1/products/%ID%/", GOOD, Content_Type="text/plain"), 415),
    *(
        case(f"charset-{name}", post(BRANDS, GOOD, Content_Type=f"{JSON}; charset={text}"), 201, 400, 409, 415)
        for name, text in CHARSETS.items()
    ),
    *(case(f"encoding-{n}", post(BRANDS, GOOD, Content_Encoding=text), 415) for n, text in enumerate(ENCODINGS)),
    case("encoding-identity", post(BRANDS, b"{", Content_Encoding="identity"), 400),
    case("encoding-empty", post(BRANDS, b"{", Content_Encoding=""), 400),
    case("encoding-bomb", post(BRANDS, BOMB, Content_Encoding="gzip"), 415),
    case("encoding-anonymous", post(BRANDS, GOOD, Content_Encoding="gzip", Authorization=None), 415),
    *(case(f"accept-{name}", get("/api/v1/products/", Accept=text), 200, 406) for name, text in ACCEPTED.items()),
    *(case(f"accept-nowhere-{name}", get("/api/v1/nowhere/", Accept=text), 404) for name, text in ACCEPTED.items()),
    case("accept-charset", get("/api/v1/products/", Accept_Charset="utf-16;q=1, *;q=0"), 200),
    case("accept-encoding", get("/api/v1/products/", Accept_Encoding="*;q=0"), 200),
    case("accept-encoding-bad", get("/api/v1/products/", Accept_Encoding="\xff;;q=q,,"), 200),
    case("accept-language", get("/api/v1/products/", Accept_Language="-" * 4000), 200),
    case("schema-accept", get("/api/schema/", Accept="image/png"), 406),
]
