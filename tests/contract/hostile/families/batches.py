"""Calls that hold much, and what they leave behind: bulk calls, imports, jobs, changes, API keys."""

from tests.contract.hostile.cases import Case, asked, case, chunked, get, post

BULK = "/api/v1/bulk/"
IMPORTS = "/api/v1/imports/"
NDJSON = "application/x-ndjson"
BULK_BODIES = {
    "empty": b"",
    "object": b"{}",
    "null": b"null",
    "text": b'"x"',
    "open": b"[",
    "deep": b"[" * 100_000,
    "not-utf8": b'[{"a": "\xff"}]',
    "nul": b'[{"a": "\\u0000"}]',
    "duplicate-key": b'[{"a": 1, "a": 2}]',
    "huge-number": b"[1e400]",
    "two-arrays": b"[][]",
}
LINES = {
    "open": b"{",
    "array-open": b'{"a": 1}\n[',
    "nul": b'{"a": "\\u0000"}',
    "deep": b"[" * 100_000,
    "binary": b"\x00\xff",
}
ITEMS = {
    "numbers": b"[1, 2]",
    "nulls": b"[null]",
    "arrays": b"[[]]",
    "nothing-said": b"[{}]",
    "unknown-keys": b'[{"x": 1}]',
    "long-key": b'[{"' + b"k" * 100_000 + b'": 1}]',
}
REFS = ["0", "-1", "9223372036854775808", "9" * 500, "%00", "caf%e9", "%ed%a0%80", "../x", "a" * 3000, "'"]
FEED = [
    "since=-1",
    "since=x",
    "since=99999999999999999999",
    "since=1e3",
    "since=%00",
    "since=1&since=2",
    "x=1",
    "page_size=0",
]

CASES: list[Case] = [
    *(case(f"bulk-{name}", post(BULK, body), 400) for name, body in BULK_BODIES.items()),
    *(case(f"lines-{name}", post(BULK, body, Content_Type=NDJSON), 400) for name, body in LINES.items()),
    *(case(f"items-{name}", post(BULK, body), 200, 207, 400, 422) for name, body in ITEMS.items()),
    case("bulk-1001", post(BULK, b"[" + b",".join([b"{}"] * 1001) + b"]"), 413),
    case("bulk-large", post(BULK, b" " * 10_000_001), 413),
    case("bulk-large-in-chunks", chunked(BULK, b"%x\r\n%s\r\n0\r\n\r\n" % (10_000_001, b" " * 10_000_001)), 413),
    case("bulk-in-chunks", chunked(BULK, b"2\r\n[x\r\n0\r\n\r\n"), 400),
    case("bulk-anonymous", post(BULK, b"[]", Authorization=None), 401),
    case("bulk-gzip", post(BULK, b"[]", Content_Encoding="gzip"), 415),
    case("bulk-plain-text", post(BULK, b"[]", Content_Type="text/plain"), 415),
    case("bulk-unknown-parameter", post(f"{BULK}?x=1", b"[]"), 400),
    case("import-json", post(IMPORTS, b"{}"), 415),
    case("import-empty", post(IMPORTS, b"", Content_Type=NDJSON), 400),
    case("import-csv-alone", post(IMPORTS, b"a,b", Content_Type="text/csv"), 400),
    case("import-mapping-path", post(f"{IMPORTS}?mapping=../../etc/passwd", b"a,b", Content_Type="text/csv"), 400),
    case("import-mapping-nul", post(f"{IMPORTS}?mapping=%00", b"a,b", Content_Type="text/csv"), 400),
    case("import-encoding", post(IMPORTS, b"{}", Content_Type=NDJSON, Content_Encoding="br"), 415),
    case("import-huge", post(IMPORTS, b"{}", Content_Type=NDJSON, Content_Length="9" * 15), 413, ends=True),
    case("import-broken-chunks", chunked(IMPORTS, b"zz\r\n", Content_Type=NDJSON), 400),
    case("import-short", post(IMPORTS, b"{}", Content_Type=NDJSON, Content_Length="9"), 400, ends=True),
    case("import-anonymous", post(IMPORTS, b"{}", Content_Type=NDJSON, Authorization=None), 401),
    *(case(f"job-{n}", asked(f"/api/v1/jobs/{ref}/"), 400, 404) for n, ref in enumerate(REFS)),
    *(case(f"job-cancel-{n}", post(f"/api/v1/jobs/{ref}/cancel/", b""), 400, 404) for n, ref in enumerate(REFS)),
    *(case(f"revert-{n}", post(f"/api/v1/changes/{ref}/revert/", b""), 400, 404, 405) for n, ref in enumerate(REFS)),
    *(case(f"key-{n}", asked(f"/api/v1/auth/api-keys/{ref}/"), 404, 405) for n, ref in enumerate(REFS)),
    *(case(f"changes-{n}", asked(f"/api/v1/changes/?{text}"), 400) for n, text in enumerate(FEED)),
    case("changes-anonymous", get("/api/v1/changes/"), 401),
    case("jobs-anonymous", get("/api/v1/jobs/"), 401),
    case("key-scopes-unknown", post("/api/v1/auth/api-keys/", {"name": "k", "scopes": ["all"]}), 400),
    case("key-scopes-text", post("/api/v1/auth/api-keys/", {"name": "k", "scopes": "products.view_product"}), 400),
    case("key-scopes-many", post("/api/v1/auth/api-keys/", {"name": "k", "scopes": ["x"] * 10_000}), 400),
    case("key-expired", post("/api/v1/auth/api-keys/", {"name": "k", "expires_at": "2001-01-01T00:00:00Z"}), 400),
    case("key-nul", post("/api/v1/auth/api-keys/", b'{"name": "\\u0000"}'), 400),
]
