"""Tokens and other credentials: forged, broken, huge."""

import base64

import orjson

from tests.contract.hostile.cases import TOKEN, Case, case, get, post

ME = "/api/v1/auth/me/"


def _part(value: object) -> str:
    return base64.urlsafe_b64encode(value if isinstance(value, bytes) else orjson.dumps(value)).decode().rstrip("=")


CLAIMS = {
    "token_type": "access",
    "exp": 4102444800,
    "iat": 1,
    "jti": "a",
    "user_id": 1,
    "iss": "catalog",
    "aud": "catalog",
}
SIGNATURE = "a" * 43


def _jwt(head: object, claims: object = None, signature: str = SIGNATURE) -> str:
    return f"{_part(head)}.{_part(CLAIMS if claims is None else claims)}.{signature}"


HEAD = {"alg": "HS256", "typ": "JWT"}
FORGED = {
    "alg-none": _jwt({"alg": "none"}, signature=""),
    "alg-none-capitals": _jwt({"alg": "NONE"}, signature=""),
    "alg-mixed": _jwt({"alg": "nOnE"}, signature=""),
    "alg-empty": _jwt({"alg": ""}),
    "alg-null": _jwt({"alg": None}),
    "alg-missing": _jwt({"typ": "JWT"}),
    "alg-number": _jwt({"alg": 256}),
    "alg-list": _jwt({"alg": ["HS256"]}),
    "alg-rs256": _jwt({"alg": "RS256"}),
    "alg-hs512": _jwt({"alg": "HS512"}),
    "alg-es256": _jwt({"alg": "ES256"}),
    "kid-path": _jwt({**HEAD, "kid": "../../../../dev/null"}),
    "kid-sql": _jwt({**HEAD, "kid": "a' UNION SELECT 'key"}),
    "kid-object": _jwt({**HEAD, "kid": {}}),
    "kid-number": _jwt({**HEAD, "kid": 1}),
    "jku": _jwt({**HEAD, "jku": "https://evil.example/jwks.json"}),
    "x5u": _jwt({**HEAD, "x5u": "https://evil.example/cert.pem"}),
    "jwk": _jwt({**HEAD, "jwk": {"kty": "oct", "k": "AAAA"}}),
    "crit": _jwt({**HEAD, "crit": ["exp"]}),
    "zip": _jwt({**HEAD, "zip": "DEF"}),
    "b64-false": _jwt({**HEAD, "b64": False, "crit": ["b64"]}),
    "head-array": _jwt([]),
    "head-null": _jwt(None),
    "head-number": _jwt(1),
    "head-no-json": _jwt(b"{"),
    "head-not-utf8": _jwt(b"\xff\xfe"),
    "head-deep": _jwt(b"[" * 3000),
    "head-nan": _jwt(b'{"alg": NaN}'),
    "claims-array": _jwt(HEAD, []),
    "claims-no-json": _jwt(HEAD, b"{"),
    "claims-not-utf8": _jwt(HEAD, b"\xff\xfe"),
    "exp-text": _jwt(HEAD, {**CLAIMS, "exp": "never"}),
    "exp-huge": _jwt(HEAD, {**CLAIMS, "exp": 1e300}),
    "signature-empty": _jwt(HEAD, signature=""),
    "signature-odd": _jwt(HEAD, signature="a"),
    "signature-not-base64": _jwt(HEAD, signature="!!!!"),
    "signature-high-bytes": _jwt(HEAD, signature="\xff\xff"),
    "two-parts": f"{_part(HEAD)}.{_part(CLAIMS)}",
    "four-parts": _jwt(HEAD) + ".a",
    "five-parts": "a.b.c.d.e",
    "dots": "..",
    "dots-1000": "." * 1000,
    "word": "abc",
    "null": "null",
    "undefined": "undefined",
    "json": '{"alg":"none"}',
    "high-bytes": "\xff\xfe\xfd",
    "5-kb": "a" * 5000,
    "5-kb-in-parts": "a" * 2500 + "." + "a" * 2400 + ".a",
}
SCHEMES = {
    "empty": b"",
    "bearer-alone": b"Bearer",
    "bearer-blank": b"Bearer ",
    "token-alone": TOKEN,
    "basic": b"Basic " + base64.b64encode(b"manager:x"),
    "basic-broken": b"Basic !!!",
    "digest": b'Digest username="manager"',
    "negotiate": b"Negotiate AAAA",
    "token-scheme": b"Token abc",
    "jwt-scheme": b"JWT abc",
    "three-words": b"Bearer abc def",
    "comma": b"Bearer abc, Bearer def",
    "high-bytes": b"B\xe9arer abc",
    "api-key-alone": b"Api-Key",
    "api-key-word": b"Api-Key abc",
    "api-key-forged": b"Api-Key aaaaaaaa." + b"a" * 43,
    "api-key-dots": b"Api-Key ....",
    "api-key-long": b"Api-Key " + b"a" * 5000 + b"." + b"a" * 100,
    "api-key-high-bytes": b"Api-Key \xff.\xff",
}
LOGINS: dict[str, bytes] = {
    "unknown": b'{"username": "nobody", "password": "x"}',
    "nul": b'{"username": "\\u0000", "password": "x"}',
    "numbers": b'{"username": 1, "password": 2}',
    "objects": b'{"username": {"$ne": ""}, "password": {"$ne": ""}}',
    "nothing": b"{}",
    "long-password": b'{"username": "nobody", "password": "' + b"x" * 1_000_000 + b'"}',
    "long-name": b'{"username": "' + b"x" * 100_000 + b'", "password": "x"}',
    "sql": b'{"username": "manager\' --", "password": "x"}',
    "more-keys": b'{"username": "nobody", "password": "x", "is_staff": true}',
}
REFRESHES: dict[str, bytes] = {
    "word": b'{"refresh": "abc"}',
    "number": b'{"refresh": 1}',
    "null": b'{"refresh": null}',
    "nothing": b"{}",
    "none": orjson.dumps({"refresh": _jwt({"alg": "none"}, signature="")}),
    "long": b'{"refresh": "' + b"a" * 100_000 + b'"}',
    "nul": b'{"refresh": "\\u0000"}',
}

