"""Forged, foreign and worn-out tokens: each is a 401 with its challenge, whatever the keys."""

import base64
import hmac
import json
import time
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import jwt
import pytest
from rest_framework.test import APIClient

from accounts.services.jwt import AccessToken, Claims, RefreshToken, header_of, write_token
from accounts.services.tokens import TokenPair, read_access_token
from catalog_project.settings.jwt_keys import Key
from tests.accounts.conftest import bearing, key_of
from tests.factories.keys import ed25519, private_pem, public_pem, random_secret, rsa

pytestmark = pytest.mark.django_db

PUBLIC = "/api/v1/brands/"
PAIRS = {"EdDSA": ed25519(), "RS256": rsa()}
OURS = {
    "HS256": key_of(random_secret()),
    **{algorithm: key_of(private_pem(pair), algorithm) for algorithm, pair in PAIRS.items()},
}
THEIRS = {
    "HS256": random_secret(),
    "EdDSA": private_pem(ed25519()),
    "RS256": private_pem(rsa()),
}
HOURS = 3600


@pytest.fixture(params=OURS, autouse=True)
def key(request: pytest.FixtureRequest, settings: Any) -> Key:
    """The key that signs; each attack is made on each algorithm."""
    found = OURS[request.param]
    settings.JWT_KEYS = (found,)
    return found


def refused(token: str) -> bool:
    answer = bearing(token).get(PUBLIC)
    said = (answer.status_code, answer["WWW-Authenticate"], answer["Content-Type"], answer.json()["code"])
    return said == (401, "Bearer", "application/problem+json", "authentication_failed")


def segment(value: Any) -> str:
    text = value if isinstance(value, bytes) else json.dumps(value).encode()
    return base64.urlsafe_b64encode(text).decode().rstrip("=")


def said_in(token: str) -> dict[str, Any]:
    payload: dict[str, Any] = jwt.decode(token, options={"verify_signature": False})
    return payload


def with_header(token: str, **changed: Any) -> str:
    """The token under another header, its signature as it was."""
    header = jwt.get_unverified_header(token) | changed
    shown = {name: value for name, value in header.items() if value is not ...}
    return ".".join([segment(shown), *token.split(".")[1:]])


def signed(key: Key, payload: dict[str, Any], **header: Any) -> str:
    """What only the holder of the key can make."""
    shown = {name: value for name, value in payload.items() if value is not ...}
    return jwt.encode(shown, key.signing, key.algorithm, headers={"kid": key.kid} | header)


def test_the_genuine_token_is_taken(pair: TokenPair, key: Key) -> None:
    assert bearing(pair.access).get(PUBLIC).status_code == 200
    assert bearing(signed(key, said_in(pair.access))).get(PUBLIC).status_code == 200


@pytest.mark.parametrize(
    "name", ["none", "None", "NONE", "nOnE", "", "HS384", "HS512", "RS512", "ES256", "PS256", None, 1]
)
def test_another_algorithm_in_the_header(pair: TokenPair, name: Any) -> None:
    changed = with_header(pair.access, alg=name)
    assert refused(changed)
    assert refused(f"{changed.rpartition('.')[0]}.")
    assert refused(changed.rpartition(".")[0])


@pytest.mark.parametrize("pair_of", PAIRS)
@pytest.mark.parametrize(
    "written", [public_pem, lambda key: public_pem(key).strip(), lambda key: public_pem(key)[27:-26]]
)
@pytest.mark.parametrize("algorithm", ["HS256", "HS384", "HS512"])
def test_a_public_key_taken_for_a_secret(
    pair: TokenPair, pair_of: str, written: Callable[[Any], str], algorithm: str
) -> None:
    for kid in {each.kid for each in OURS.values()}:
        assert refused(_hmac(said_in(pair.access), written(PAIRS[pair_of]), algorithm, kid))


