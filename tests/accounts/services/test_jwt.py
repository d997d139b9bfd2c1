import base64
import json
from datetime import timedelta
from typing import Any
from unittest.mock import patch
from uuid import uuid4

import jwt
import pytest
from django.conf import settings
from hypothesis import given
from hypothesis import strategies as st

from accounts.services.jwt import (
    AccessToken,
    Claims,
    CredentialsRefused,
    RefreshToken,
    header_of,
    read_token,
    write_token,
)
from tests.factories.keys import random_secret

KEY = settings.JWT_KEYS[0]
CLAIMS = Claims(jti=uuid4(), family=uuid4())
with patch.object(AccessToken, "lifetime", timedelta(days=1)):  # a long run tests it minutes after it was made
    GENUINE = write_token(AccessToken, CLAIMS)
WHOLE: dict[str, Any] = jwt.decode(GENUINE, options={"verify_signature": False})


def signed(key: str = KEY.signing, algorithm: str | None = "HS256", **changed: Any) -> str:
    payload = {name: value for name, value in (WHOLE | changed).items() if value is not ...}
    return sign(json.dumps(payload), key, algorithm)


def sign(payload: str, key: str = KEY.signing, algorithm: str | None = "HS256") -> str:
    """Below the checks that PyJWT makes of what it encodes."""
    return jwt.PyJWS().encode(payload.encode(), key if algorithm else "", algorithm, headers={"kid": KEY.kid})


def part(value: str) -> str:
    return base64.urlsafe_b64encode(value.encode()).decode().rstrip("=")


def test_a_token_reads_as_it_was_written() -> None:
    assert read_token(AccessToken, GENUINE) == CLAIMS
    assert read_token(AccessToken, signed()) == CLAIMS


def test_a_token_names_its_kind_issuer_audience_and_times() -> None:
    assert WHOLE.keys() == {"token_type", "exp", "iat", "jti", "family", "iss", "aud"}
    fresh = jwt.decode(write_token(AccessToken, CLAIMS), options={"verify_signature": False})
    assert fresh["exp"] - fresh["iat"] == settings.ACCESS_TOKEN_LIFETIME.total_seconds()


def test_a_token_begins_with_the_header_of_the_key_that_signed_it() -> None:
    assert GENUINE.startswith(f"{header_of(KEY)}.")
    assert jwt.get_unverified_header(GENUINE) == {"alg": "HS256", "kid": KEY.kid, "typ": "JWT"}


def test_one_kind_does_not_pass_for_the_other() -> None:
    with pytest.raises(CredentialsRefused):
        read_token(RefreshToken, GENUINE)
    with pytest.raises(CredentialsRefused):
        read_token(AccessToken, write_token(RefreshToken, CLAIMS))


@pytest.mark.parametrize("claim", ["token_type", "exp", "jti", "family", "iss", "aud"])
@pytest.mark.parametrize("value", [..., None, "", "\0", "x" * 8000, 0, -1, 2**200, 1e308, [], {}, ["a"], True])
def test_a_claim_that_is_missing_or_of_a_wrong_form_is_refused(claim: str, value: Any) -> None:
    with pytest.raises(CredentialsRefused):
        read_token(AccessToken, signed(**{claim: value}))


@pytest.mark.parametrize("claim", ["exp", "iat", "nbf"])
@pytest.mark.parametrize("value", [float("inf"), float("-inf"), float("nan"), [], {}, None, "soon", "9" * 5000])
def test_a_time_that_is_none_is_refused(claim: str, value: Any) -> None:
    with pytest.raises(CredentialsRefused):
        read_token(AccessToken, signed(**{claim: value}))


@pytest.mark.parametrize("value", [2**200, 10**15, 1e300])
def test_a_time_beyond_all_calendars_is_refused(value: float) -> None:
    with pytest.raises(CredentialsRefused):
        read_token(AccessToken, signed(exp=value))


def test_an_expired_token_is_refused() -> None:
    with pytest.raises(CredentialsRefused, match="expired"):
        read_token(AccessToken, signed(exp=WHOLE["iat"]))


@pytest.mark.parametrize("algorithm", ["HS384", "HS512", None])
def test_another_algorithm_is_refused(algorithm: str | None) -> None:
    with pytest.raises(CredentialsRefused):
        read_token(AccessToken, signed(algorithm=algorithm))


def test_another_key_is_refused() -> None:
    for other in (settings.SECRET_KEY, random_secret()):
        with pytest.raises(CredentialsRefused):
            read_token(AccessToken, signed(key=other))


@pytest.mark.parametrize(
    "header",
    ["[" * 6000, '{"a":' * 2000, "[]", "null", "1" * 5000, '{"alg":[]}', '{"alg":{}}', '{"alg":"HS256","kid":1}', ""],
)
def test_a_header_that_is_garbage_is_refused(header: str) -> None:
    _, payload, signature = GENUINE.split(".")
    with pytest.raises(CredentialsRefused):
        read_token(AccessToken, f"{part(header)}.{payload}.{signature}")


@pytest.mark.parametrize("payload", ["[" * 6000, "[]", "null", "1" * 5000, "{", json.dumps("x" * 8000)])
def test_a_signed_payload_that_is_garbage_is_refused(payload: str) -> None:
    with pytest.raises(CredentialsRefused):
        read_token(AccessToken, sign(payload))


@pytest.mark.parametrize("text", ["", ".", "..", "a.b", "a.b.c.d", "\0", "x" * 8192, "\udc80", "ü.ü.ü"])
def test_a_text_that_is_no_token_is_refused(text: str) -> None:
    with pytest.raises(CredentialsRefused):
        read_token(AccessToken, text)


@given(st.text(max_size=300))
def test_no_text_at_all_does_anything_but_be_refused(text: str) -> None:
    with pytest.raises(CredentialsRefused):
        read_token(AccessToken, text)


@given(position=st.integers(0, len(GENUINE) - 2), replacement=st.sampled_from("aZ9-_."))
def test_no_changed_letter_goes_unnoticed(position: int, replacement: str) -> None:
    forged = GENUINE[:position] + replacement + GENUINE[position + 1 :]
    if forged != GENUINE:
        with pytest.raises(CredentialsRefused):
            read_token(AccessToken, forged)