CASES: list[Case] = [
    *(case(f"forged-{name}", get(ME, Authorization=f"Bearer {text}"), 401) for name, text in FORGED.items()),
    *(
        case(f"forged-on-a-list-{name}", get("/api/v1/products/", Authorization=f"Bearer {FORGED[name]}"), 401)
        for name in ("alg-none", "head-deep", "high-bytes", "5-kb", "dots-1000", "head-array")
    ),
    *(case(f"scheme-{name}", get(ME, Authorization=text), 401) for name, text in SCHEMES.items()),
    case("9-kb", get(ME, Authorization="Bearer " + "a" * 9000), 431),
    case("tail", get(ME, Authorization=b"Bearer " + TOKEN + b"a"), 401),
    case("cut", get(ME, Authorization=b"Bearer a" + TOKEN), 401),
    case("twice", get(ME, Authorization=b"Bearer " + TOKEN, authorization=b"Bearer abc"), 400, 401),
    case("in-the-query", get(b"/api/v1/auth/me/?access_token=" + TOKEN), 401),
    case("in-a-cookie", get(ME, Cookie=b"access=" + TOKEN), 401),
    case("session-forged", get(ME, Cookie="sessionid=" + "a" * 32), 401),
    case("session-odd", get("/admin/", Cookie="sessionid=../../etc/passwd; csrftoken=%00"), 302),
    case("cookies-odd", get("/admin/login/", Cookie='a="; b=\xff; ;;=; =x; $Version=1'), 200),
    case("cookies-many", get("/admin/login/", Cookie="; ".join(f"c{n}=1" for n in range(900))), 200),
    case("cookies-large", get("/admin/login/", Cookie="a=" + "x" * 8100), 200),
    *(
        case(f"login-{name}", post("/api/v1/auth/token/", body, Authorization=None), 400, 401, 429)
        for name, body in LOGINS.items()
    ),
    *(
        case(f"refresh-{name}", post("/api/v1/auth/token/refresh/", body, Authorization=None), 400, 401, 429)
        for name, body in REFRESHES.items()
    ),
    *(
        case(f"logout-{name}", post("/api/v1/auth/logout/", body, Authorization=None), 204, 400, 401, 429)
        for name, body in REFRESHES.items()
    ),
    case("password-nothing", post("/api/v1/auth/password/", b"{}"), 400),
    case("password-nul", post("/api/v1/auth/password/", b'{"current_password": "\\u0000", "new_password": "x"}'), 400),
    case("password-anonymous", post("/api/v1/auth/password/", b"{}", Authorization=None), 401),
    case("metrics-forwarded", get("/metrics", X_Forwarded_For="127.0.0.1"), 403),
    case("metrics-forwarded-otherwise", get("/metrics", Forwarded="for=127.0.0.1"), 403),
    case(
        "admin-post",
        post("/admin/login/", b"username=a&password=b", Content_Type="application/x-www-form-urlencoded"),
        403,
    ),
    case("admin-json", post("/admin/login/", b"{}"), 403),
    case(
        "admin-large",
        post("/admin/login/", b"a=" + b"x" * 3_000_000, Content_Type="application/x-www-form-urlencoded"),
        413,
        400,
        403,
    ),
    case(
        "admin-fields",
        post("/admin/login/", b"&".join(b"a=1" for _ in range(6000)), Content_Type="application/x-www-form-urlencoded"),
        400,
        403,
    ),
    case("admin-next", get("/admin/login/?next=//evil.example/"), 200),
]
