"""HTTP itself: request smuggling, chunking, floods of headers, pipelines, connections that break off."""

from tests.contract.hostile.cases import GOOD, NO_ANSWER, Case, case, chunked, get, post, several

LIST = b"/api/v1/products/?page_size=1"
BRANDS = "/api/v1/brands/"
HEAD = b"GET " + LIST + b" HTTP/1.1\r\nHost: localhost\r\n"
POST = b"POST /api/v1/brands/ HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
SMUGGLED = b"GET /api/v1/smuggled/ HTTP/1.1\r\nHost: localhost\r\n\r\n"
LIVE = b"GET /livez HTTP/1.1\r\nHost: localhost\r\n\r\n"
# Bytes in front of a smuggled request: whoever reads two requests in it disagrees with somebody.
FRAMES = {
    "both": b"Content-Length: 4\r\nTransfer-Encoding: chunked\r\n",
    "both-other-order": b"Transfer-Encoding: chunked\r\nContent-Length: 4\r\n",
    "two-lengths": b"Content-Length: 0\r\nContent-Length: 44\r\n",
    "two-lengths-in-one": b"Content-Length: 0, 44\r\n",
    "length-plus": b"Content-Length: +0\r\n",
    "length-minus": b"Content-Length: -1\r\n",
    "length-hex": b"Content-Length: 0x0\r\n",
    "length-underscore": b"Content-Length: 0_0\r\n",
    "length-word": b"Content-Length: none\r\n",
    "length-empty": b"Content-Length:\r\n",
    "length-fraction": b"Content-Length: 0.0\r\n",
    "length-unicode": b"Content-Length: \xb2\r\n",
    "length-huge": b"Content-Length: " + b"9" * 400 + b"\r\n",
    "length-space-before-colon": b"Content-Length : 0\r\n",
    "length-tab": b"Content-Length\t: 0\r\n",
    "length-folded": b"Content-Length:\r\n 0\r\n",
    "chunked-space-before-colon": b"Transfer-Encoding : chunked\r\n",
    "chunked-tab": b"Transfer-Encoding:\x0bchunked\r\n",
    "chunked-nul": b"Transfer-Encoding: chunked\x00\r\n",
    "chunked-quoted": b'Transfer-Encoding: "chunked"\r\n',
    "chunked-x": b"Transfer-Encoding: xchunked\r\n",
    "chunked-twice": b"Transfer-Encoding: chunked, chunked\r\n",
    "chunked-then-identity": b"Transfer-Encoding: chunked, identity\r\n",
    "chunked-two-lines": b"Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n",
    "chunked-gzip": b"Transfer-Encoding: chunked, gzip\r\n",
    "identity": b"Transfer-Encoding: identity\r\nContent-Length: 4\r\n",
    "chunked-folded": b"Transfer-Encoding:\r\n chunked\r\n",
    "unknown-coding": b"Transfer-Encoding: nonsense\r\n",
    "empty-coding": b"Transfer-Encoding:\r\nContent-Length: 4\r\n",
}
HEADERS = {
    "no-colon": b"Bad",
    "colon-first": b": x",
    "space-in-name": b"Bad Name: x",
    "nul-in-name": b"Ba\x00d: x",
    "nul-in-value": b"X: a\x00b",
    "carriage-return-in-value": b"X: a\rX-Injected: 1",
    "line-feed-in-value": b"X: a\nX-Injected: 1",
    "escape-in-value": b"X: \x1b[31m",
    "delete-in-value": b"X: \x7f",
    "high-bytes-in-name": b"X\xe9: a",
    "folded": b"X: a\r\n b",
    "long": b"X: " + b"a" * 9000,
    "long-name": b"X" * 9000 + b": a",
    "many": b"\r\n".join(b"X-%d: 1" % n for n in range(100)),
    "very-many": b"\r\n".join(b"X-%d: 1" % n for n in range(5000)),
    "expect-other": b"Expect: 200-ok",
    "request-id-forged": b'X-Request-ID: a"\t,"level":"ERROR',
}
HARMLESS = {
    "high-bytes-in-value": b"X: \xe9\xff",
    "request-id-long": b"X-Request-ID: " + b"a" * 1000,
    "request-id-odd": b"X-Request-ID: <script>",
    "range": b"Range: bytes=0-10,20-30,-5",
    "range-many": b"Range: bytes=" + b",".join(b"%d-" % n for n in range(1000)),
    "if-range": b"If-Range: x",
    "upgrade-websocket": b"Connection: Upgrade\r\nUpgrade: websocket",
    "upgrade-h2c": b"Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAAP__",
    "te": b"TE: trailers, deflate;q=0.5",
    "trailer": b"Trailer: Authorization",
    "connection-names-host": b"Connection: Host, Authorization",
    "keep-alive-odd": b"Keep-Alive: timeout=99999999999",
    "max-forwards": b"Max-Forwards: -1",
    "prefer-odd": b"Prefer: \xff;;,=",
    "expect-on-get": b"Expect: 100-continue",
    "proxy": b"Proxy: http://evil.example:80",
}
LINES = {
    "word": b"nonsense\r\n\r\n",
    "two-words": b"GET /\r\n\r\n",
    "four-words": b"GET / HTTP/1.1 x\r\nHost: localhost\r\n\r\n",
    "no-path": b"GET  HTTP/1.1\r\nHost: localhost\r\n\r\n",
    "tabs": b"GET\t/\tHTTP/1.1\r\nHost: localhost\r\n\r\n",
    "version-0.9": b"GET / HTTP/0.9\r\n\r\n",
    "version-2": b"GET / HTTP/2.0\r\nHost: localhost\r\n\r\n",
    "version-3": b"GET / HTTP/3\r\nHost: localhost\r\n\r\n",
    "version-words": b"GET / HTTP/one\r\nHost: localhost\r\n\r\n",
    "version-long": b"GET / HTTP/1.11111\r\nHost: localhost\r\n\r\n",
    "lower-case-http": b"GET / http/1.1\r\nHost: localhost\r\n\r\n",
    "other-protocol": b"GET / RTSP/1.1\r\nHost: localhost\r\n\r\n",
    "no-slash": b"GET api/v1/products/ HTTP/1.1\r\nHost: localhost\r\n\r\n",
    "raw-blank-in-path": b"GET /a b HTTP/1.1\r\nHost: localhost\r\n\r\n",
    "raw-utf8-in-path": b"GET /caf\xc3\xa9 HTTP/1.1\r\nHost: localhost\r\n\r\n",
    "nul-in-path": b"GET /\x00 HTTP/1.1\r\nHost: localhost\r\n\r\n",
    "tls-hello": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\x00" * 64 + b"\r\n\r\n",
    "http2-preface": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    "proxy-protocol": b"PROXY TCP4 1.2.3.4 5.6.7.8 1 2\r\nGET / HTTP/1.1\r\nHost: localhost\r\n\r\n",
    "proxy-protocol-2": b"\r\n\r\n\x00\r\nQUIT\n\x21\x11\x00\x0c" + b"\x00" * 12 + b"\r\n\r\n",
    "smtp": b"EHLO evil.example\r\n\r\n",
    "redis": b"*1\r\n$4\r\nPING\r\n\r\n",
    "bare-line-feeds": b"GET / HTTP/1.1\nHost: localhost\n\n\r\n\r\n",
    "line-feed-in-line": b"GET / HTTP/1.1\nX: 1\r\nHost: localhost\r\n\r\n",
}
CHUNKS = {
    "words": b"nonsense\r\n",
    "negative": b"-1\r\n\r\n",
    "plus": b"+f\r\n",
    "hex-prefix": b"0x10\r\n",
    "underscore": b"1_0\r\n",
    "blank-first": b" 10\r\n",
    "size-line-long": b"1" + b" " * 9000 + b"\r\n",
    "no-end-of-chunk": b"4\r\n{}xxxx",
    "bare-line-feed": b"2\n{}\n0\n\n" + b"\r\n" * 2,
    "trailer-length": b"2\r\n{}\r\n0\r\nContent-Length: 5\r\n\r\n",
    "trailer-broken": b"2\r\n{}\r\n0\r\nno colon\r\n\r\n",
    "trailers-many": b"2\r\n{}\r\n0\r\n" + b"X: 1\r\n" * 5000 + b"\r\n",
}


