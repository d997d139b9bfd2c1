"""Methods that nobody offers, and those that pass for others."""

from tests.contract.hostile.cases import GOOD, TOKEN, Case, case, get, post, request

API = "/api/v1/products/"
UNKNOWN = ["TRACE", "PUT", "PROPFIND", "COPY", "LOCK", "PURGE", "DEBUG", "TRACK", "BREW", "SEARCH", "QUERY", "LINK"]
ODD = {
    "one-letter": b"X",
    "lower-case": b"get",
    "mixed": b"Get",
    "leading-space": b" GET",
    "digits": b"G3T",
    "long": b"A" * 100,
    "longer": b"A" * 5000,
    "star": b"*",
    "slash": b"GET/",
    "colon": b"GET:",
    "nul": b"GE\x00T",
    "high-bytes": b"G\xcbT",
    "hash": b"#GET",
    "dollar": b"$GET",
    "empty": b"",
}
OVERRIDES = ["X_HTTP_Method_Override", "X_HTTP_Method", "X_Method_Override", "X_Original_Method"]
PAGES = ["/", "/problems/", "/api/schema/", "/api/docs/", "/api/redoc/", "/livez", "/health", "/nowhere"]

CASES: list[Case] = [
    *(case(f"list-{method}", request(method, API), 405) for method in UNKNOWN),
    *(case(f"detail-{method}", request(method, f"{API}%ID%/"), 405) for method in UNKNOWN),
    *(case(f"nowhere-{method}", request(method, "/api/v1/nowhere/"), 404, 405) for method in UNKNOWN),
    *(
        case(f"page-{number}-{method}", request(method, page), 404, 405)
        for number, page in enumerate(PAGES)
        for method in ("TRACE", "PUT", "BREW")
    ),
    *(
        case(f"odd-{name}", method + b" " + API.encode() + b" HTTP/1.1\r\nHost: localhost\r\n\r\n", 400, 405)
        for name, method in ODD.items()
    ),
    case("connect", request("CONNECT", "localhost:443"), 400, 404, 405),
    case("connect-path", request("CONNECT", API), 400, 405),
    case("options", request("OPTIONS", API), 405),
    case("options-star", request("OPTIONS", "*"), 400, 404, 405),
    case("star", request("GET", "*"), 400),
    case(
        "options-preflight",
        request("OPTIONS", API, Origin="https://evil.example", Access_Control_Request_Method="DELETE"),
        200,
        405,
    ),
    case("head", request("HEAD", API), 200),
    case("head-detail", request("HEAD", f"{API}%ID%/"), 200),
    case("head-refused", request("HEAD", f"{API}?x=1"), 400),
    case("head-page", request("HEAD", "/"), 200),
    case("head-schema", request("HEAD", "/api/schema/"), 200),
    case("head-docs", request("HEAD", "/api/docs/"), 200),
    case("head-act", request("HEAD", f"{API}%ID%/publish/"), 405),
    *(
        case(f"override-{n}-to-delete", post(f"{API}%ID%/publish/", b"", **{name: "DELETE"}), 200)
        for n, name in enumerate(OVERRIDES)
    ),
    *(
        case(f"override-{n}-of-get", get(f"{API}%ID%/", Authorization=b"Bearer " + TOKEN, **{name: "DELETE"}), 200)
        for n, name in enumerate(OVERRIDES)
    ),
    case("get-with-body", request("GET", API, GOOD, Content_Type="application/json"), 200, 400),
    case("get-with-broken-body", request("GET", API, b"{", Content_Type="application/json"), 200, 400),
    case("get-with-large-body", request("GET", API, b"x" * 3_000_000), 413),
    case("head-with-body", request("HEAD", API, GOOD), 200, 400),
    case("delete-with-body", request("DELETE", f"{API}%ID%/", b"{}"), 401),
    case("post-to-list-only", post("/api/v1/variants/", b"{}"), 405),
]
