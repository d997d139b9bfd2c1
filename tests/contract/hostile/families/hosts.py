"""Host and what else would decide where links lead."""

from tests.contract.hostile.cases import HOST, Case, case, get, request

PRODUCTS = "/api/v1/products/?page_size=1"
REFUSED = {
    "other": "evil.example",
    "empty": "",
    "star": "*",
    "prefix": "localhost.evil.example",
    "suffix": "evil-localhost",
    "user": "localhost@evil.example",
    "path": "localhost/evil",
    "query": "localhost?x",
    "fragment": "localhost#x",
    "two": "localhost, evil.example",
    "blank": "local host",
    "port-words": "localhost:http",
    "port-huge": "localhost:999999999999",
    "port-negative": "localhost:-1",
    "two-ports": "localhost:80:80",
    "ipv6": "[::2]",
    "ipv6-open": "[::1",
    "ipv6-empty": "[]",
    "ipv6-zone": "[fe80::1%25eth0]",
    "ipv6-long": "[" + "1:" * 500 + "]",
    "metadata": "169.254.169.254",
    "decimal": "2130706433",
    "octal": "0177.0.0.1",
    "short": "127.1",
    "any": "0.0.0.0",
    "script": "<script>",
    "quote": 'localhost"',
    "high-bytes": "l\xf6calhost",
    "long": "a" * 5000,
    "underscore": "local_host",
    "scheme": "http://localhost",
    "percent": "localhost%00",
    "backslash": "localhost\\evil",
}
IGNORED = {
    "forwarded-host": {"X_Forwarded_Host": "evil.example"},
    "forwarded-port": {"X_Forwarded_Port": "1"},
    "forwarded-proto": {"X_Forwarded_Proto": "https"},
    "forwarded-ssl": {"X_Forwarded_Ssl": "on"},
    "forwarded-prefix": {"X_Forwarded_Prefix": "/evil"},
    "forwarded-server": {"X_Forwarded_Server": "evil.example"},
    "forwarded": {"Forwarded": "host=evil.example;proto=https;for=1.2.3.4"},
    "forwarded-for": {"X_Forwarded_For": "127.0.0.1"},
    "host-override": {"X_Host": "evil.example"},
    "original-host": {"X_Original_Host": "evil.example"},
    "original-url": {"X_Original_URL": "/admin/"},
    "rewrite-url": {"X_Rewrite_URL": "/admin/"},
    "script-name": {"Script-Name": "/evil"},
    "remote-user": {"Remote-User": "manager"},
    "remote-addr": {"Remote-Addr": "127.0.0.1"},
    "http-host": {"Http-Host": "evil.example"},
    "front-end-https": {"Front_End_Https": "on"},
}
# Their underscores would become hyphens in `request`; proxies and WSGI see both alike, so the server refuses them.
UNDERSCORES = [b"Script_Name", b"Remote_User", b"X_Forwarded_Host", b"Content_Length", b"Authorization_"]

CASES: list[Case] = [
    *(case(f"refused-{name}", get(PRODUCTS, host=host), 400) for name, host in REFUSED.items()),
    *(
        case(f"refused-page-{name}", get("/admin/login/", host=REFUSED[name]), 400)
        for name in ("other", "empty", "script")
    ),
    case("missing", get(PRODUCTS, host=None), 400),
    case("missing-1.0", b"GET " + PRODUCTS.encode() + b" HTTP/1.0\r\n\r\n", 400, 200),
    case("twice", get(PRODUCTS, host=HOST, hOst="evil.example"), 400),
    case("twice-alike", get(PRODUCTS, host=HOST, hOst=HOST), 400),
    case("with-port", get(PRODUCTS, host="localhost:8000"), 200),
    case("capitals", get(PRODUCTS, host="LOCALHOST"), 200),
    case("final-dot", get(PRODUCTS, host="localhost."), 200, 400),
    case("blank-before", get(PRODUCTS, host="  localhost  "), 200),
    case("absolute-same", request("GET", b"http://" + HOST + PRODUCTS.encode()), 200),
    case("absolute-other", request("GET", b"http://evil.example" + PRODUCTS.encode()), 200, 400),
    case("absolute-other-host", request("GET", b"http://" + HOST + PRODUCTS.encode(), host="evil.example"), 400),
    case("absolute-other-scheme", request("GET", b"ftp://" + HOST + PRODUCTS.encode()), 200, 400),
    case("absolute-no-path", request("GET", b"http://" + HOST), 200, 400, 404),
    case("absolute-user", request("GET", b"http://a:b@" + HOST + PRODUCTS.encode()), 200, 400),
    case("probe-any-host", get("/livez", host="evil.example"), 200),
    *(case(f"ignored-{name}", get(PRODUCTS, **headers), 200) for name, headers in IGNORED.items()),
    *(
        case(f"underscore-{name.decode().lower()}", get(PRODUCTS)[:-2] + name + b": evil\r\n\r\n", 200, 400)
        for name in UNDERSCORES
    ),
    case("origin", get(PRODUCTS, Origin="https://evil.example"), 200),
    case("origin-null", get(PRODUCTS, Origin="null"), 200),
    case("origin-words", get(PRODUCTS, Origin="\xff<script>"), 200),
    case("referer", get(PRODUCTS, Referer="https://evil.example/" + "a" * 5000), 200),
    case("index-links", get("/", X_Forwarded_Host="evil.example"), 200),
]