def _sized(body: bytes) -> bytes:
    return b"%x\r\n%s\r\n0\r\n\r\n" % (len(body), body)


CASES: list[Case] = [
    *(case(f"frame-{name}", POST + frame + b"\r\n" + b"0\r\n\r\n" + SMUGGLED, 400) for name, frame in FRAMES.items()),
    *(
        case(f"frame-get-{name}", HEAD + frame + b"\r\n" + b"0\r\n\r\n" + SMUGGLED, 400)
        for name, frame in FRAMES.items()
    ),
    *(
        case(f"header-{name}", HEAD + header + b"\r\n\r\n", 400, 431, 200 if "request-id" in name else 400)
        for name, header in HEADERS.items()
    ),
    *(case(f"harmless-{name}", HEAD + header + b"\r\n\r\n", 200) for name, header in HARMLESS.items()),
    *(case(f"line-{name}", line, 400) for name, line in LINES.items()),
    case("line-8190", b"GET /" + b"a" * 8170 + b" HTTP/1.1\r\nHost: localhost\r\n\r\n", 404),
    case("line-endless", b"GET /" + b"a" * 300_000, 414, NO_ANSWER),
    case("headers-endless", HEAD + b"X: " + b"a" * 600_000, 431, 400, NO_ANSWER),
    case("blank-lines", b"\r\n" * 5 + LIVE, 200, 400),
    *(case(f"chunk-{name}", chunked(BRANDS, chunks), 400, 431) for name, chunks in CHUNKS.items()),
    # The server waits for what these announce, as it must.
    case("chunk-huge", chunked(BRANDS, b"f" * 40 + b"\r\n"), NO_ANSWER, 400, 413, ends=True),
    case("chunk-extension-long", chunked(BRANDS, b"1;" + b"a" * 9000 + b"\r\n"), NO_ANSWER, 400, ends=True),
    # Inside is gzip, and read as what it is not.
    case("gzip-chunked", chunked(BRANDS, b"2\r\n{}\r\n0\r\n\r\n").replace(b": chunked", b": gzip, chunked"), 400),
    case("chunk-extension", chunked(BRANDS, b'1;a=b;c="d"\r\n{\r\n0\r\n\r\n'), 400),
    case("chunk-trailer", chunked(BRANDS, b"1\r\n{\r\n0\r\nX-Check: 1\r\n\r\n"), 400),
    case("chunked-good", chunked(BRANDS, _sized(b'{"name": "In chunks"}')), 201, 409),
    case(
        "chunked-bytewise",
        chunked(BRANDS, b"".join(b"1\r\n%c\r\n" % byte for byte in b'{"name": "Bytewise"}') + b"0\r\n\r\n"),
        201,
        409,
    ),
    case("chunked-empty", chunked(BRANDS, b"0\r\n\r\n"), 400),
    case("chunked-malformed", chunked(BRANDS, _sized(b"{")), 400),
    case("chunked-limit", chunked(BRANDS, _sized(b" " * 2_500_001)), 413),
    case("chunked-too-large", chunked(BRANDS, _sized(b" " * 6_000_000)), 413),
    case("chunked-anonymous", chunked(BRANDS, _sized(GOOD), Authorization=None), 401),
    case("chunked-anonymous-large", chunked(BRANDS, _sized(b" " * 6_000_000), Authorization=None), 401),
    case("chunked-with-key", chunked(BRANDS, _sized(b'{"name": "Keyed in chunks"}'), Idempotency_Key="chunks"), 201),
    case("chunked-with-the-same-key", chunked(BRANDS, _sized(b'{"name": "Another"}'), Idempotency_Key="chunks"), 422),
    case("chunked-with-key-large", chunked(BRANDS, _sized(b" " * 6_000_000), Idempotency_Key="large"), 413),
    case("chunked-with-key-broken", chunked(BRANDS, b"zz\r\n", Idempotency_Key="broken"), 400),
    case("chunked-1.0", chunked(BRANDS, _sized(b"{")).replace(b"HTTP/1.1", b"HTTP/1.0"), 400),
    case("chunked-get", HEAD + b"Transfer-Encoding: chunked\r\n\r\n" + _sized(b"x"), 200, 400),
    several("chunked-then-next", chunked(BRANDS, _sized(b"{")) + LIVE, 400, 200),
    several("refused-then-next", post(BRANDS, GOOD, Authorization=b"Bearer x") + LIVE, 401, 200),
    several("pipeline-3", LIVE * 3, 200, 200, 200),
    several("pipeline-50", LIVE * 50, *[200] * 50),
    several("pipeline-mixed", get(LIST) + get("/api/v1/nowhere/") + post(BRANDS, b"{"), 200, 404, 400),
    several("pipeline-broken", LIVE + b"nonsense\r\n\r\n", 200, 400),
    case("close", HEAD + b"Connection: close\r\n\r\n" + LIVE, 200),
    case("http-1.0", b"GET /livez HTTP/1.0\r\n\r\n" + LIVE, 200),
    case("http-1.0-kept", b"GET /livez HTTP/1.0\r\nConnection: keep-alive\r\n\r\n", 200),
    case("continue", post(BRANDS, b"{", Expect="100-continue"), 400),
    case("continue-too-large", post(BRANDS, b" " * 3_000_000, Expect="100-continue"), 413),
    case("large-to-nowhere", post("/api/v1/nowhere/", b" " * 3_000_000), 404, 413),
    case("large-anonymous", post(BRANDS, b" " * 3_000_000, Authorization=None), 413),
    case("large-announced", post(BRANDS, b"{}", Content_Length="2500001"), 413, ends=True),
    case("huge-announced", post(BRANDS, b"{}", Content_Length="9" * 18), 413, ends=True),
    case(
        "large-announced-anonymous", post(BRANDS, b"{}", Content_Length="2500001", Authorization=None), 413, ends=True
    ),
    case("ends-nothing", b"", NO_ANSWER, ends=True),
    case("ends-in-line", b"GET /api", NO_ANSWER, 400, ends=True),
    case("ends-in-headers", HEAD + b"X: 1", NO_ANSWER, 400, ends=True),
    case("ends-in-body", post(BRANDS, b"{}", Content_Length="100"), NO_ANSWER, 400, ends=True),
    case("ends-in-chunk", chunked(BRANDS, b"10\r\n{}"), NO_ANSWER, 400, ends=True),
    case("ends-before-chunks", chunked(BRANDS, b""), NO_ANSWER, 400, ends=True),
    case("ends-before-last-chunk", chunked(BRANDS, b"2\r\n{}\r\n"), NO_ANSWER, 400, ends=True),
    case("ends-in-body-anonymous", post(BRANDS, b"{}", Content_Length="100", Authorization=None), 401, ends=True),
    case("ends-after-request", LIVE, 200, ends=True),
    case("body-short-by-one", post(BRANDS, b'{"name": "short"}', Content_Length="18"), NO_ANSWER, 400, ends=True),
]