def _hmac(payload: dict[str, Any], secret: str, algorithm: str, kid: str) -> str:
    """PyJWT refuses to sign like this."""
    signing_input = f"{segment({'alg': algorithm, 'kid': kid, 'typ': 'JWT'})}.{segment(payload)}"
    digest = algorithm.replace("HS", "sha")
    return f"{signing_input}.{segment(hmac.digest(secret.encode(), signing_input.encode(), digest))}"


@pytest.mark.parametrize("algorithm", THEIRS)
def test_a_key_of_their_own_under_our_name(pair: TokenPair, key: Key, algorithm: str) -> None:
    theirs = key_of(THEIRS[algorithm], algorithm)
    payload = said_in(pair.access)
    assert refused(signed(theirs, payload))
    assert refused(signed(theirs, payload, kid=key.kid))


@pytest.mark.parametrize(
    "kid",
    [
        ...,
        "",
        "unknown",
        "../../../../dev/null",
        "/dev/null",
        "file:///etc/passwd",
        "' OR '1'='1",
        "x' UNION SELECT 'secret' --",
        "; sleep 5",
        "\0",
        "ü" * 500,
        None,
        0,
        [],
        {},
        ["a"],
    ],
)
def test_a_key_id_that_is_none_of_ours(pair: TokenPair, key: Key, kid: Any) -> None:
    assert refused(with_header(pair.access, kid=kid))
    if kid is ... or isinstance(kid, str):
        header = {} if kid is ... else {"kid": kid}
        assert refused(jwt.encode(said_in(pair.access), key.signing, key.algorithm, headers=header))


ADDRESSES = ("http://127.0.0.1:1/jwks.json", "https://example.org/jwks.json", "file:///etc/passwd")
HEADERS: list[dict[str, Any]] = [
    *({name: address} for name in ("jku", "x5u") for address in ADDRESSES),
    {"jwk": key_of(private_pem(ed25519()), "EdDSA").public},
    {"x5c": ["MIIB"]},
    {"x5t": "abc"},
    {"crit": ["exp"]},
    {"crit": []},
    {"b64": False, "crit": ["b64"]},
    {"zip": "DEF"},
    {"typ": "at+jwt"},
    {"cty": "JWT"},
]


@pytest.mark.parametrize("header", HEADERS, ids="-".join)
def test_a_header_that_says_more_than_ours(pair: TokenPair, key: Key, header: dict[str, Any]) -> None:
    assert refused(with_header(pair.access, **header))
    theirs = key_of(THEIRS[key.algorithm], key.algorithm)
    assert refused(with_header(signed(theirs, said_in(pair.access), kid=key.kid), **header))


def test_one_kind_in_the_place_of_the_other(api: APIClient, pair: TokenPair) -> None:
    assert refused(pair.refresh)
    for path in ("token/refresh/", "logout/"):
        answer = api.post(f"/api/v1/auth/{path}", {"refresh": pair.access})
        assert (answer.status_code, answer["WWW-Authenticate"]) == (401, "Bearer")
    assert read_access_token(pair.access)


@pytest.mark.parametrize(
    "changed",
    [
        *({"aud": value} for value in (..., None, "", "shop", ["catalog"], ["catalog", "shop"], {"catalog": 1}, 1)),
        *({"iss": value} for value in (..., None, "", "shop", ["catalog"], 1)),
        *({"exp": value} for value in (..., None, 0, -1, time.time() - 1, "soon", 2**70, [])),
        {"exp": int(time.time()) - 10 * HOURS},
        {"nbf": int(time.time()) + HOURS},
        {"nbf": "never"},
        {"iat": int(time.time()) + HOURS},
        *({"token_type": value} for value in (..., None, "refresh", "sliding", "ACCESS", ["access"])),
        *({"family": value} for value in (..., None, "", "' OR 1=1 --", "../", uuid4().hex, 1, "\0")),
        *({"jti": value} for value in (..., None, "", "x", 1)),
    ],
)
def test_a_claim_that_is_not_right_in_a_token_of_our_own(pair: TokenPair, key: Key, changed: dict[str, Any]) -> None:
    whole = said_in(pair.access) | changed
    shown = {name: value for name, value in whole.items() if value is not ...}
    # Below what PyJWT checks of what it encodes.
    assert refused(jwt.PyJWS().encode(json.dumps(shown).encode(), key.signing, key.algorithm, {"kid": key.kid}))


@pytest.mark.parametrize("part", [0, 1, 2])
def test_a_flipped_bit_anywhere(pair: TokenPair, part: int) -> None:
    parts = pair.access.split(".")
    raw = base64.urlsafe_b64decode(parts[part] + "==")
    for position in {0, len(raw) // 3, len(raw) // 2, len(raw) - 1}:
        flipped = raw[:position] + bytes([raw[position] ^ 1]) + raw[position + 1 :]
        assert refused(".".join([*parts[:part], segment(flipped), *parts[part + 1 :]]))


@pytest.mark.parametrize("size", [8_192, 60_000])
def test_a_token_of_great_length(pair: TokenPair, key: Key, size: int) -> None:
    assert refused("x" * size)
    assert refused(f"{header_of(key)}.{'A' * size}.AAAA")
    assert refused(f"{header_of(key)}.{segment(b'[' * size)}.AAAA")
    assert refused(pair.access + "A" * size)
    assert refused(signed(key, said_in(pair.access) | {"family": "x" * size}))


@pytest.mark.parametrize(
    "token",
    ["", ".", "..", "...", "a.b", "a.b.c", "a.b.c.d", "null", "{}", "\xff", "=.=.=", "Bearer x", "%00", "a b c"],
)
def test_what_is_no_token(db: None, token: str) -> None:
    assert refused(token)


@pytest.mark.parametrize("kind", [AccessToken, RefreshToken])
def test_a_token_of_a_sign_in_that_never_was(kind: Any, db: None) -> None:
    assert refused(write_token(kind, Claims(jti=uuid4(), family=uuid4())))


def test_a_token_of_other_padding_or_alphabet(pair: TokenPair) -> None:
    header, payload, signature = pair.access.split(".")
    assert refused(f"{header}=.{payload}.{signature}")
    assert refused(f"{header}.{payload}.{signature[:-1]}")
    assert refused(f"{header}.{payload}.{signature}.{signature}")
    assert refused(f" {header}. {payload}.{signature}")
    assert refused(f"{header}.{payload}.{'+' + signature[1:]}")


# --- Rotation


def test_during_a_rotation_tokens_of_both_keys_are_taken(pair: TokenPair, key: Key, settings: Any) -> None:
    following = key_of(THEIRS[key.algorithm], key.algorithm)
    settings.JWT_KEYS = (following, key)
    assert bearing(pair.access).get(PUBLIC).status_code == 200
    renewed = APIClient().post("/api/v1/auth/token/refresh/", {"refresh": pair.refresh}).json()["access"]
    assert jwt.get_unverified_header(renewed)["kid"] == following.kid
    settings.JWT_KEYS = (following,)
    assert bearing(renewed).get(PUBLIC).status_code == 200
    assert refused(pair.access)


def test_a_key_that_only_verifies_is_taken_while_the_next_one_is_made_known(
    pair: TokenPair, key: Key, settings: Any
) -> None:
    coming = key_of(THEIRS[key.algorithm], key.algorithm)
    theirs = signed(coming, said_in(pair.access))
    assert refused(theirs)
    settings.JWT_KEYS = (key, coming)
    assert bearing(theirs).get(PUBLIC).status_code == 200


def test_the_two_keys_do_not_pass_for_each_other(pair: TokenPair, key: Key, settings: Any) -> None:
    other = key_of(THEIRS[key.algorithm], key.algorithm)
    settings.JWT_KEYS = (key, other)
    assert refused(signed(key, said_in(pair.access), kid=other.kid))
    assert refused(signed(other, said_in(pair.access), kid=key.kid))
